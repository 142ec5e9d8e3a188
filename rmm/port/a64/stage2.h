/* SPDX-License-Identifier: BSD-3-Clause */
/* TLB invalidation beside that of rmm/core/port.h. */
#ifndef REEVE_RMM_PORT_A64_STAGE2_H
#define REEVE_RMM_PORT_A64_STAGE2_H

/* Drops what this CPU's TLB has of the stage 1 of the VMID in VTTBR_EL2. */
void stage1_forget(void);

#endif
