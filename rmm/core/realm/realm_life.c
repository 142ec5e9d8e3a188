/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm's state and its number of executing RECs, in one word that changes by
 * compare-and-swap (docs/rmi.md, Realm states). With two words, a REC could
 * enter between the check that nothing executes and the end of the Realm.
 *
 * Changes acquire and release: an RMI_REALM_TERMINATE that sees no executing
 * REC sees all that the RECs stored before they left, and a REC that sees the
 * Realm ACTIVE sees all that was stored before RMI_REALM_ACTIVATE.
 */
#include "abi/bits.h"
#include "rmm/core/realm/realm.h"

#define LIFE_STATE_SHIFT 0
#define LIFE_STATE_WIDTH 2
#define LIFE_ONE_REC     (UINT64_C(1) << LIFE_STATE_WIDTH)

static uint64_t life_load(const struct rd *rd)
{
	return __atomic_load_n(&rd->life, __ATOMIC_ACQUIRE);
}

/* Returns false if another CPU has changed the word; *seen is then its new
 * value. */
static bool life_change(struct rd *rd, uint64_t *seen, uint64_t life)
{
	return __atomic_compare_exchange_n(&rd->life, seen, life, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

enum realm_state realm_life_state(const struct rd *rd)
{
	return (enum realm_state)BITS_GET(life_load(rd), LIFE_STATE);
}

bool realm_life_enter(struct rd *rd)
{
	uint64_t seen = life_load(rd);

	do {
		if (BITS_GET(seen, LIFE_STATE) != REALM_ACTIVE)
			return false;
	} while (!life_change(rd, &seen, seen + LIFE_ONE_REC));
	return true;
}

void realm_life_leave(struct rd *rd)
{
	__atomic_fetch_sub(&rd->life, LIFE_ONE_REC, __ATOMIC_RELEASE);
}

bool realm_life_terminate(struct rd *rd)
{
	uint64_t seen = life_load(rd);

	do {
		if (seen >= LIFE_ONE_REC)
			return false;
	} while (!life_change(rd, &seen, REALM_ZOMBIE));
	return true;
}

void realm_life_set(struct rd *rd, enum realm_state state)
{
	uint64_t seen = life_load(rd);

	while (!life_change(rd, &seen,
			    (seen & ~BITS_MASK(LIFE_STATE)) |
				    BITS_PUT(LIFE_STATE, state)))
		;
}
