/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtual CPU interface of a core (Arm IHI 0069, 12.4). It is shared with
 * the RMM: what is in it when a Realm is entered is what the Realm gets.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_ICH_H
#define REEVE_HYPERVISOR_PORT_A64_ICH_H

#include "hypervisor/core/vgic/vgic.h"

/* How many list registers the calling core has. */
unsigned ich_lr_count(void);

void ich_load(const struct vgic_state *state);
/* And then it is off. */
void ich_save(struct vgic_state *state);

#endif
