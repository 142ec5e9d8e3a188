/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks the invariants of an RMM between two commands. */
#include "tests/fuzz/rmm_invariants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"
#include "rmm/core/granule.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"
#include "rmm/core/rtt/rtt_entry.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/fuzz/debug_invariants.h"

/* The state of a check. */
struct audit {
	struct inprocess *machine;
	struct rmm *rmm;
	unsigned granules;
	unsigned *owners; /* by granule: how many places own it */
	unsigned *refs; /* by granule: references that it should have */
};

static void require(bool condition, const char *what, pa_t pa)
{
	if (condition)
		return;
	fprintf(stderr, "invariant broken at 0x%llx: %s\n",
		(unsigned long long)pa.value, what);
	abort();
}

static unsigned index_of(const struct audit *audit, pa_t pa)
{
	require(granule_tracked(audit->rmm, pa), "is tracked", pa);
	return (unsigned)((pa.value - audit->rmm->machine.memory_base.value) /
			  GRANULE_SIZE);
}

static pa_t pa_of(const struct audit *audit, unsigned index)
{
	return pa_add(audit->rmm->machine.memory_base,
		      (uint64_t)index * GRANULE_SIZE);
}

static uint16_t word_at(const struct audit *audit, pa_t pa)
{
	return audit->rmm->granules[index_of(audit, pa)].word;
}

static enum granule_state state_at(const struct audit *audit, pa_t pa)
{
	return (enum granule_state)BITS_GET(word_at(audit, pa),
					    GRANULE_WORD_STATE);
}

static const void *granule_content(const struct audit *audit, pa_t pa)
{
	return inprocess_peek(audit->machine, pa.value);
}

/* Notes that a place owns the granule, which must have that state. */
static void owner_count(struct audit *audit, pa_t pa, enum granule_state state)
{
	require(state_at(audit, pa) == state, "has its owner's state", pa);
	require(++audit->owners[index_of(audit, pa)] == 1, "has one owner", pa);
}

static void audit_table(struct audit *audit, pa_t table, int level);

static void audit_entry(struct audit *audit, pa_t table, uint64_t word,
			int level)
{
	struct rtt_entry entry = rtt_entry_decode(word, level);

	if (entry.kind == RTT_TABLE) {
		require(level < RTT_LEVEL_MAX, "has no table below it", table);
		audit->refs[index_of(audit, table)]++;
		audit_table(audit, entry.pa, level + 1);
	} else if (entry.kind == RTT_ASSIGNED) {
		audit->refs[index_of(audit, table)]++;
		for (uint64_t i = 0; i < rtt_level_size(level);
		     i += GRANULE_SIZE)
			owner_count(audit, pa_add(entry.pa, i), GRANULE_DATA);
	}
}

static void audit_table(struct audit *audit, pa_t table, int level)
{
	const uint64_t *entries = granule_content(audit, table);

	owner_count(audit, table, GRANULE_RTT);
	for (unsigned i = 0; i < RTT_ENTRIES; i++)
		audit_entry(audit, table, entries[i], level);
}

static void audit_realm(struct audit *audit, pa_t pa)
{
	const struct rd *rd = granule_content(audit, pa);

	owner_count(audit, pa, GRANULE_RD);
	require(rd->life >> 2 == 0, "has no executing REC", pa);
	for (unsigned i = 0; i < rd->s2.root_count; i++) {
		audit_table(audit,
			    pa_add(rd->s2.root, (uint64_t)i * GRANULE_SIZE),
			    rd->s2.start_level);
	}
}

/* The REC has no more than the host granted and the CPU has. */
static void audit_debug(const struct audit *audit, pa_t pa,
			const struct rec *rec)
{
	const struct rmm_machine *machine = &audit->rmm->machine;
	const struct debug_counts has = { (uint8_t)(machine->num_bps + 1),
					  (uint8_t)(machine->num_wps + 1) };

	require(rec->debug_counts.breakpoints >= 2 &&
			rec->debug_counts.breakpoints <= has.breakpoints &&
			rec->debug_counts.watchpoints >= 2 &&
			rec->debug_counts.watchpoints <= has.watchpoints,
		"has breakpoints that the CPU has", pa);
	require(debug_is_sane(&rec->debug, rec->debug_counts, has),
		"has debug registers with a meaning", pa);
	require(rec->el1.mdscr_el1 == debug_mdscr(&rec->debug),
		"has the MDSCR_EL1 that the CPU gets", pa);
}

static void audit_rec(struct audit *audit, pa_t pa)
{
	const struct rec *rec = granule_content(audit, pa);

	audit_debug(audit, pa, rec);
	owner_count(audit, pa, GRANULE_REC);
	require(state_at(audit, rec->rd) == GRANULE_RD, "has a Realm", pa);
	audit->refs[index_of(audit, rec->rd)]++;
	for (unsigned i = 0; i < rec->aux_count; i++)
		owner_count(audit, rec->aux[i], GRANULE_REC_AUX);
}

static void audit_operation(struct audit *audit, const struct sro *sro)
{
	require(sro->owner != SRO_EXECUTING, "is not executed", sro->object);
	if (sro->owner == SRO_FREE)
		return;
	owner_count(audit, sro->object, GRANULE_PARTIAL);
	for (unsigned i = 0; i < sro->count; i++)
		owner_count(audit, sro->pages[i], GRANULE_REC_AUX);
}

/* Visits all owners. Returns the number of Realms. */
static unsigned audit_owners(struct audit *audit)
{
	unsigned realms = 0;

	for (unsigned i = 0; i < audit->granules; i++) {
		pa_t pa = pa_of(audit, i);

		if (state_at(audit, pa) == GRANULE_RD) {
			audit_realm(audit, pa);
			realms++;
		} else if (state_at(audit, pa) == GRANULE_REC) {
			audit_rec(audit, pa);
		}
	}
	for (unsigned i = 0; i < SRO_CONTEXTS; i++)
		audit_operation(audit, &audit->rmm->sros.contexts[i]);
	return realms;
}

static void audit_granule(const struct audit *audit, unsigned index)
{
	pa_t pa = pa_of(audit, index);
	uint32_t word = word_at(audit, pa);
	enum granule_state state = state_at(audit, pa);
	bool free = state == GRANULE_NS || state == GRANULE_DELEGATED;

	require(state <= GRANULE_PARTIAL, "has a known state", pa);
	require(word < GRANULE_WORD_LOCK, "is not locked", pa);
	require(inprocess_in_realm(audit->machine, pa.value) ==
			(state != GRANULE_NS),
		"is in the PAS of its state", pa);
	require(audit->owners[index] == !free, "is owned unless free", pa);
	require(BITS_GET(word, GRANULE_WORD_REFS) == audit->refs[index],
		"has its references", pa);
}

/* Allocates the counters. */
static void audit_open(struct audit *audit, struct inprocess *machine)
{
	audit->machine = machine;
	audit->rmm = inprocess_rmm(machine);
	audit->granules =
		(unsigned)(audit->rmm->machine.memory_size / GRANULE_SIZE);
	audit->owners = calloc(audit->granules, sizeof(*audit->owners));
	audit->refs = calloc(audit->granules, sizeof(*audit->refs));
	require(audit->owners && audit->refs, "can be counted", pa_of(audit, 0));
}

static void audit_close(struct audit *audit)
{
	free(audit->owners);
	free(audit->refs);
}

void rmm_invariants_check(struct inprocess *machine)
{
	struct audit audit;
	int vmids = 0;
	unsigned realms;

	audit_open(&audit, machine);
	realms = audit_owners(&audit);
	for (unsigned i = 0; i < audit.granules; i++)
		audit_granule(&audit, i);
	for (unsigned i = 0; i < RMM_VMIDS / 32; i++)
		vmids += __builtin_popcount(audit.rmm->vmids[i]);
	require((unsigned)vmids == realms && (audit.rmm->vmids[0] & 1) == 0,
		"every Realm has a VMID, and none has VMID 0",
		audit.rmm->machine.memory_base);
	audit_close(&audit);
}
