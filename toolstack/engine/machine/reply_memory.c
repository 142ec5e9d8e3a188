/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks and converts a domain's memory map as the host tells it. */
#include "toolstack/engine/machine/reply_memory.h"

#include <string.h>

#include "abi/machine_map.h"

/* Without FEAT_LPA2 no IPA or PA has more bits (DDI0487). */
#define ADDRESS_END (UINT64_C(1) << 48)

/* Returns true if a run of a known kind lies in [at, end), and in the half of
 * the IPA space where its kind can be. */
static bool run_fits(const struct control_run *run, uint64_t at, uint64_t end,
		     uint64_t shared_base)
{
	uint64_t size = (uint64_t)run->pages * MACHINE_PAGE_SIZE;

	if (run->kind < CONTROL_RUN_POPULATED || run->kind > CONTROL_RUN_PINNED)
		return false;
	if (size == 0 || run->ipa % MACHINE_PAGE_SIZE != 0 || run->ipa < at ||
	    run->ipa >= end || size > end - run->ipa)
		return false;
	if (run->kind == CONTROL_RUN_SHARED)
		return shared_base != 0 && run->ipa >= shared_base;
	if (run->kind == CONTROL_RUN_PINNED)
		return run->ipa >= shared_base;
	return shared_base == 0 || run->ipa + size <= shared_base;
}

/* Returns false if a domain holds more pages than there can be memory. This
 * keeps the sum of all kinds from wrapping. */
static bool pages_fit(const struct control_memory *from)
{
	for (unsigned kind = 0; kind < CONTROL_PAGE_KINDS; kind++) {
		if (from->pages[kind] > ADDRESS_END / MACHINE_PAGE_SIZE)
			return false;
	}
	return true;
}

bool reply_memory(const struct control_memory *from, uint64_t asked,
		  struct engine_memory *out)
{
	_Static_assert((int)CONTROL_RUNS == ENGINE_RUNS, "runs");
	_Static_assert((int)CONTROL_PAGE_KINDS == ENGINE_PAGE_KINDS, "pages");
	uint64_t end = from->next != 0 ? from->next : ADDRESS_END;
	uint64_t at = asked;

	*out = (struct engine_memory){
		.shared_base = from->shared_base,
		.next = from->next,
	};
	memcpy(out->pages, from->pages, sizeof(out->pages));
	if (from->count > CONTROL_RUNS || end > ADDRESS_END || end <= asked ||
	    end % MACHINE_PAGE_SIZE != 0 || !pages_fit(from) ||
	    from->shared_base > ADDRESS_END ||
	    (from->shared_base & (from->shared_base - 1)) != 0)
		return false;
	for (unsigned i = 0; i < from->count; i++) {
		const struct control_run *run = &from->runs[i];

		if (!run_fits(run, at, end, from->shared_base))
			return false;
		out->runs[i] = (struct engine_run){ run->ipa,
						    (uint64_t)run->pages *
							    MACHINE_PAGE_SIZE,
						    run->kind };
		at = run->ipa + out->runs[i].size;
	}
	out->count = from->count;
	return true;
}
