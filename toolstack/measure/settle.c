/* SPDX-License-Identifier: BSD-3-Clause */
/* Completes the ranges of a listing once its files are loaded, and checks
 * them. */
#include <stdlib.h>

#include "lib/number.h"
#include "toolstack/measure/listing.h"

/* The nodes from the document down to a member of a step. */
struct way {
	struct node root;
	struct node ranges;
	struct node step;
	struct node member;
};

/* Returns the last node of the way. */
static const struct node *way_find(struct way *way,
				   struct reeve_listing *listing,
				   const struct listing_step *step,
				   const char *key)
{
	way->root = node_root(&listing->document);
	way->ranges = node_member(&way->root, "ranges");
	if (step == NULL)
		way->step = way->root;
	else if (step->item != LISTING_NO_ITEM)
		way->step = node_item(&way->ranges, step->item);
	else
		way->step = node_member(&way->root, "boot_rec");
	if (key == NULL)
		return &way->step;
	way->member = node_member(&way->step, key);
	return &way->member;
}

struct report_place listing_place(struct reeve_listing *listing,
				  const struct listing_step *step,
				  const char *key)
{
	struct way way;

	return node_place(way_find(&way, listing, step, key));
}

bool listing_error(struct reeve_listing *listing,
		   const struct listing_step *step, const char *key,
		   const char *message)
{
	struct way way;

	return node_error(way_find(&way, listing, step, key), NULL, "%s",
			  message);
}

/* Returns true if all bytes of a file from the given one on are the fill. */
static bool rest_is_fill(const struct listing_step *step, uint64_t from)
{
	const struct blob *blob = step->blob;

	while (from < blob->size && blob->data[from] == (uint8_t)step->fill)
		from++;
	return from == blob->size;
}

static bool content_settle(struct reeve_listing *listing,
			   struct listing_step *step)
{
	uint64_t bytes = step->blob != NULL ? step->blob->size : 0;
	uint64_t needed = align_up(listing_lead(step) + bytes, LISTING_GRANULE);

	if (step->blob == NULL) {
		return listing_lead(step) == 0 ||
		       listing_error(listing, step, "ipa",
				     "this must begin a granule");
	}
	if (step->loaded > bytes)
		return listing_error(listing, step, "loaded",
				     "the file has fewer bytes");
	if (step->loaded != 0 && !rest_is_fill(step, step->loaded))
		return listing_error(listing, step, "loaded",
				     "the file has more content than that");
	if (step->loaded == 0)
		step->loaded = bytes;
	if (step->size == 0)
		step->size = needed;
	return step->size >= needed ||
	       listing_error(listing, step, "size", "the file is larger");
}

/* The private half of the IPA space is below its highest bit. */
static bool range_check(struct reeve_listing *listing,
			const struct listing_step *step, uint64_t *records)
{
	uint64_t top = UINT64_C(1) << (listing->params.s2sz - 1);
	uint64_t first = step->ipa - listing_lead(step);
	int shift = step->kind == LISTING_RIPAS ? 9 * (3 - step->level) : 0;

	if (first >= top || step->size > top - first) {
		return listing_error(listing, step, "ipa",
				     "the range ends above the Realm's private "
				     "IPAs");
	}
	*records += (step->size / LISTING_GRANULE) >> shift;
	return *records <= LISTING_RECORDS_MAX ||
	       listing_error(listing, step, "size", "there is too much of it");
}

static int ipa_compare(const void *one, const void *other)
{
	const struct listing_step *a = *(struct listing_step *const *)one;
	const struct listing_step *b = *(struct listing_step *const *)other;

	return a->ipa < b->ipa ? -1 : a->ipa > b->ipa;
}

/* An RMM maps a granule once only. */
static bool overlap_check(struct reeve_listing *listing,
			  struct listing_step **sorted)
{
	uint64_t end = 0;
	size_t count = 0;

	for (size_t i = 0; i < listing->step_count; i++) {
		if (listing->steps[i].kind == LISTING_CONTENT)
			sorted[count++] = &listing->steps[i];
	}
	qsort(sorted, count, sizeof(struct listing_step *), ipa_compare);
	for (size_t i = 0; i < count; i++) {
		uint64_t first = sorted[i]->ipa - listing_lead(sorted[i]);

		if (first < end) {
			return listing_error(listing, sorted[i], "ipa",
					     "another range has this granule "
					     "too");
		}
		end = first + sorted[i]->size;
	}
	return true;
}

static bool overlaps_check(struct reeve_listing *listing)
{
	struct listing_step **sorted =
		calloc(listing->step_count + 1, sizeof(struct listing_step *));
	bool good = false;

	if (sorted == NULL)
		listing->document.result = REEVE_ERR_MEMORY;
	else
		good = overlap_check(listing, sorted);
	free(sorted);
	return good;
}

int listing_settle(struct reeve_listing *listing)
{
	uint64_t records = 0;
	bool good = true;

	for (size_t i = 0; good && i < listing->step_count; i++) {
		struct listing_step *step = &listing->steps[i];

		if (step->kind == LISTING_CONTENT)
			good = content_settle(listing, step);
		if (good && step->kind != LISTING_REC)
			good = range_check(listing, step, &records);
	}
	(void)(good && overlaps_check(listing) && builder_settle(listing));
	return listing->document.result;
}
