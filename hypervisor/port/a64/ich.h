/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtual CPU interface of a core (Arm IHI0069, 12.4). The RMM does not
 * switch it: a Realm gets what it holds at the entry (docs/rmi.md, Interrupt
 * controller).
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_ICH_H
#define REEVE_HYPERVISOR_PORT_A64_ICH_H

#include "hypervisor/core/vgic/vgic.h"

/* Returns how many list registers the calling core has. */
unsigned ich_lr_count(void);

void ich_load(const struct vgic_state *state);
/* Saves the interface, and turns it off. */
void ich_save(struct vgic_state *state);

#endif
