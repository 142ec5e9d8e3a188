/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a listing as lines for a person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/measure/listing.h"

static void range_write(FILE *to, const struct reeve_listing *listing,
			const struct listing_step *step)
{
	bool ripas = step->kind == LISTING_RIPAS;
	bool measured =
		ripas ? listing->rmm == LISTING_RMM_1_0 : step->flags != 0;
	char *content =
		step->content != NULL ? reeve_printable(step->content) : NULL;

	if (content == NULL && step->file != NULL)
		content = reeve_printable(step->file);
	fprintf(to, "  0x%010" PRIx64 "  %8" PRIu64 " granules  %s", step->ipa,
		step->size / LISTING_GRANULE, ripas ? "RIPAS RAM" : "");
	if (content != NULL)
		fprintf(to, "%s%s", ripas ? ", " : "", content);
	else if (!ripas)
		fprintf(to, "bytes of 0x%02" PRIx64, step->fill);
	fprintf(to, "%s\n",
		measured ? ""
		: ripas  ? ", not measured"
			 : ", content not measured");
	free(content);
}

static void rec_write(FILE *to, const struct listing_rec *rec)
{
	bool runnable = (rec->flags & RMI_REC_FLAG_RUNNABLE) != 0;

	fprintf(to,
		"  %-10s  flags 0x%" PRIx64 ", pc 0x%" PRIx64 ", x0 0x%" PRIx64
		"%s\n",
		runnable ? "boot REC" : "REC", rec->flags, rec->pc,
		rec->gprs[0], runnable ? "" : ", not measured");
}

char *reeve_listing_text(const struct reeve_listing *listing)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	for (size_t i = 0; i < listing->step_count; i++) {
		const struct listing_step *step = &listing->steps[i];

		if (step->kind == LISTING_REC)
			rec_write(to, &step->rec);
		else
			range_write(to, listing, step);
	}
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}
