/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of EL1 and EL0, to and from memory. */
#ifndef REEVE_RMM_PORT_A64_EL1_H
#define REEVE_RMM_PORT_A64_EL1_H

#include "rmm/core/context.h"

void el1_save(struct el1_shared *to);
void el1_load(const struct el1_shared *from);
void el1_realm_save(struct el1_realm *to);
void el1_realm_load(const struct el1_realm *from);

#endif
