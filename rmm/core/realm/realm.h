/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm descriptor (the content of an RD granule) and its life cycle. */
#ifndef REEVE_RMM_CORE_REALM_REALM_H
#define REEVE_RMM_CORE_REALM_REALM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
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

/* The stage 2 of a Realm: all that a table walk needs to know. */
struct realm_s2 {
	uint32_t ipa_bits; /* s2sz, 32..48 */
	int32_t start_level; /* 0..2 (LPA2 is not offered) */
	uint32_t root_count; /* 1..16 consecutive tables */
	pa_t root;
	uint32_t vmid;
};

/* Fits one granule; the RD granule's lock guards all but `life`. */
struct rd {
	/* [1:0] enum realm_state, [63:2] RECs executing; see realm_life_*. */
	uint64_t life;
	struct realm_s2 s2;
	struct measurements measurements;
	uint32_t rec_count; /* RECs ever created: the next REC's index */
	uint8_t rpv[RMI_RPV_SIZE];
	uint8_t instance_id[33]; /* 0x01, then 32 random bytes */
	uint8_t mec_policy; /* RMI_MEC_* */
};

_Static_assert(sizeof(struct rd) <= GRANULE_SIZE, "struct rd");

/*
 * The state and the number of executing RECs change together, without the RD
 * lock: an enter counts only while ACTIVE, a terminate succeeds only while
 * nothing executes.
 */
enum realm_state realm_life_state(const struct rd *rd);
bool realm_life_enter(struct rd *rd); /* false: not ACTIVE */
void realm_life_leave(struct rd *rd);
bool realm_life_terminate(struct rd *rd); /* false: a REC executes */
void realm_life_set(struct rd *rd, enum realm_state state);

/* Bytes of the IPA space, and the bound of its protected half. */
static inline uint64_t realm_ipa_size(const struct realm_s2 *s2)
{
	return UINT64_C(1) << s2->ipa_bits;
}

static inline uint64_t realm_par_size(const struct realm_s2 *s2)
{
	return ipa_shared_start(s2->ipa_bits);
}

/* Whether ipa lies in the protected half. */
static inline bool realm_ipa_protected(const struct realm_s2 *s2, ipa_t ipa)
{
	return ipa.value < realm_par_size(s2);
}

#endif
