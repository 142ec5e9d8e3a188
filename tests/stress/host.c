/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host: commands on its Realms that mostly make sense, in any order, on
 * granules of which some are in another role.
 */
#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "lib/number.h"
#include "tests/stress/stress.h"

/* Normal memory, read and write. */
#define NS_RW                                                                  \
	(BITS_PUT(RMI_MAP_MEMATTR, RMI_MEMATTR_NORMAL_WB) |                    \
	 BITS_PUT(RMI_MAP_S2AP, RMI_S2AP_READ | RMI_S2AP_WRITE))

#define LIST_MAX 8

/* ---- Arguments ---- */

static uint64_t some_rd(struct worker *w)
{
	return page(PAGE_RD + pick(w, REALMS));
}

static uint64_t some_half(struct worker *w)
{
	return pick(w, 2) ? stress_unprotected(w->stress) : 0;
}

static uint64_t some_slot(struct worker *w)
{
	return GIB1 + pick(w, SLOTS) * MIB2;
}

static uint64_t some_page(struct worker *w)
{
	return some_slot(w) + pick(w, MEMORY) * KIB4;
}

static uint64_t some_block(struct worker *w)
{
	return page(PAGE_BLOCKS + pick(w, BLOCKS) * 512);
}

static uint64_t some_table(struct worker *w)
{
	return page(PAGE_TABLES + pick(w, TABLES));
}

static uint64_t some_memory(struct worker *w)
{
	return page(PAGE_MEMORY + pick(w, MEMORY));
}

/* A granule in whatever role. */
static uint64_t any_granule(struct worker *w)
{
	switch (pick(w, 24)) {
	case 0:
		return some_rd(w);
	case 1:
		return page(PAGE_ROOTS + pick(w, REALMS * ROOTS_MAX));
	case 2:
		return page(PAGE_RECS + pick(w, REALMS * RECS));
	case 3:
		return page(PAGE_AUX + pick(w, REALMS * RECS * REC_AUX_GRANULES));
	case 4:
		return page(PAGE_NS);
	case 5:
	case 6:
		return some_block(w) +
		       pick(w, 2) * (uint64_t)pick(w, 512) * KIB4;
	case 7:
	case 8:
	case 9:
	case 10:
		return some_table(w);
	default:
		return some_memory(w);
	}
}

static uint64_t table_or_any(struct worker *w)
{
	return pick(w, 8) ? some_table(w) : any_granule(w);
}

/* An address-range descriptor. */
static uint64_t range(uint64_t pa, int level, unsigned count, unsigned state)
{
	return pa | BITS_PUT(RMI_RANGE_SIZE, 3 - level) |
	       BITS_PUT(RMI_RANGE_COUNT, count) |
	       BITS_PUT(RMI_RANGE_STATE, state);
}

/* ---- Tables ---- */

static void create_level_3(struct worker *w)
{
	rmi(w, RMI_RTT_CREATE, some_rd(w), table_or_any(w),
	    some_slot(w) + some_half(w), 3);
}

static void create_level_2(struct worker *w)
{
	rmi(w, RMI_RTT_CREATE, some_rd(w), table_or_any(w), GIB1 + some_half(w),
	    2);
}

static void fold_level_3(struct worker *w)
{
	rmi(w, RMI_RTT_FOLD, some_rd(w), some_slot(w) + some_half(w), 3);
}

static void fold_level_2(struct worker *w)
{
	rmi(w, RMI_RTT_FOLD, some_rd(w), GIB1 + some_half(w), 2);
}

static void destroy_level_3(struct worker *w)
{
	rmi(w, RMI_RTT_DESTROY, some_rd(w), some_slot(w) + some_half(w), 3);
}

static void destroy_level_2(struct worker *w)
{
	rmi(w, RMI_RTT_DESTROY, some_rd(w), GIB1 + some_half(w), 2);
}

static void read_entry(struct worker *w)
{
	rmi(w, RMI_RTT_READ_ENTRY, some_rd(w), some_page(w) + some_half(w), 3);
}

/* ---- Realm memory ---- */

static void map_pages(struct worker *w)
{
	uint64_t ipa = some_page(w);

	rmi(w, RMI_RTT_DATA_MAP, some_rd(w), ipa, ipa + (1 + pick(w, 4)) * KIB4,
	    RMI_ADDR_TYPE_SINGLE,
	    range(any_granule(w), 3, 1 + pick(w, 4), RMI_RANGE_DELEGATED));
}

static void map_block(struct worker *w)
{
	uint64_t ipa = some_slot(w);

	rmi(w, RMI_RTT_DATA_MAP, some_rd(w), ipa, ipa + MIB2,
	    RMI_ADDR_TYPE_SINGLE,
	    range(some_block(w), 2, 1, RMI_RANGE_DELEGATED));
}

/* The range is refused unless the Realm is NEW. */
static void map_measured(struct worker *w)
{
	rmi(w, RMI_RTT_DATA_MAP_INIT, some_rd(w), any_granule(w), some_page(w),
	    page(PAGE_NS), RMI_DATA_MEASURE_CONTENT);
}

static void unmap_pages(struct worker *w)
{
	uint64_t ipa = some_page(w);

	rmi(w, RMI_RTT_DATA_UNMAP, some_rd(w), ipa,
	    ipa + (1 + pick(w, 4)) * KIB4, 0, 0);
}

/* A block, or the pages of its table as far as the list goes. */
static void unmap_slot(struct worker *w)
{
	uint64_t ipa = some_slot(w);

	rmi(w, RMI_RTT_DATA_UNMAP, some_rd(w), ipa, ipa + MIB2,
	    BITS_PUT(RMI_MAP_TYPE, RMI_ADDR_TYPE_LIST) |
		    BITS_PUT(RMI_MAP_LIST_COUNT, 1 + pick(w, LIST_MAX)),
	    page(PAGE_LIST + w->id));
}

/* Also refused unless the Realm is NEW. */
static void init_ripas(struct worker *w)
{
	uint64_t ipa = some_slot(w);

	rmi(w, RMI_RTT_INIT_RIPAS, some_rd(w), ipa, ipa + MIB2);
}

/* ---- Memory of the host in the unprotected half ---- */

static void share_pages(struct worker *w)
{
	uint64_t ipa = some_page(w) + stress_unprotected(w->stress);

	rmi(w, RMI_RTT_UNPROT_MAP, some_rd(w), ipa,
	    ipa + (1 + pick(w, 4)) * KIB4, RMI_ADDR_TYPE_SINGLE | NS_RW,
	    range(any_granule(w), 3, 2, RMI_RANGE_UNDELEGATED));
}

static void share_block(struct worker *w)
{
	uint64_t ipa = some_slot(w) + stress_unprotected(w->stress);

	rmi(w, RMI_RTT_UNPROT_MAP, some_rd(w), ipa, ipa + MIB2,
	    RMI_ADDR_TYPE_SINGLE | NS_RW,
	    range(some_block(w), 2, 1, RMI_RANGE_UNDELEGATED));
}

/* The GiB in which all of the memory lies. */
static void share_gib(struct worker *w)
{
	uint64_t ipa = GIB1 + stress_unprotected(w->stress);

	rmi(w, RMI_RTT_UNPROT_MAP, some_rd(w), ipa, ipa + GIB1,
	    RMI_ADDR_TYPE_SINGLE | NS_RW,
	    range(align_down(page(0), GIB1), 1, 1, RMI_RANGE_UNDELEGATED));
}

static void share_end(struct worker *w)
{
	static const uint64_t sizes[] = { KIB4, MIB2, GIB1 };
	uint64_t size = sizes[pick(w, 3)];
	uint64_t ipa =
		align_down(some_page(w), size) + stress_unprotected(w->stress);

	rmi(w, RMI_RTT_UNPROT_UNMAP, some_rd(w), ipa, ipa + size, 0, 0);
}

/* ---- Granules ---- */

static void delegate_any(struct worker *w)
{
	uint64_t base = any_granule(w);

	rmi(w, RMI_GRANULE_RANGE_DELEGATE, base, base + (1 + pick(w, 4)) * KIB4);
}

static void undelegate_any(struct worker *w)
{
	uint64_t base = any_granule(w);

	rmi(w, RMI_GRANULE_RANGE_UNDELEGATE, base,
	    base + (1 + pick(w, 4)) * KIB4);
}

/* Delegates what is still the host's of a whole pool. */
static void delegate_pool(struct worker *w)
{
	static const unsigned pools[][2] = {
		{ PAGE_TABLES, TABLES },     { PAGE_MEMORY, MEMORY },
		{ PAGE_BLOCKS, 512 },        { PAGE_BLOCKS + 512, 512 },
		{ PAGE_BLOCKS + 1024, 512 },
	};
	const unsigned *pool = pools[pick(w, 5)];
	uint64_t top = page(pool[0] + pool[1]);

	for (uint64_t pa = page(pool[0]); pa < top; pa += KIB4) {
		if (!inprocess_in_realm(w->stress->machine, pa))
			rmi(w, RMI_GRANULE_RANGE_DELEGATE, pa, top);
	}
}

/* ---- vCPUs ---- */

/* Answers the vCPU of an exit: all of its request, or a part. */
static void serve_ripas(struct worker *w, unsigned rec,
			const struct rmi_rec_exit *exit)
{
	uint64_t rd = page(PAGE_RD + rec / RECS);
	uint64_t next = exit->ripas_base, before;

	if (pick(w, 8) == 0)
		rd = some_rd(w);
	do {
		before = next;
		rmi(w, RMI_RTT_SET_RIPAS, rd, page(PAGE_RECS + rec), next,
		    exit->ripas_top);
		if (w->regs.x[0] == RMI_SUCCESS)
			next = w->regs.x[1];
	} while (next != before && next < exit->ripas_top && pick(w, 8) != 0);
}

static void serve_psci(struct worker *w, unsigned rec)
{
	unsigned other = rec ^ 1; /* the Realm's other vCPU */

	rmi(w, RMI_PSCI_COMPLETE, page(PAGE_RECS + rec), page(PAGE_RECS + other),
	    pick(w, 8) == 0 ? (uint64_t)PSCI_DENIED : PSCI_SUCCESS);
}

/* Runs a vCPU and answers its exit. As a host it learns of the exit from the
 * run page only. */
static void enter(struct worker *w)
{
	struct rmi_rec_run *run =
		inprocess_host_page(w->stress->machine, page(PAGE_RUN + w->id));
	unsigned rec = pick(w, REALMS * RECS);
	uint64_t status;

	run->enter.flags = pick(w, 8) == 0 ? RMI_REC_ENTER_RIPAS_REJECT : 0;
	status = rmi(w, RMI_REC_ENTER, page(PAGE_RECS + rec),
		     page(PAGE_RUN + w->id));
	if (status != RMI_SUCCESS)
		return;
	if (run->exit.exit_reason == RMI_EXIT_RIPAS_CHANGE)
		serve_ripas(w, rec, &run->exit);
	else if (run->exit.exit_reason == RMI_EXIT_PSCI && pick(w, 8) != 0)
		serve_psci(w, rec);
}

/* PSCI requests that were not answered at once, or never made. */
static void answer_any(struct worker *w)
{
	serve_psci(w, pick(w, REALMS * RECS));
}

struct choice {
	void (*step)(struct worker *w);
	unsigned weight;
};

static const struct choice choices[] = {
	{ create_level_3, 4 }, { create_level_2, 3 },  { fold_level_3, 4 },
	{ fold_level_2, 2 },   { destroy_level_3, 2 }, { destroy_level_2, 1 },
	{ read_entry, 1 },     { map_pages, 4 },       { map_block, 3 },
	{ map_measured, 4 },   { unmap_pages, 2 },     { unmap_slot, 2 },
	{ init_ripas, 1 },     { share_pages, 3 },     { share_block, 2 },
	{ share_gib, 1 },      { share_end, 3 },       { delegate_any, 1 },
	{ undelegate_any, 1 }, { delegate_pool, 2 },   { enter, 16 },
	{ answer_any, 2 },
};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

void host_step(struct worker *w)
{
	unsigned sum = 0, left;

	for (size_t i = 0; i < CHOICES; i++)
		sum += choices[i].weight;
	left = pick(w, sum);
	for (size_t i = 0; i < CHOICES; i++) {
		if (left < choices[i].weight) {
			choices[i].step(w);
			return;
		}
		left -= choices[i].weight;
	}
}
