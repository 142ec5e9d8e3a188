/* SPDX-License-Identifier: BSD-3-Clause */
/* The routing of an SMC, by its function identifier and the caller's world. */
#ifndef REEVE_MONITOR_CORE_ROUTE_H
#define REEVE_MONITOR_CORE_ROUTE_H

/*
 * The end of the second block of RMI identifiers. It is beyond those that we
 * know: newer ones are the RMM's to refuse. Usable from assembly.
 */
#define ROUTE_RMI_END_1 0xc40002cf

#ifndef __ASSEMBLER__
#include <stdint.h>

enum world {
	WORLD_NS,
	WORLD_REALM,
	WORLDS,
};

enum route {
	ROUTE_UNKNOWN, /* X0 = -1, nothing else changes */
	ROUTE_ARCH, /* SMCCC's own calls */
	ROUTE_PSCI,
	ROUTE_TO_RMM, /* a request of the hypervisor */
	ROUTE_TO_HYPERVISOR, /* the result of a request */
	ROUTE_FIRME,
	ROUTE_DMA_GUARD,
	ROUTE_SERVICE, /* a service of EL3 to the RMM */
};

/*
 * Returns the route of a call. fid is X0 as the caller left it: its upper half
 * does not count (DEN0028 2.5), nor does the SVE hint.
 */
enum route smc_route(uint64_t fid, enum world caller);

#endif
#endif
