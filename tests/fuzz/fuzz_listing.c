/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for the documents of `reeve measure --from`. Every file that a
 * document names is the same one. A document that is accepted must be
 * measurable: its granules are whole and below the shared half, none of them
 * twice, and not too many. If the builder measures all of its RAM, every
 * granule of the RAM is there.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/measure/listing.h"

static uint8_t content[5000];

static void check_range(const struct reeve_listing *listing,
			const struct listing_step *step)
{
	uint64_t lead = listing_lead(step);
	uint64_t top = UINT64_C(1) << (listing->params.s2sz - 1);

	require(step->size != 0 && step->size % LISTING_GRANULE == 0);
	require(step->ipa - lead < top && step->size <= top - step->ipa + lead);
	require(step->level >= 0 && step->level <= 3);
	if (step->kind == LISTING_CONTENT)
		require(lead + step->loaded <= step->size);
	else
		require(lead == 0);
}

static bool overlap(const struct listing_step *a, const struct listing_step *b)
{
	uint64_t a_first = a->ipa - listing_lead(a);
	uint64_t b_first = b->ipa - listing_lead(b);

	return a->kind == LISTING_CONTENT && b->kind == LISTING_CONTENT &&
	       a_first < b_first + b->size && b_first < a_first + a->size;
}

static void check_settled(const struct reeve_listing *listing)
{
	const struct listing_step *steps = listing->steps;
	uint64_t bytes = 0;
	size_t recs = 0;

	for (size_t i = 0; i < listing->step_count; i++) {
		recs += steps[i].kind == LISTING_REC;
		if (steps[i].kind == LISTING_REC)
			continue;
		check_range(listing, &steps[i]);
		for (size_t j = 0; j < i; j++)
			require(!overlap(&steps[i], &steps[j]));
		if (steps[i].kind == LISTING_CONTENT)
			bytes += steps[i].size;
	}
	require(recs != 0);
	require(bytes / LISTING_GRANULE <= LISTING_RECORDS_MAX);
	require(listing->ram.size == 0 || listing->ram.size == bytes);
}

static void check_report(const struct reeve_report *report, int result,
			 unsigned lines)
{
	require((result == REEVE_OK) == (report_errors(report) == 0));
	require(reeve_report_count(report) <= 1);
	for (size_t i = 0; i < reeve_report_count(report); i++) {
		const struct reeve_diagnostic *d = reeve_report_get(report, i);

		require(d->line >= 1 && d->line <= lines && d->column >= 1);
	}
}

static int read_listing(struct reeve_listing *listing, size_t size)
{
	static const struct blob blob = { content, sizeof(content), 0, -1 };
	int result = document_parse(&listing->document, size);

	if (result == REEVE_OK)
		result = listing_read(listing);
	if (result != REEVE_OK)
		return result;
	for (size_t i = 0; i < listing->step_count; i++) {
		if (listing->steps[i].file != NULL)
			listing->steps[i].blob = &blob;
	}
	result = listing_settle(listing);
	if (result == REEVE_OK)
		check_settled(listing);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_report *report = reeve_report_new();
	struct reeve_listing listing = {
		.document = { .report = report,
			      .name = strdup("document"),
			      .text = malloc(size + 1) },
	};
	unsigned lines = 1;

	require(report != NULL && listing.document.name != NULL &&
		listing.document.text != NULL);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (size != 0)
		memcpy(listing.document.text, data, size);
	listing.document.text[size] = '\0';
	check_report(report, read_listing(&listing, size), lines);
	free(listing.steps);
	document_free(&listing.document);
	reeve_report_free(report);
	return 0;
}
