/* SPDX-License-Identifier: BSD-3-Clause */
/* The REC (the content of a REC granule): one vCPU of a Realm. */
#ifndef REEVE_RMM_CORE_REC_REC_H
#define REEVE_RMM_CORE_REC_REC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/context.h"

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
	bool cpu_on; /* else AFFINITY_INFO */
	uint64_t target; /* MPIDR_EL1 value */
	uint64_t entry; /* CPU_ON: IPA */
	uint64_t context; /* CPU_ON */
};

/* An RSI_HOST_CALL that waits for the next REC_ENTER. */
struct rec_host_call {
	bool pending;
	ipa_t ipa; /* of struct rsi_host_call */
};

/* How far this REC's attestation token is; its bytes are in a granule of aux,
 * which is not to be believed while phase is TOKEN_NONE. */
enum rec_token_phase {
	TOKEN_NONE = 0,
	TOKEN_CLAIMED, /* RSI_ATTEST_TOKEN_INIT was done */
	TOKEN_HASHED,
	TOKEN_SIGNED,
};

struct rec_token {
	enum rec_token_phase phase;
	uint32_t size; /* bytes of the Realm part */
	uint32_t sent; /* bytes of the collection that were delivered */
};

/* What the last exit was, as far as the next REC_ENTER depends on it. */
enum rec_last_kind {
	REC_LAST_OTHER = 0,
	REC_LAST_UNPROTECTED, /* data abort outside the protected half */
	REC_LAST_EMULATABLE, /* the same, with a valid syndrome */
	REC_LAST_SYSREG_READ, /* of a register that the host has */
};

struct rec_last {
	enum rec_last_kind kind;
	uint64_t esr; /* ESR_EL2 and FAR_EL2 of it, whole */
	uint64_t far;
};

/*
 * gprs and sp_el0 are one block that the port loads and saves in few
 * instructions. While the REC runs, what is in el1, own, virt and phys lies
 * in the CPU's registers instead, and fp does as soon as the Realm uses it.
 */
struct rec {
	uint64_t gprs[31];
	uint64_t sp_el0;
	uint64_t pc;
	uint64_t pstate;
	struct rec_fp fp;
	struct el1_shared el1;
	struct el1_realm own;
	struct rec_timer virt;
	struct rec_timer phys;
	uint64_t vsesr; /* syndrome of the pending SError */
	bool serror; /* a virtual SError is pending */
	bool trap_wfi; /* in this run */
	bool trap_wfe;
	bool runnable;
	pa_t rd;
	uint32_t index; /* linear index of its MPIDR */
	uint64_t mpidr; /* as in RmiRecParams */
	struct rec_ripas_request ripas;
	struct rec_psci_request psci;
	struct rec_host_call host_call;
	struct rec_token token;
	struct rec_last last;
	pa_t aux[REC_AUX_GRANULES];
	uint32_t aux_count;
};

/* The number of the general register that is always zero, in a syndrome. */
#define REC_ZERO_REGISTER 31

_Static_assert(__builtin_offsetof(struct rec, sp_el0) == 31 * 8, "one block");
_Static_assert(sizeof(struct rec) <= GRANULE_SIZE, "struct rec");

/* The MPIDR_EL1 that the vCPU reads. */
uint64_t rec_mpidr_el1(const struct rec *rec);
/* Linear index of an RmiRecMpidr; false: other bits are set. */
bool rec_index_from_params(uint64_t mpidr, uint32_t *index);
/* The same of an MPIDR_EL1 value (PSCI arguments); ignores other bits. */
uint32_t rec_index_from_mpidr(uint64_t mpidr_el1);

/* The first PSTATE and SCTLR_EL1 of a vCPU: EL1h, D A I F masked, MMU off. */
void rec_reset(struct rec *rec);

/* Goes on after the instruction that trapped with this ESR_EL2. */
void rec_skip(struct rec *rec, uint64_t esr);

/*
 * A REC that this CPU executes: its granule's reference keeps others from
 * entering or destroying it, and with it the Realm, without a lock.
 */
struct rec_hold {
	struct rmm *rmm;
	pa_t pa;
	struct rec *rec;
	struct rd *rd;
};

/* RMI_SUCCESS, or ERROR_INPUT (no REC), ERROR_REC (it executes already). */
uint64_t rec_hold(struct rmm *rmm, pa_t pa, struct rec_hold *hold);
void rec_release(struct rec_hold *hold);

/*
 * Counts a held REC as executing: RMI_SUCCESS, or ERROR_REALM (not ACTIVE),
 * ERROR_REC (not runnable, or waits for RMI_PSCI_COMPLETE).
 */
uint64_t rec_execute(const struct rec_hold *hold);
void rec_execute_end(const struct rec_hold *hold);

#endif
