/* SPDX-License-Identifier: BSD-3-Clause */
/* VMIDs: one per Realm. */
#ifndef REEVE_RMM_CORE_REALM_VMID_H
#define REEVE_RMM_CORE_REALM_VMID_H

#include <stdbool.h>
#include <stdint.h>

struct rmm;

/* false: all are in use. */
bool vmid_take(struct rmm *rmm, uint32_t *vmid);
/* Drops all that the TLBs hold of it first: the next owner starts clean. */
void vmid_release(struct rmm *rmm, uint32_t vmid);

#endif
