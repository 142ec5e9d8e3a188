/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the hypervisor asks our monitor which memory devices can access, and how
 * often a device tried to access other memory: SiP service calls (DEN0028 6),
 * because the machine needs the service for want of an RME SMMU. Another EL3
 * answers -1. Usable from assembly.
 */
#ifndef REEVE_ABI_DMA_GUARD_H
#define REEVE_ABI_DMA_GUARD_H

/*
 * X0: 0; X1: the first address that devices can access; X2: how many bytes from
 * there on. They stay Non-secure for ever. 0 bytes: the machine has no SMMU,
 * and nobody can use PCIe.
 */
#define DMA_GUARD_WINDOW 0xc2000100
/*
 * X0: 0; X1: accesses that were stopped since boot; X2: 1 if there were more,
 * which the SMMU could not count; of the last one X3 the address, X4 the stream
 * in bits 31:0 and what was wrong in bits 39:32 (abi/smmuv3.h, events).
 */
#define DMA_GUARD_FAULTS 0xc2000101

#define DMA_GUARD_FID_FIRST DMA_GUARD_WINDOW
#define DMA_GUARD_FID_LAST  DMA_GUARD_FAULTS

#define DMA_GUARD_TYPE_SHIFT   32
#define DMA_GUARD_TYPE_WIDTH   8
#define DMA_GUARD_STREAM_SHIFT 0
#define DMA_GUARD_STREAM_WIDTH 32

#endif
