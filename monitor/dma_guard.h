/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeping the DMA of devices away from Realms. An RME SMMU holds each access of
 * a device against the granule protection table; the SMMU of QEMU does not. So
 * EL3 does here what the SMMU does by itself on a platform that has RME: it
 * owns the SMMU, lets all devices reach one fixed window of DRAM and nothing
 * else, and never lets a granule of the window become Realm (docs/monitor.md,
 * DMA of devices). A platform with an RME SMMU leaves this file out.
 */
#ifndef REEVE_MONITOR_DMA_GUARD_H
#define REEVE_MONITOR_DMA_GUARD_H

#include "abi/rmm_el3.h"
#include "monitor/cpu.h"

/*
 * Finds the SMMU in the device tree, stops all DMA, and then lets devices reach
 * the window: `asked` bytes at the end of DRAM, or if that is 0 as many as the
 * monitor chooses. Returns the window; its size is 0 if there is no SMMU. Then
 * devices have to be kept from the hypervisor. Panics if the SMMU has no stage
 * 2, or the window does not fit. Called once, with the MMU on.
 */
struct rmm_el3_bank dma_guard_start(const struct rmm_el3_bank *dram,
				    uint64_t asked);

/* Serves DMA_GUARD_* of the hypervisor. */
void dma_guard_serve(struct frame *frame);

#endif
