/* SPDX-License-Identifier: BSD-3-Clause */
/* The REC (the content of a REC granule): one vCPU of a Realm. */
#ifndef REEVE_RMM_CORE_REC_H
#define REEVE_RMM_CORE_REC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"
#include "rmm/core/granule.h"

/*
 * Granules that a REC asks for besides its own: room for the widest SIMD
 * state (32 vectors of 2048 bits, predicates) and for an attestation token.
 */
#define REC_AUX_GRANULES 4

/* DEN0137: a change of RIPAS that the Realm asked for and the host serves. */
struct rec_ripas_request {
	bool pending;
	bool change_destroyed; /* DESTROYED may become RAM */
	uint8_t ripas; /* RMI_RIPAS_EMPTY or RMI_RIPAS_RAM */
	ipa_t next; /* served up to here */
	ipa_t top;
};

/* A PSCI request that waits for RMI_PSCI_COMPLETE. */
struct rec_psci_request {
	bool pending;
};

struct rec {
	pa_t rd;
	uint32_t index; /* linear index of its MPIDR */
	bool runnable;
	uint64_t mpidr; /* as in RmiRecParams */
	uint64_t gprs[31];
	uint64_t pc;
	uint64_t pstate;
	uint64_t sctlr_el1;
	struct rec_ripas_request ripas;
	struct rec_psci_request psci;
	pa_t aux[REC_AUX_GRANULES];
	uint32_t aux_count;
};

_Static_assert(sizeof(struct rec) <= GRANULE_SIZE, "struct rec");

/* Linear index of an RmiRecMpidr; false: other bits are set. */
bool rec_index_from_params(uint64_t mpidr, uint32_t *index);
/* The same of an MPIDR_EL1 value (PSCI arguments); ignores other bits. */
uint32_t rec_index_from_mpidr(uint64_t mpidr_el1);

/* The first state of a vCPU: EL1h, D A I F masked, MMU off (rmi-rsi 2.4). */
void rec_reset(struct rec *rec, const struct rmi_rec_params *params);

#endif
