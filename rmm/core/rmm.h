/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One Realm Management Monitor: all of its state, and the two doors to it,
 * RMI from the host and RSI from a Realm. There are no globals.
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

#define RMM_VMIDS 256

/* The ID registers of which a Realm sees something (idreg.c). */
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

/* What the machine offers; the port fills it. */
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

/* What attests this platform; the private key is the port's. */
struct rmm_attestation {
	const uint8_t *platform_token; /* NULL: nothing attests it */
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
 * Puts an RMM into its first state. granules is zeroed memory for one struct
 * granule per granule of the machine's bank; it stays the caller's.
 */
void rmm_init(struct rmm *rmm, struct rmm_port *port,
	      const struct rmm_machine *machine, struct granule *granules);

/* Serves one RMI call: FID and arguments in, status and results out. */
void rmm_handle_rmi(struct rmm *rmm, struct smccc_regs *regs);

struct rec_hold;
struct rmi_rec_exit;

enum rsi_outcome {
	RSI_RETURN, /* done: the Realm goes on after its SMC */
	RSI_EXIT, /* done, and the host has to see *exit */
	RSI_RETRY, /* the host has to supply a page: *exit, then the same SMC */
};

/*
 * Serves one SMC of a Realm (RSI, PSCI, SMCCC). regs are the REC's X0..X17
 * going in and coming out; on RSI_EXIT and RSI_RETRY *exit is the exit record
 * for the host. The caller executes the REC that it holds.
 */
enum rsi_outcome rmm_handle_rsi(const struct rec_hold *hold,
				struct smccc_regs *regs,
				struct rmi_rec_exit *exit);

#endif
