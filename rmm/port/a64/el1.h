/* SPDX-License-Identifier: BSD-3-Clause */
/* Saving and loading the registers of EL1 and EL0. */
#ifndef REEVE_RMM_PORT_A64_EL1_H
#define REEVE_RMM_PORT_A64_EL1_H

#include "rmm/core/rec/context.h"

void el1_save(struct el1_shared *to);
/* Loads all of them except EL1_TRANSLATION. */
void el1_load(const struct el1_shared *from);
/*
 * Load EL1_TRANSLATION, VTTBR_EL2 and HCR_EL2. _enter: the Realm's values, on
 * the way in or when they change while its registers are loaded. _leave: the
 * host's values again.
 */
void el1_translation_enter(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr);
void el1_translation_leave(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr);

/* EL1_TRANSLATION alone. */
struct el1_translation {
	EL1_TRANSLATION(EL1_FIELD)
};

/* Returns what these registers are on the CPU; loads them. */
struct el1_translation el1_translation_now(void);
void el1_translation_load(const struct el1_translation *from);

void el1_realm_save(struct el1_realm *to);
void el1_realm_load(const struct el1_realm *from);

#endif
