/* SPDX-License-Identifier: BSD-3-Clause */
/* Granule states, references and locks, and copies from and to NS memory. */
#include "rmm/core/granule.h"

#include <stddef.h>

#include "abi/bits.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rmm.h"

/*
 * Other CPUs read the word while its lock is held: to wait for the lock, or to
 * see if a granule is NS. The accesses are therefore atomic. They need no order
 * of their own, since port_lock() acquires and port_unlock() releases, which
 * orders everything that the lock guards.
 */
static uint16_t word_load(const struct granule *granule)
{
	return __atomic_load_n(&granule->word, __ATOMIC_RELAXED);
}

static void word_store(struct granule *granule, uint64_t word)
{
	__atomic_store_n(&granule->word, (uint16_t)word, __ATOMIC_RELAXED);
}

static enum granule_state word_state(const struct granule *granule)
{
	return (enum granule_state)BITS_GET(word_load(granule),
					    GRANULE_WORD_STATE);
}

static struct granule *granule_at(const struct rmm *rmm, pa_t pa)
{
	uint64_t offset = pa.value - rmm->machine.memory_base.value;

	return &rmm->granules[offset / GRANULE_SIZE];
}

static bool in_memory(const struct rmm *rmm, pa_t pa)
{
	const struct rmm_machine *machine = &rmm->machine;

	return pa.value >= machine->memory_base.value &&
	       pa.value - machine->memory_base.value < machine->memory_size;
}

static bool tracked(const struct rmm *rmm, pa_t pa)
{
	return is_aligned(pa.value, GRANULE_SIZE) && in_memory(rmm, pa);
}

bool granule_tracked(const struct rmm *rmm, pa_t pa)
{
	return tracked(rmm, pa);
}

bool granule_is(const struct rmm *rmm, pa_t pa, enum granule_state state)
{
	return tracked(rmm, pa) && word_state(granule_at(rmm, pa)) == state;
}

/* Waits for the lock as long as the granule is in the state. */
static bool lock_in_state(const struct rmm *rmm, struct granule *granule,
			  pa_t pa, enum granule_state state)
{
	return port_lock(rmm->port, &granule->word, pa,
			 (uint16_t)BITS_MASK(GRANULE_WORD_STATE),
			 (uint16_t)BITS_PUT(GRANULE_WORD_STATE, state));
}

/*
 * Waits only while the granule is in the wanted state. A host may name any
 * granule, even one whose holder waits for a granule that this command holds:
 * to wait for it would be a deadlock. Granules in the wanted state are held
 * only by commands that keep the lock order.
 */
static inline bool lock_take(struct rmm *rmm, pa_t pa, enum granule_state state,
			     struct granule_ref *out)
{
	if (tracked(rmm, pa)) {
		struct granule *granule = granule_at(rmm, pa);

		if (lock_in_state(rmm, granule, pa, state)) {
			*out = (struct granule_ref){ rmm, granule, pa };
			return true;
		}
	}
	*out = GRANULE_NONE_HELD;
	return false;
}

bool granule_lock(struct rmm *rmm, pa_t pa, enum granule_state state,
		  struct granule_ref *out)
{
	return lock_take(rmm, pa, state, out);
}

bool granule_lock_pair(struct rmm *rmm, struct granule_want first,
		       struct granule_want second, struct granule_ref *first_out,
		       struct granule_ref *second_out)
{
	bool swapped = first.pa.value > second.pa.value;
	struct granule_want low = swapped ? second : first;
	struct granule_want high = swapped ? first : second;
	struct granule_ref *low_out = swapped ? second_out : first_out;
	struct granule_ref *high_out = swapped ? first_out : second_out;

	*high_out = GRANULE_NONE_HELD;
	if (pa_equal(low.pa, high.pa) ||
	    !granule_lock(rmm, low.pa, low.state, low_out)) {
		*low_out = GRANULE_NONE_HELD;
		return false;
	}
	if (granule_lock(rmm, high.pa, high.state, high_out))
		return true;
	granule_unlock(low_out);
	return false;
}

void granule_lock_owned(struct rmm *rmm, pa_t pa, enum granule_state state,
			struct granule_ref *out)
{
	if (!lock_take(rmm, pa, state, out))
		port_panic(rmm->port, "an owned granule changed its state");
}

struct granule_ref granule_held(struct rmm *rmm, pa_t pa)
{
	return (struct granule_ref){ rmm, granule_at(rmm, pa), pa };
}

static void unlock(struct granule_ref *ref)
{
	port_unlock(ref->rmm->port, &ref->granule->word, ref->pa);
	*ref = GRANULE_NONE_HELD;
}

void granule_unlock(struct granule_ref *ref)
{
	if (ref->granule != NULL)
		unlock(ref);
}

static inline void state_put(const struct granule_ref *ref,
			     enum granule_state state)
{
	uint64_t word = word_load(ref->granule);

	if (BITS_GET(word, GRANULE_WORD_REFS) != 0)
		port_panic(ref->rmm->port, "a granule in use changes state");
	word &= ~BITS_MASK(GRANULE_WORD_STATE);
	word_store(ref->granule, word | BITS_PUT(GRANULE_WORD_STATE, state));
}

void granule_unlock_to(struct granule_ref *ref, enum granule_state state)
{
	state_put(ref, state);
	unlock(ref);
}

enum granule_state granule_state(const struct granule_ref *ref)
{
	return word_state(ref->granule);
}

void granule_set_state(struct granule_ref *ref, enum granule_state state)
{
	state_put(ref, state);
}

unsigned granule_refs(const struct granule_ref *ref)
{
	return (unsigned)BITS_GET(word_load(ref->granule), GRANULE_WORD_REFS);
}

static void refs_set(struct granule_ref *ref, unsigned refs)
{
	uint64_t word = word_load(ref->granule) & ~BITS_MASK(GRANULE_WORD_REFS);

	word_store(ref->granule, word | BITS_PUT(GRANULE_WORD_REFS, refs));
}

void granule_refs_add(struct granule_ref *ref, unsigned count)
{
	unsigned refs = granule_refs(ref);

	if (count > GRANULE_REFS_MAX - refs)
		port_panic(ref->rmm->port, "too many references of a granule");
	refs_set(ref, refs + count);
}

void granule_refs_drop(struct granule_ref *ref, unsigned count)
{
	unsigned refs = granule_refs(ref);

	if (count > refs)
		port_panic(ref->rmm->port, "too few references of a granule");
	refs_set(ref, refs - count);
}

void *granule_map(const struct granule_ref *ref)
{
	return port_granule_map(ref->rmm->port, ref->pa);
}

void granule_unmap(const struct granule_ref *ref, void *address)
{
	port_granule_unmap(ref->rmm->port, ref->pa, address);
}

/*
 * Returns whether [pa, pa + size) lies in one tracked granule in state NS. No
 * lock is needed: if the granule leaves that state afterwards, the access takes
 * a granule protection fault, which port_ns_read() and port_ns_write() report.
 */
static bool ns_range(const struct rmm *rmm, pa_t pa, uint32_t size)
{
	uint64_t offset = pa.value % GRANULE_SIZE;

	return in_memory(rmm, pa) && size <= GRANULE_SIZE - offset &&
	       word_state(granule_at(rmm, pa)) == GRANULE_NS;
}

bool granule_ns_read(struct rmm *rmm, pa_t pa, void *to, uint32_t size)
{
	return ns_range(rmm, pa, size) && port_ns_read(rmm->port, pa, to, size);
}

bool granule_ns_write(struct rmm *rmm, pa_t pa, const void *from, uint32_t size)
{
	return ns_range(rmm, pa, size) &&
	       port_ns_write(rmm->port, pa, from, size);
}
