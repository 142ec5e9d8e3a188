/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * struct host_ops over a machine inside this process that the caller provides,
 * with an allocator for its Non-secure pages. Pages that are not used cost
 * neither time nor memory.
 */
#ifndef REEVE_HYPERVISOR_PORT_HOST_INPROCESS_H
#define REEVE_HYPERVISOR_PORT_HOST_INPROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/pages.h"

/* The machine: its memory, and the RMM that answers on it. */
struct inprocess_machine {
	pa_t base; /* the memory that the hypervisor may use */
	uint64_t size; /* bytes; whole pages */
	void *ctx; /* passed to each function */
	void (*smc)(void *ctx, struct smccc_regs *regs);
	/* Returns the content of a Non-secure page, and never NULL for one. */
	void *(*page)(void *ctx, pa_t page);
};

struct host_inprocess {
	struct host_ops ops; /* for host_init() */
	struct inprocess_machine machine;
	struct pages pages; /* pages.used, pages.peak: how many are allocated */
	struct pages dma_pages; /* of ops.dma_pages_alloc() */
};

/* Fills *host, which must not move until it is closed. Returns false if there
 * is no memory. */
bool host_inprocess_open(struct host_inprocess *host,
			 const struct inprocess_machine *machine);
/* Makes the last bytes, whole pages, of the memory that which devices can
 * access. No page of them is allocated. Returns false if there is no memory. */
bool host_inprocess_divide(struct host_inprocess *host, uint64_t dma_size);
void host_inprocess_close(struct host_inprocess *host);

#endif
