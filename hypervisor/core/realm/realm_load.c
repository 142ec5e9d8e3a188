/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a Realm that is being built: RIPAS, and content. */
#include "hypervisor/core/realm/realm_load.h"

#include <stddef.h>

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_map.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "lib/number.h"

/* Pages that are delegated at a time for content: as many as a table maps. */
#define DATA_BATCH 512
/* Pages of content that are loaded in one call. Other threads get the core only
 * between calls, and the hash of each page takes time. It is at most 1 + the
 * largest value of RMI_DATA_MORE. */
#define PAGES_AT_ONCE 32

static bool ram_range_init(struct realm *realm, const struct realm_ram *ram)
{
	ipa_t at = ram->base;
	ipa_t top = ipa_add(ram->base, ram->size);
	int deepest = realm_above_root(realm);
	ipa_t next;

	while (at.value < top.value) {
		if (!ask_rtt_init_ripas(&realm->rmi, realm->rd.base, at, top,
					&next)) {
			if (!realm_walk_deepen(realm, at, RTT_DEEPEST, &deepest))
				return false;
			continue;
		}
		if (!realm_progress_check(realm, at, top, next))
			return false;
		at = next;
		deepest = realm_above_root(realm);
	}
	return true;
}

bool realm_ram_init(struct realm *realm, const struct realm_plan *plan)
{
	failure_step(&realm->failure, "marking the guest's RAM");
	for (unsigned i = 0; i < plan->ram_count; i++) {
		if (!ram_range_init(realm, &plan->ram[i]))
			return false;
	}
	return true;
}

static uint64_t segment_top(const struct realm_segment *segment)
{
	return align_up(segment->ipa.value + segment->size, RMI_GRANULE_SIZE);
}

/*
 * Learns from the answer to a call for count pages whether the RMM knows such
 * calls. An RMM that does not refuses RMI_DATA_MORE with RMI_ERROR_INPUT before
 * it looks at anything else, so any other answer shows that it does. If it
 * refuses the call for several pages but not the one for their first, which
 * tried makes, then the number was the reason.
 */
static void batches_learn(struct realm *realm, uint64_t count, bool tried)
{
	if (realm->rmi.gave_up || rmi_status(&realm->rmi) == RMI_ERROR_INPUT)
		return;
	if (count > 1)
		realm->batches = REALM_BATCHES_KNOWN;
	else if (tried)
		realm->batches = REALM_BATCHES_UNKNOWN;
}

/* Returns true if the RMM may have refused a call because it is for several
 * pages. */
static bool batch_doubted(struct realm *realm, const struct data_pages *pages)
{
	return pages->count > 1 && realm->batches == REALM_BATCHES_UNTRIED &&
	       !realm->rmi.gave_up && rmi_status(&realm->rmi) == RMI_ERROR_INPUT;
}

static bool pages_ask(struct realm *realm, const struct data_pages *pages,
		      bool tried)
{
	bool done = ask_rtt_data_map_init(&realm->rmi, realm->rd.base, pages,
					  RMI_DATA_MEASURE_CONTENT);

	batches_learn(realm, pages->count, tried);
	return realm_account_result(realm, done);
}

/* Loads at least one page. Advances *pages to the rest. */
static bool pages_load(struct realm *realm, struct data_pages *pages)
{
	uint64_t held = realm->data.count;
	int deepest = realm_above_root(realm);
	bool tried = false;

	pages->data = realm->data.base;
	while (!pages_ask(realm, pages, tried)) {
		if (batch_doubted(realm, pages)) {
			pages->count = 1;
			tried = true;
		} else if (!realm_walk_deepen(realm, pages->ipa, RTT_DEEPEST,
					      &deepest)) {
			return false;
		}
	}
	held = (held - realm->data.count) * RMI_GRANULE_SIZE;
	pages->ipa = ipa_add(pages->ipa, held);
	pages->src = pa_add(pages->src, held);
	return true;
}

static bool is_cancelled(struct realm *realm, const struct realm_plan *plan)
{
	if (plan->cancelled == NULL ||
	    __atomic_load_n(plan->cancelled, __ATOMIC_RELAXED) == 0)
		return false;
	(void)failure_note_reason(&realm->failure, RMI_FAILURE_PLAN,
				  "it is not wanted any more");
	return true;
}

static bool segment_load(struct realm *realm, const struct realm_plan *plan,
			 const struct realm_segment *segment)
{
	struct granules_want want = { .kind = GRANULES_DATA,
				      .unit = 1,
				      .align = 1 };
	struct data_pages pages = { .ipa = segment->ipa,
				    .src = segment->source };
	uint64_t top = segment_top(segment);

	while (pages.ipa.value < top) {
		want.units = smaller((top - pages.ipa.value) / RMI_GRANULE_SIZE,
				     DATA_BATCH);
		if (is_cancelled(realm, plan))
			return false;
		if (realm->data.count == 0 &&
		    !realm_alloc(realm, &want, &realm->data))
			return false;
		pages.count = 1;
		if (realm->batches != REALM_BATCHES_UNKNOWN)
			pages.count = smaller(realm->data.count, PAGES_AT_ONCE);
		if (!pages_load(realm, &pages))
			return false;
	}
	return true;
}

bool realm_load(struct realm *realm, const struct realm_plan *plan)
{
	failure_step(&realm->failure, "loading the guest's content");
	for (unsigned i = 0; i < plan->segment_count; i++) {
		if (!segment_load(realm, plan, &plan->segments[i]))
			return false;
	}
	return true;
}

/* ---- The rest of the blocks that hold content ---- */

static const struct realm_ram *segment_ram(const struct realm_plan *plan,
					   const struct realm_segment *segment)
{
	const struct realm_ram *ram = plan->ram;

	while (segment->ipa.value - ram->base.value >= ram->size)
		ram++;
	return ram;
}

static bool gap_populate(struct realm *realm, uint64_t at, uint64_t top)
{
	struct granules_want want = { .kind = GRANULES_DATA,
				      .unit = 1,
				      .align = 1 };

	while (at < top) {
		ipa_t ipa = ipa_make(at);

		want.units = (top - at) / RMI_GRANULE_SIZE;
		if (!realm_alloc(realm, &want, &realm->data))
			return false;
		at += realm->data.count * RMI_GRANULE_SIZE;
		if (!realm_data_map(realm, ipa, RTT_DEEPEST))
			return false;
	}
	return true;
}

/*
 * A block of 2 MiB that holds content can only be mapped page by page. The rest
 * of such a block is populated now, or the Realm would exit once for each page
 * of it.
 */
bool realm_gaps_populate(struct realm *realm, const struct realm_plan *plan)
{
	const struct realm_segment *end = plan->segments + plan->segment_count;
	uint64_t block = rtt_entry_size(REALM_BLOCK_LEVEL);
	uint64_t done = 0;

	failure_step(&realm->failure, "supplying memory");
	for (const struct realm_segment *at = plan->segments; at < end; at++) {
		const struct realm_ram *ram = segment_ram(plan, at);
		uint64_t first = align_down(at->ipa.value, block);
		uint64_t top = segment_top(at);
		uint64_t last = align_up(top, block);

		first = larger(larger(first, ram->base.value), done);
		last = smaller(last, ram->base.value + ram->size);
		if (at + 1 < end)
			last = smaller(last, at[1].ipa.value);
		if (!gap_populate(realm, first, at->ipa.value) ||
		    !gap_populate(realm, top, last))
			return false;
		done = last;
	}
	return true;
}
