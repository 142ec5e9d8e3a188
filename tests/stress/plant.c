/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that stand in for those of the port, and of granule.c. */
#include "tests/stress/plant.h"

#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "tests/stress/baton.h"
#include "tests/stress/fail.h"
#include "tests/stress/hardware.h"

/* In one of how many cases another thread goes on. */
#define CHANCE_ENTRY 8 /* where hardware may look at a change */
#define CHANCE_LOCK  64 /* a block has 512 granules to lock */

/* So often a thread lets others go on, before the lock that it waits for is
 * said never to be released. */
#define WAITS_MAX 1000000

static struct plant planted;
static unsigned planted_once; /* references that went wrong so far; atomic */
static struct hardware *watching;

/* TLB maintenance that a planted defect puts off. */
struct late {
	bool pending;
	struct rmm_port *port;
	unsigned vmid;
	ipa_t ipa;
	uint64_t size;
};

static _Thread_local uint64_t current_fid;
static _Thread_local struct late late;

void plant_set(const struct plant *plant)
{
	planted = *plant;
}

void plant_hardware(struct hardware *hardware)
{
	watching = hardware;
}

static bool is_planted(enum plant_kind kind)
{
	return planted.kind == kind && planted.fid == current_fid;
}

/* True for the first time only, and for one thread. */
static bool is_planted_once(enum plant_kind kind)
{
	return is_planted(kind) &&
	       __atomic_fetch_add(&planted_once, 1, __ATOMIC_RELAXED) == 0;
}

/* ---- TLB maintenance ---- */

void __real_port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
				uint64_t size);
void __wrap_port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
				uint64_t size);
void __real_port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid);
void __wrap_port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid);

static void tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
			   uint64_t size)
{
	baton_point(CHANCE_ENTRY);
	__real_port_tlb_invalidate(port, vmid, ipa, size);
	hardware_invalidate(watching, vmid, ipa.value, size);
	baton_point(CHANCE_ENTRY);
}

void __wrap_port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
				uint64_t size)
{
	if (is_planted(PLANT_TLBI_LATE))
		late = (struct late){ true, port, vmid, ipa, size };
	else if (!is_planted(PLANT_TLBI_LEFT_OUT))
		tlb_invalidate(port, vmid, ipa, size);
}

void __wrap_port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid)
{
	baton_point(CHANCE_ENTRY);
	if (is_planted(PLANT_TLBI_LEFT_OUT))
		return;
	__real_port_tlb_invalidate_vmid(port, vmid);
	hardware_invalidate_vmid(watching, vmid);
	baton_point(CHANCE_ENTRY);
}

void plant_call_begin(uint64_t fid)
{
	baton_point(CHANCE_ENTRY);
	current_fid = fid;
}

void plant_call_end(void)
{
	if (late.pending) {
		late.pending = false;
		tlb_invalidate(late.port, late.vmid, late.ipa, late.size);
	}
	current_fid = 0;
}

/* ---- Tables, locks, RECs ---- */

void __real_port_entry_write(struct rmm_port *port, uint64_t *slot,
			     uint64_t entry);
void __wrap_port_entry_write(struct rmm_port *port, uint64_t *slot,
			     uint64_t entry);
bool __real_port_lock(struct rmm_port *port, uint16_t *word, pa_t pa,
		      uint16_t mask, uint16_t value);
bool __wrap_port_lock(struct rmm_port *port, uint16_t *word, pa_t pa,
		      uint16_t mask, uint16_t value);
void __real_port_rec_start(struct rmm_port *port, struct rec *rec,
			   const struct realm_s2 *s2);
void __wrap_port_rec_start(struct rmm_port *port, struct rec *rec,
			   const struct realm_s2 *s2);
void __real_port_rec_stop(struct rmm_port *port, struct rec *rec);
void __wrap_port_rec_stop(struct rmm_port *port, struct rec *rec);

void __wrap_port_entry_write(struct rmm_port *port, uint64_t *slot,
			     uint64_t entry)
{
	baton_point(CHANCE_ENTRY);
	__real_port_entry_write(port, slot, entry);
	baton_point(CHANCE_ENTRY);
}

/* Returns true if the granule has the wanted state, and is locked. */
static bool must_wait(const uint16_t *word, uint16_t mask, uint16_t value)
{
	uint16_t now = __atomic_load_n(word, __ATOMIC_RELAXED);

	return (now & mask) == value && (now & GRANULE_WORD_LOCK) != 0;
}

bool __wrap_port_lock(struct rmm_port *port, uint16_t *word, pa_t pa,
		      uint16_t mask, uint16_t value)
{
	unsigned waits = 0;

	baton_point(CHANCE_LOCK);
	while (baton_taken() && must_wait(word, mask, value)) {
		if (!baton_yield() || ++waits == WAITS_MAX)
			stress_fail("a granule stays locked for ever");
	}
	return __real_port_lock(port, word, pa, mask, value);
}

void __wrap_port_rec_start(struct rmm_port *port, struct rec *rec,
			   const struct realm_s2 *s2)
{
	__real_port_rec_start(port, rec, s2);
	hardware_rec_start(watching, rec, s2);
}

void __wrap_port_rec_stop(struct rmm_port *port, struct rec *rec)
{
	hardware_rec_stop(watching, rec);
	__real_port_rec_stop(port, rec);
}

/* ---- References ---- */

void __real_granule_refs_add(struct granule_ref *ref, unsigned count);
void __wrap_granule_refs_add(struct granule_ref *ref, unsigned count);
void __real_granule_refs_drop(struct granule_ref *ref, unsigned count);
void __wrap_granule_refs_drop(struct granule_ref *ref, unsigned count);

void __wrap_granule_refs_add(struct granule_ref *ref, unsigned count)
{
	if (is_planted_once(PLANT_REFERENCE_NOT_TAKEN))
		count--;
	__real_granule_refs_add(ref, count);
}

void __wrap_granule_refs_drop(struct granule_ref *ref, unsigned count)
{
	if (count > 0 && is_planted_once(PLANT_REFERENCE_NOT_DROPPED))
		count--;
	__real_granule_refs_drop(ref, count);
}
