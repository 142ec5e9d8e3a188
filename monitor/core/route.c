/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of function identifiers (docs/machine.md, SMC routing). */
#include "monitor/core/route.h"

#include <stddef.h>

#include "abi/dma_guard.h"
#include "abi/firme.h"
#include "abi/psci.h"
#include "abi/rmi.h"
#include "abi/rmm_el3.h"
#include "abi/smccc.h"

struct route_range {
	uint32_t first;
	uint32_t last;
	enum route by_caller[WORLDS];
};

/* The most frequent of those that carry.S leaves to C come first. */
static const struct route_range ranges[] = {
	{ FIRME_FID_FIRST, FIRME_FID_LAST, { ROUTE_FIRME, ROUTE_FIRME } },
	{ RMI_FID_FIRST_0, RMI_FID_LAST_0, { ROUTE_TO_RMM, ROUTE_UNKNOWN } },
	{ RMM_EL3_REQ_COMPLETE,
	  RMM_EL3_REQ_COMPLETE,
	  { ROUTE_TO_RMM, ROUTE_TO_HYPERVISOR } },
	{ SMCCC_VERSION_FID, SMCCC_ARCH_FEATURES_FID, { ROUTE_ARCH, ROUTE_ARCH } },
	{ SMCCC_AVAILABILITY_FID,
	  SMCCC_AVAILABILITY_FID,
	  { ROUTE_ARCH, ROUTE_ARCH } },
	{ PSCI_FID_FIRST, PSCI_FID_LAST, { ROUTE_PSCI, ROUTE_UNKNOWN } },
	{ PSCI_FID_FIRST | SMCCC_FID_64,
	  PSCI_FID_LAST | SMCCC_FID_64,
	  { ROUTE_PSCI, ROUTE_UNKNOWN } },
	{ RMM_EL3_FID_FIRST, RMM_EL3_FID_LAST, { ROUTE_UNKNOWN, ROUTE_SERVICE } },
	{ DMA_GUARD_FID_FIRST,
	  DMA_GUARD_FID_LAST,
	  { ROUTE_DMA_GUARD, ROUTE_UNKNOWN } },
	{ RMI_FID_FIRST_1, ROUTE_RMI_END_1, { ROUTE_TO_RMM, ROUTE_UNKNOWN } },
};

enum route smc_route(uint64_t fid, enum world caller)
{
	uint32_t number = (uint32_t)fid & ~(uint32_t)SMCCC_SVE_HINT;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (number >= ranges[i].first && number <= ranges[i].last)
			return ranges[i].by_caller[caller];
	}
	return ROUTE_UNKNOWN;
}
