/* SPDX-License-Identifier: BSD-3-Clause */
/* What EL3 does for the RMM (abi/rmm_el3.h). */
#ifndef REEVE_RMM_PORT_A64_EL3_H
#define REEVE_RMM_PORT_A64_EL3_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "lib/addr.h"

/* Finds out what EL3 offers. For the CPU that boots first, once. */
void el3_identify(void);

/* Moves granules between PAS; returns how many, from the first on: fewer than
 * count if EL3 refuses the next. */
unsigned el3_delegate(pa_t pa, unsigned count);
unsigned el3_undelegate(pa_t pa, unsigned count);

/* Memory in Realm PAS, page-aligned, for good; its content is not defined.
 * false: there is not so much. */
bool el3_reserve_memory(uint64_t size, uint64_t *pa);

/* The Realm attestation key, a P-384 scalar, into a buffer of the page that is
 * shared with EL3; false: there is none. */
bool el3_realm_key(uint64_t buffer, uint64_t size, uint64_t *length);

/* A part of the platform token, in such a buffer. */
struct el3_token_part {
	uint64_t buffer; /* PA; begins with the challenge at the first call */
	uint64_t size;
	uint64_t challenge_size; /* bytes; 0 at the calls after the first */
	uint64_t length; /* out: bytes in the buffer */
	uint64_t left; /* out: bytes of later parts */
};

/* false: there is none for this challenge. */
bool el3_platform_token(struct el3_token_part *part);

/*
 * Hands the host the answer in X0-X7 of *regs and waits for its next request,
 * X0-X7 of *regs then. fid: RMM_EL3_REQ_COMPLETE, or RMM_EL3_BOOT_COMPLETE
 * with its arguments in the answer's place; a failed boot does not come back.
 */
void el3_request_next(struct smccc_regs *regs, uint64_t fid);

#endif
