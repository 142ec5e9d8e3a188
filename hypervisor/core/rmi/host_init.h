/* SPDX-License-Identifier: BSD-3-Clause */
/* Preparing the RMM for Realms, once, and reading what it offers. */
#ifndef REEVE_HYPERVISOR_CORE_RMI_HOST_INIT_H
#define REEVE_HYPERVISOR_CORE_RMI_HOST_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/failure.h"
#include "hypervisor/core/rmi/granules.h"

/* The RMM's features, decoded (RMI_FEATURES). */
struct host_info {
	uint64_t features[RMI_FEATURE_REGISTERS]; /* as read */
	uint64_t version_lower; /* the answer to RMI_VERSION */
	uint64_t version_higher;
	unsigned ipa_bits; /* the widest IPA space of a Realm */
	unsigned max_recs; /* of one Realm */
	unsigned hashes; /* bit RMI_HASH_* set: offered */
	unsigned num_bps; /* counts - 1 */
	unsigned num_wps;
	unsigned gpt_bits; /* log2 of the bytes that one level 1 GPT covers */
	uint64_t ram_bytes; /* RAM of the host that can be delegated */
};

/* One bank of the host's RAM. */
struct host_ram {
	pa_t base;
	uint64_t size;
};

struct host {
	const struct host_ops *ops;
	struct host_info info;
	struct granules granules; /* pages that the RMM keeps for itself */
	struct rmi_failure failure; /* of the last host_init() */
};

/*
 * Brings the RMM from reset to active: agrees on the version, reads its
 * features, configures it, activates it, and prepares the RAM banks. A bank of
 * which the RMM accepts no memory is left out. *ops must outlive the host.
 * Returns false if that failed; host->failure has the reason.
 */
bool host_init(struct host *host, const struct host_ops *ops,
	       const struct host_ram *banks, unsigned count);

#endif
