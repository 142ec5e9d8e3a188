/* SPDX-License-Identifier: BSD-3-Clause */
/* The REC, which is the content of a REC granule: one vCPU of a Realm. */
#ifndef REEVE_RMM_CORE_REC_REC_H
#define REEVE_RMM_CORE_REC_REC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/context.h"

/*
 * Granules that RMI_REC_CREATE requests besides the REC's own: room for the
 * widest SIMD state (32 vectors of 2048 bits, predicates) and for an
 * attestation token.
 */
#define REC_AUX_GRANULES 4

/* A change of RIPAS that the Realm has asked for and the host serves
 * (docs/rmi.md, RIPAS change handshake). */
struct rec_ripas_request {
	bool pending;
	bool change_destroyed; /* DESTROYED may become RAM */
	uint8_t ripas; /* RMI_RIPAS_EMPTY or RMI_RIPAS_RAM */
	ipa_t next; /* the host has served the request up to here */
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

/* The progress of the REC's attestation token. The bytes of the token are in a
 * granule of aux, whose content means nothing while phase is TOKEN_NONE. */
enum rec_token_phase {
	TOKEN_NONE = 0,
	TOKEN_CLAIMED, /* RSI_ATTEST_TOKEN_INIT has written the claims */
	TOKEN_SIGNED,
};

struct rec_token {
	enum rec_token_phase phase;
	uint32_t size; /* bytes of the Realm part */
	uint32_t sent; /* bytes of the whole token that the Realm has got */
};

/* The kind of the last exit, as far as the next RMI_REC_ENTER depends on it. */
enum rec_last_kind {
	REC_LAST_OTHER = 0,
	REC_LAST_UNPROTECTED, /* data abort outside the protected half */
	REC_LAST_EMULATABLE, /* the same, with a valid syndrome */
	REC_LAST_SYSREG_READ, /* of a register that the host emulates */
};

struct rec_last {
	enum rec_last_kind kind;
	uint64_t esr; /* ESR_EL2 and FAR_EL2 of that exit, whole */
	uint64_t far;
};

/*
 * The port loads and saves gprs and sp_el0 as one block, which takes few
 * instructions. While the REC runs, the values of el1, own, virt, phys and fp
 * are in the CPU's registers instead.
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
	struct debug debug;
	struct debug_counts debug_counts; /* of the Realm */
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

/* The number that a syndrome gives to the general register that is always
 * zero. */
#define REC_ZERO_REGISTER 31

_Static_assert(__builtin_offsetof(struct rec, sp_el0) == 31 * 8, "one block");
_Static_assert(sizeof(struct rec) <= GRANULE_SIZE, "struct rec");

/* Returns the MPIDR_EL1 that the vCPU reads. */
uint64_t rec_mpidr_el1(const struct rec *rec);
/* Gives the index of an RmiRecMpidr (docs/rmi.md, REC index). Returns false if
 * bits outside the affinity fields are set. */
bool rec_index_from_params(uint64_t mpidr, uint32_t *index);
/* Returns the index of an MPIDR_EL1 value, as PSCI calls have it. Other bits
 * are ignored. */
uint32_t rec_index_from_mpidr(uint64_t mpidr_el1);

/* Sets PSTATE, SCTLR_EL1 and the debug registers to those of a vCPU that starts:
 * EL1h, with D, A, I and F masked, the MMU off and no debug exceptions. */
void rec_reset(struct rec *rec);

/* Moves the vCPU past the instruction that trapped with this ESR_EL2. */
void rec_skip(struct rec *rec, uint64_t esr);

/*
 * A REC that is held by this CPU, without a lock: the reference of its granule
 * keeps other CPUs from entering or destroying the REC, and a Realm with a REC
 * cannot be destroyed. So rec and rd stay mapped and valid.
 */
struct rec_hold {
	struct rmm *rmm;
	pa_t pa;
	struct rec *rec;
	struct rd *rd;
};

/* Returns RMI_SUCCESS, RMI_ERROR_INPUT (pa is no REC) or RMI_ERROR_REC (the REC
 * is held already). */
uint64_t rec_hold(struct rmm *rmm, pa_t pa, struct rec_hold *hold);
void rec_release(struct rec_hold *hold);

/*
 * Counts a held REC as executing. Returns RMI_SUCCESS, RMI_ERROR_REALM (the
 * Realm is not ACTIVE) or RMI_ERROR_REC (the REC is not runnable, or waits for
 * RMI_PSCI_COMPLETE).
 */
uint64_t rec_execute(const struct rec_hold *hold);
void rec_execute_end(const struct rec_hold *hold);

#endif
