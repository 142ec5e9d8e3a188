/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that EL3 lets devices access (abi/dma_guard.h). An EL3 that does
 * not know the service lets them access all.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_DMA_H
#define REEVE_HYPERVISOR_PORT_A64_DMA_H

#include <stdbool.h>

#include "abi/control.h"
#include "hypervisor/core/rmi/host_init.h"

/* Returns the memory that devices can access; size 0: no memory is kept from
 * them, or there are no devices. */
struct host_ram dma_window(void);

/* Returns false if EL3 keeps PCIe to itself, because the machine has no SMMU.
 * An access to its registers would fault. */
bool dma_possible(void);

/* For struct domain_ops. ctx is not used. */
void dma_faults_fill(void *ctx, struct control_host *host);

#endif
