/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm Descriptor (RD), which is the content of an RD granule, and the
 * life cycle of a Realm. */
#ifndef REEVE_RMM_CORE_REALM_REALM_H
#define REEVE_RMM_CORE_REALM_REALM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/debug.h"
#include "lib/ipa.h"
#include "rmm/core/granule.h"
#include "rmm/core/measurement.h"

/* DEN0137 "Realm states". */
enum realm_state {
	REALM_NEW = 0,
	REALM_ACTIVE = 1,
	REALM_SYSTEM_OFF = 2,
	REALM_ZOMBIE = 3,
};

/* The stage 2 of a Realm: what a table walk needs. It does not change while the
 * Realm exists. */
struct realm_s2 {
	uint32_t ipa_bits; /* s2sz, 32..48 */
	int32_t start_level; /* 0..2 (LPA2 is not offered) */
	uint32_t root_count; /* 1..16 consecutive tables */
	pa_t root;
	uint32_t vmid;
};

/* Fits in one granule. The lock of the RD granule guards all fields except
 * `life`, which is atomic. */
struct rd {
	/* [1:0] enum realm_state, [63:2] executing RECs; see realm_life_*(). */
	uint64_t life;
	struct realm_s2 s2;
	struct measurements measurements;
	struct debug_counts debug_counts;
	uint32_t rec_count; /* RECs ever created: the next REC's index */
	uint8_t rpv[RMI_RPV_SIZE];
	uint8_t instance_id[33]; /* 0x01, then 32 random bytes */
	uint8_t mec_policy; /* RMI_MEC_* */
};

_Static_assert(sizeof(struct rd) <= GRANULE_SIZE, "struct rd");

/*
 * The state and the number of executing RECs change together, without the lock
 * of the RD: realm_life_enter() succeeds only while the Realm is ACTIVE, and
 * realm_life_terminate() only while no REC executes.
 */
enum realm_state realm_life_state(const struct rd *rd);
bool realm_life_enter(struct rd *rd); /* false: not ACTIVE */
void realm_life_leave(struct rd *rd);
bool realm_life_terminate(struct rd *rd); /* false: a REC executes */
void realm_life_set(struct rd *rd, enum realm_state state);

/* Return the size of the IPA space in bytes, and the size of its protected
 * half, which is where the unprotected half begins. */
static inline uint64_t realm_ipa_size(const struct realm_s2 *s2)
{
	return UINT64_C(1) << s2->ipa_bits;
}

static inline uint64_t realm_par_size(const struct realm_s2 *s2)
{
	return ipa_shared_start(s2->ipa_bits);
}

/* Returns whether ipa lies in the protected half. */
static inline bool realm_ipa_protected(const struct realm_s2 *s2, ipa_t ipa)
{
	return ipa.value < realm_par_size(s2);
}

#endif
