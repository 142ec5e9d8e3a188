/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of EL1 and EL0, to and from memory. */
#ifndef REEVE_RMM_PORT_A64_EL1_H
#define REEVE_RMM_PORT_A64_EL1_H

#include "rmm/core/rec/context.h"

void el1_save(struct el1_shared *to);
/* All but how addresses are translated. */
void el1_load(const struct el1_shared *from);
/* That, with VTTBR_EL2 and HCR_EL2: into a Realm, or in it to what its
 * registers are to be; and back to the host's. */
void el1_translation_enter(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr);
void el1_translation_leave(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr);
void el1_realm_save(struct el1_realm *to);
void el1_realm_load(const struct el1_realm *from);

#endif
