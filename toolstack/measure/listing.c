/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads the listing of another builder's Realm with its files, and computes the
 * measurement that the Realm would have. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "toolstack/engine/replay.h"
#include "toolstack/measure/listing.h"
#include "toolstack/report/ascii.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/load.h"

#define DOCUMENT_MAX 0x40000 /* bytes */
#define FILE_MAX     (UINT64_C(1) << 36) /* bytes of a file that is loaded */

/* ---- Loading ---- */

/* Returns the file, or NULL if it is not loaded. */
static struct listing_file *file_find(struct reeve_listing *listing,
				      const char *name)
{
	for (size_t i = 0; i < listing->file_count; i++) {
		struct listing_file *file = &listing->files[i];

		assert(file->name != NULL);
		if (strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

static int file_load(struct reeve_listing *listing, const char *folder,
		     const struct listing_step *step)
{
	struct listing_file *file = &listing->files[listing->file_count];
	struct image_file source = {
		.place = listing_place(listing, step, "file"),
	};
	char *path;
	int result;

	if (asprintf(&path, "%s/%s", folder, step->file) < 0)
		return REEVE_ERR_MEMORY;
	source.path = path;
	*file = (struct listing_file){ step->file, BLOB_NONE };
	result = blob_load(&file->blob, &source, "ranges", FILE_MAX,
			   listing->document.report);
	if (result == REEVE_OK)
		listing->file_count++;
	free(path);
	return result;
}

/* Loads each file once. */
static int files_load(struct reeve_listing *listing, const char *folder)
{
	int result = REEVE_OK;

	listing->files = calloc(listing->step_count, sizeof(*listing->files));
	if (listing->files == NULL)
		return REEVE_ERR_MEMORY;
	for (size_t i = 0; i < listing->step_count; i++) {
		struct listing_step *step = &listing->steps[i];

		if (step->file == NULL)
			continue;
		if (file_find(listing, step->file) == NULL)
			result = file_load(listing, folder, step);
		if (result != REEVE_OK)
			return result;
	}
	for (size_t i = 0; i < listing->step_count; i++) {
		struct listing_step *step = &listing->steps[i];

		if (step->file != NULL)
			step->blob = &file_find(listing, step->file)->blob;
	}
	return REEVE_OK;
}

void reeve_listing_free(struct reeve_listing *listing)
{
	if (listing == NULL)
		return;
	for (size_t i = 0; i < listing->file_count; i++)
		blob_free(&listing->files[i].blob);
	free(listing->files);
	free(listing->steps);
	document_free(&listing->document);
	free(listing);
}

static int document_load(struct reeve_listing *listing, const char *path)
{
	struct document *document = &listing->document;
	struct report_place place = { .file = path };
	size_t size;
	int result;

	document->name = strdup(path);
	if (document->name == NULL)
		return REEVE_ERR_MEMORY;
	result = file_read(path, DOCUMENT_MAX, &document->text, &size,
			   document->report);
	if (result != REEVE_OK)
		return result;
	if (size > DOCUMENT_MAX) {
		return report_error(
			document->report, REEVE_ERR_CONFIG, &place, NULL, NULL,
			"the document has more than %d bytes", DOCUMENT_MAX);
	}
	result = document_parse(document, size);
	return result == REEVE_OK ? listing_read(listing) : result;
}

int reeve_listing_load(const char *path, const char *folder,
		       struct reeve_listing **out, struct reeve_report *report)
{
	struct reeve_listing *listing = calloc(1, sizeof(*listing));
	int result;

	if (listing == NULL)
		return REEVE_ERR_MEMORY;
	listing->document.report = report;
	result = document_load(listing, path);
	if (result == REEVE_OK)
		result = files_load(listing, folder);
	if (result == REEVE_OK)
		result = listing_settle(listing);
	listing->document.report = NULL;
	if (result == REEVE_OK)
		*out = listing;
	else
		reeve_listing_free(listing);
	return result;
}

/* ---- Measuring ---- */

/* A range of content on its way into a measurement. */
struct range {
	const struct listing_step *step;
	const uint8_t *data; /* of its file; NULL: all is fill */
	uint64_t lead; /* bytes before those of the file */
	uint64_t end; /* where the bytes of the file end; both from the
		       * beginning of the range */
	uint8_t *fill; /* a granule of fill alone */
	uint8_t *mixed; /* room for a granule of file and fill */
};

/* Returns the content of the granule at offset. */
static const uint8_t *granule_at(const struct range *range, uint64_t offset)
{
	uint64_t from = larger(offset, range->lead);
	uint64_t to = smaller(offset + LISTING_GRANULE, range->end);

	if (range->data == NULL || from >= to || range->step->flags == 0)
		return range->fill;
	if (to - from == LISTING_GRANULE)
		return range->data + (offset - range->lead);
	memcpy(range->mixed, range->fill, LISTING_GRANULE);
	memcpy(range->mixed + (from - offset),
	       range->data + (from - range->lead), to - from);
	return range->mixed;
}

static struct range range_of(const struct listing_step *step, uint8_t *room)
{
	struct range range = {
		.step = step,
		.data = step->blob != NULL ? step->blob->data : NULL,
		.lead = listing_lead(step),
		.fill = room,
		.mixed = room + LISTING_GRANULE,
	};

	range.end = range.lead + step->loaded;
	return range;
}

/* Announces the granules that the file fills, or takes that back. */
static void range_announce(struct replay *replay,
			   const struct listing_step *step, bool begin)
{
	uint64_t skip = -listing_lead(step) % LISTING_GRANULE;
	uint64_t size = align_down(step->loaded - smaller(skip, step->loaded),
				   LISTING_GRANULE);

	if (step->kind != LISTING_CONTENT || step->blob == NULL ||
	    step->flags == 0 || size == 0)
		return;
	if (begin)
		replay_ahead(replay, step->blob->data + skip, size);
	else
		replay_forget(replay, step->blob->data + skip);
}

static void content_measure(struct replay *replay,
			    const struct listing_step *step, uint8_t *room)
{
	struct range range = range_of(step, room);
	uint64_t first = step->ipa - range.lead;

	memset(range.fill, (int)step->fill, LISTING_GRANULE);
	replay_ahead(replay, range.fill, LISTING_GRANULE);
	for (uint64_t at = 0; at < step->size; at += LISTING_GRANULE) {
		replay_data(replay, first + at, step->flags,
			    granule_at(&range, at));
	}
	replay_forget(replay, range.fill);
}

static void step_measure(const struct reeve_listing *listing,
			 struct replay *replay, const struct listing_step *step,
			 uint8_t *room)
{
	switch (step->kind) {
	case LISTING_CONTENT:
		content_measure(replay, step, room);
		break;
	case LISTING_RIPAS:
		if (listing->rmm == LISTING_RMM_1_0) {
			replay_ripas(replay, step->ipa, step->ipa + step->size,
				     step->level);
		}
		break;
	case LISTING_REC:
		replay_rec(replay, step->rec.flags, step->rec.pc,
			   step->rec.gprs);
		break;
	}
}

/* The range after the one that is measured is hashed ahead too. */
static void steps_measure(const struct reeve_listing *listing,
			  struct replay *replay, uint8_t *room)
{
	const struct listing_step *end = listing->steps + listing->step_count;

	if (listing->step_count != 0)
		range_announce(replay, listing->steps, true);
	for (const struct listing_step *at = listing->steps; at < end; at++) {
		if (at + 1 < end)
			range_announce(replay, at + 1, true);
		step_measure(listing, replay, at, room);
		range_announce(replay, at, false);
	}
}

static void measurement_fill(const struct reeve_listing *listing,
			     const struct replay *replay,
			     struct reeve_measurement *out)
{
	const struct rmi_realm_params *params = &listing->params;

	*out = (struct reeve_measurement){
		.hash = listing_hash_name(params->hash_algo),
		.size = replay_rim_size(replay),
		.flags0 = params->flags0,
		.s2sz = params->s2sz,
		.sve_vl = params->sve_vl,
		.num_bps = params->num_bps,
		.num_wps = params->num_wps,
		.pmu_num_ctrs = params->pmu_num_ctrs,
		.hash_algo = params->hash_algo,
		.vcpus = (unsigned)listing->vcpus,
	};
	memcpy(out->rim, replay_rim(replay), out->size);
	memcpy(out->rpv, params->rpv, sizeof(out->rpv));
	for (size_t i = listing->step_count; i-- > 0;) {
		const struct listing_step *step = &listing->steps[i];

		if (step->kind == LISTING_CONTENT)
			out->granules += step->size / LISTING_GRANULE;
		if (step->kind != LISTING_REC ||
		    (step->rec.flags & RMI_REC_FLAG_RUNNABLE) == 0)
			continue;
		out->rec_flags = step->rec.flags;
		out->rec_pc = step->rec.pc;
		memcpy(out->rec_gprs, step->rec.gprs, sizeof(out->rec_gprs));
	}
}

/* Warns if the document has another RIM. */
static void rim_compare(struct reeve_listing *listing,
			const struct reeve_measurement *measurement,
			struct reeve_report *report)
{
	struct report_place place = listing_place(listing, NULL, "rim");
	char *rim =
		hex_text((struct span){ measurement->rim, measurement->size });

	if (rim != NULL && listing->rim != NULL &&
	    !ascii_same(rim, listing->rim, SIZE_MAX)) {
		report_add(report, REEVE_WARNING, &place, "rim",
			   "remove it if the document was changed",
			   "this is not the RIM of what the document lists");
	}
	free(rim);
}

int reeve_listing_measure(struct reeve_listing *listing,
			  struct reeve_measurement *out,
			  struct reeve_report *report)
{
	struct replay *replay = replay_open(&listing->params);
	uint8_t *room = malloc((size_t)2 * LISTING_GRANULE);
	int result = REEVE_ERR_MEMORY;

	if (replay != NULL && room != NULL) {
		steps_measure(listing, replay, room);
		measurement_fill(listing, replay, out);
		rim_compare(listing, out, report);
		result = REEVE_OK;
	}
	free(room);
	replay_close(replay);
	return result;
}
