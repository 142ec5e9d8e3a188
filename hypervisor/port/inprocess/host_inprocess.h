/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host inside this process: struct host_ops over a machine that someone else
 * provides, with an allocator for its Non-secure pages. Nothing here costs
 * time or memory for pages that are not used.
 */
#ifndef REEVE_HYPERVISOR_PORT_HOST_INPROCESS_H
#define REEVE_HYPERVISOR_PORT_HOST_INPROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/pages.h"

/* The machine: its memory, and the RMM that answers on it. */
struct inprocess_machine {
	pa_t base; /* the memory that the host may use */
	uint64_t size; /* bytes; whole pages */
	void *ctx; /* given back to each function */
	void (*smc)(void *ctx, struct smccc_regs *regs);
	/* The content of a Non-secure page; never NULL for one. */
	void *(*page)(void *ctx, pa_t page);
};

struct host_inprocess {
	struct host_ops ops; /* for host_init() */
	struct inprocess_machine machine;
	struct pages pages; /* pages.used, pages.peak: what is allocated */
};

/* host must stay where it is until closed. false: out of memory. */
bool host_inprocess_open(struct host_inprocess *host,
			 const struct inprocess_machine *machine);
void host_inprocess_close(struct host_inprocess *host);

#endif
