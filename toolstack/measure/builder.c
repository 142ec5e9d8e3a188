/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The builders that a document can name, and what they always do. "xen" is the
 * series "Arm CCA Realm" for Xen (RFC v1, xen-devel, May 2026): all of a
 * guest's RAM is measured, page by page in ascending order, then the first
 * vCPU. The series sets no RIPAS by itself, and offers no choice of hash,
 * personalization value and features; the IPA width and the numbers of
 * breakpoints and watchpoints are those of the host and its RMM, so that the
 * document has to tell them.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "toolstack/measure/listing.h"

static const char *const ram_members[] = { "ipa", "size", "fill", NULL };

/* ---- Before the ranges are read ---- */

/* Checks the members for which the series has only one value. */
static bool constants_check(const struct node *root,
			    const struct node *parameters)
{
	static const char *const zeros[] = { "flags0", "sve_vl", "pmu_num_ctrs",
					     "hash_algo" };
	struct node hash = node_member(root, "hash");
	struct node rpv = node_member(root, "rpv");
	const char *name = "sha256", *digits = "";
	uint64_t value = 0;

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
		struct node node = node_member(parameters, zeros[i]);

		if (!node_number(&node, UINT64_MAX, &value))
			return false;
		if (value != 0)
			return node_error(&node, NULL, "with Xen this is 0");
	}
	if (!node_string(&hash, &name) || !node_string(&rpv, &digits))
		return false;
	if (strcmp(name, "sha256") != 0)
		return node_error(&hash, NULL, "with Xen this is \"sha256\"");
	if (strspn(digits, "0") != strlen(digits))
		return node_error(&rpv, NULL, "with Xen this is all zero");
	return true;
}

static bool ram_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "ram");
	struct node ipa = node_member(&node, "ipa");
	struct node size = node_member(&node, "size");
	struct node fill = node_member(&node, "fill");
	struct listing_ram *ram = &listing->ram;

	ram->ipa = GUEST_RAM0_BASE;
	if (!node_needed(&node) || !node_is_object(&node, ram_members) ||
	    !node_number(&ipa, UINT64_MAX, &ram->ipa) || !node_needed(&size) ||
	    !node_number(&size, GUEST_RAM0_SIZE, &ram->size) ||
	    !node_number(&fill, UINT8_MAX, &ram->fill))
		return false;
	if (ram->ipa != GUEST_RAM0_BASE) {
		return node_error(&ipa, NULL,
				  "a Realm of Xen has its RAM at 0x40000000");
	}
	if (ram->size == 0 || ram->size % LISTING_GRANULE != 0)
		return node_error(&size, NULL,
				  "this must be whole granules of "
				  "4096 bytes");
	return true;
}

bool builder_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "builder");
	struct node rmm = node_member(root, "rmm");
	struct node ram = node_member(root, "ram");
	struct node parameters = node_member(root, "parameters");
	const char *name = NULL;

	if (!node_string(&node, &name))
		return false;
	if (name == NULL) {
		return !ram.present ||
		       node_error(&ram, NULL, "this needs a \"builder\"");
	}
	if (strcmp(name, "xen") != 0)
		return node_error(&node, NULL, "this must be \"xen\"");
	if (listing->rmm != LISTING_RMM_2_0)
		return node_error(&rmm, NULL, "Xen builds for RMM 2.0");
	return constants_check(root, &parameters) && ram_read(listing, root);
}

/* ---- When the sizes of the ranges are known ---- */

static int step_compare(const void *one, const void *other)
{
	const struct listing_step *a = one, *b = other;

	/* RECs come last. */
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->ipa < b->ipa ? -1 : a->ipa > b->ipa;
}

/* Refuses what Xen does not do: pages that are not measured, and
 * RTT_INIT_RIPAS. */
static bool steps_check(struct reeve_listing *listing)
{
	size_t recs = 0;

	for (size_t i = 0; i < listing->step_count; i++) {
		struct listing_step *step = &listing->steps[i];

		if (step->kind == LISTING_REC && recs++ == 0 &&
		    step->item == LISTING_NO_ITEM)
			continue;
		if (step->kind != LISTING_CONTENT || step->flags == 0) {
			return listing_error(listing, step, NULL,
					     "Xen measures the content of RAM, "
					     "and one boot_rec");
		}
		if (step->ipa < listing->ram.ipa ||
		    step->ipa - listing->ram.ipa >= listing->ram.size ||
		    step->size - listing_lead(step) >
			    listing->ram.size - (step->ipa - listing->ram.ipa))
			return listing_error(listing, step, "ipa",
					     "this is not in the RAM");
	}
	return true;
}

/* Appends the RAM between two ranges. */
static bool gap_append(struct reeve_listing *listing, uint64_t from, uint64_t to)
{
	struct listing_step *step;

	if (from >= to)
		return true;
	step = listing_append(listing);
	if (step == NULL)
		return false;
	step->content = "RAM";
	step->ipa = from;
	step->size = to - from;
	step->flags = RMI_DATA_MEASURE_CONTENT;
	step->fill = listing->ram.fill;
	return true;
}

static bool gaps_append(struct reeve_listing *listing)
{
	uint64_t end = listing->ram.ipa + listing->ram.size;
	uint64_t at = listing->ram.ipa;
	size_t count = listing->step_count;

	for (size_t i = 0; i < count; i++) {
		const struct listing_step step = listing->steps[i];
		uint64_t first = step.ipa - listing_lead(&step);

		if (step.kind != LISTING_CONTENT)
			continue;
		if (!gap_append(listing, at, first))
			return false;
		at = first + step.size;
	}
	return gap_append(listing, at, end);
}

/* Returns the range whose "content" is that text, or NULL. */
static const struct listing_step *
content_find(const struct reeve_listing *listing, const char *content)
{
	for (size_t i = 0; i < listing->step_count; i++) {
		const struct listing_step *step = &listing->steps[i];

		if (step->content != NULL && strcmp(step->content, content) == 0)
			return step;
	}
	return NULL;
}

/* libxl has the first vCPU start at the kernel, with the device tree in X0. */
static bool rec_append(struct reeve_listing *listing)
{
	const struct listing_step *kernel = content_find(listing, "kernel");
	const struct listing_step *dtb = content_find(listing, "device tree");
	struct listing_rec rec = { .flags = RMI_REC_FLAG_RUNNABLE };
	struct listing_step *step;

	for (size_t i = 0; i < listing->step_count; i++) {
		if (listing->steps[i].kind == LISTING_REC)
			return true;
	}
	if (kernel == NULL || dtb == NULL) {
		return listing_error(listing, NULL, "boot_rec",
				     "this is missing, and no range has the "
				     "\"content\" kernel or device tree, which "
				     "it would follow from");
	}
	rec.pc = kernel->ipa;
	rec.gprs[0] = dtb->ipa;
	step = listing_append(listing);
	if (step == NULL)
		return false;
	step->kind = LISTING_REC;
	step->rec = rec;
	return true;
}

/* The RAM that no range names is measured, too. */
static bool ram_check(struct reeve_listing *listing)
{
	uint64_t top = UINT64_C(1) << (listing->params.s2sz - 1);

	return listing->ram.size <= top - listing->ram.ipa ||
	       listing_error(listing, NULL, "ram",
			     "this ends above the Realm's private IPAs");
}

bool builder_settle(struct reeve_listing *listing)
{
	if (listing->ram.size == 0)
		return true;
	if (!ram_check(listing) || !steps_check(listing))
		return false;
	qsort(listing->steps, listing->step_count, sizeof(*listing->steps),
	      step_compare);
	if (!rec_append(listing) || !gaps_append(listing))
		return false;
	qsort(listing->steps, listing->step_count, sizeof(*listing->steps),
	      step_compare);
	return true;
}
