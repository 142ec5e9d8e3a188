/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One Realm Management Monitor (RMM): all of its state, and its two entry
 * points, for the RMI commands of the host and for the calls of a Realm. There
 * are no globals. In the whole RMM, "host" is DEN0137's Host: the program that
 * calls the RMI (docs/rmi.md, RMI as this project reads it).
 */
#ifndef REEVE_RMM_CORE_RMM_H
#define REEVE_RMM_CORE_RMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/cca_token.h"
#include "abi/smccc.h"
#include "lib/addr.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/sro.h"

/*
 * VMIDs of 8 bits. No Realm has VMID 0, which is that of VTTBR_EL2 = 0: stage 2
 * stays turned on between runs, and a CPU that walks speculatively then must
 * not fill its TLB with entries that a Realm could use.
 */
#define RMM_VMIDS  256
#define RMM_REALMS (RMM_VMIDS - 1)

/* The ID registers that a Realm sees at least in part (rec/idreg.c). */
enum idreg {
	ID_PFR0,
	ID_PFR1,
	ID_ISAR0,
	ID_ISAR1,
	ID_ISAR2,
	ID_MMFR0,
	ID_MMFR1,
	ID_MMFR2,
	ID_MMFR3,
	ID_REGS,
};

/* The properties of the machine; the port fills them in. */
struct rmm_machine {
	pa_t memory_base; /* one bank of tracked memory, granule-aligned */
	uint64_t memory_size; /* bytes */
	unsigned pa_bits; /* implemented PA width, at most 48 */
	unsigned num_bps; /* count - 1, as in feature register 0 */
	unsigned num_wps;
	uint64_t id[ID_REGS]; /* ID_AA64<name>_EL1 of its CPUs */
};

enum rmm_state {
	RMM_INIT,
	RMM_ACTIVE,
};

/* The platform token and the public Realm key. The port has the private key. */
struct rmm_attestation {
	const uint8_t *platform_token; /* NULL: EL3 did not provision one */
	size_t platform_token_size; /* bytes, at most PROVISION_TOKEN_MAX */
	uint8_t key[CCA_COSE_KEY_SIZE]; /* public, as a COSE_Key */
};

struct rmm {
	struct rmm_port *port;
	struct rmm_machine machine;
	struct granule *granules; /* memory_size / GRANULE_SIZE, zeroed */
	uint32_t state; /* enum rmm_state, atomic */
	uint32_t vmids[RMM_VMIDS / 32]; /* set: in use, atomic */
	struct sro_pool sros;
	struct rmm_attestation attestation; /* set before the first request */
};

/*
 * Puts an RMM into the state INIT. granules is zeroed memory with one struct
 * granule for each granule of the machine's bank. The caller still owns it and
 * keeps it for as long as the RMM exists.
 */
void rmm_init(struct rmm *rmm, struct rmm_port *port,
	      const struct rmm_machine *machine, struct granule *granules);

/* Serves one RMI command. regs holds function identifier and arguments before
 * the call, return word and results after it. */
void rmm_handle_rmi(struct rmm *rmm, struct smccc_regs *regs);

struct rec_hold;
struct rmi_rec_exit;

enum rsi_outcome {
	RSI_RETURN, /* the call is served; the Realm goes on after its SMC */
	RSI_EXIT, /* the call is served; the host has to see *exit */
	RSI_RETRY, /* *exit asks the host for a page; then the SMC repeats */
};

/*
 * Serves one SMC of a Realm (RSI, PSCI, SMCCC), whose arguments and results are
 * in the REC. With RSI_EXIT and RSI_RETRY, *exit is the exit record for the
 * host. The caller holds the REC and has counted it as executing
 * (rec_execute()).
 */
enum rsi_outcome rmm_handle_rsi(const struct rec_hold *hold,
				struct rmi_rec_exit *exit);

#endif
