/* SPDX-License-Identifier: BSD-3-Clause */
/* The services of EL3 for the RMM (abi/rmm_el3.h). */
#ifndef REEVE_RMM_PORT_A64_EL3_H
#define REEVE_RMM_PORT_A64_EL3_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "lib/addr.h"

/* Finds out which services EL3 offers. For the CPU that boots first, once. */
void el3_identify(void);

/*
 * Move granules to the Realm PAS, and back to the Non-secure one. Return how
 * many were moved, from the first on: fewer than count if EL3 refuses the next.
 */
unsigned el3_delegate(pa_t pa, unsigned count);
unsigned el3_undelegate(pa_t pa, unsigned count);

/* Reserves memory in the Realm PAS for good, page-aligned, with undefined
 * content. Returns false if EL3 does not have so much. */
bool el3_reserve_memory(uint64_t size, uint64_t *pa);

/* Puts the Realm key, a P-384 scalar, into a buffer of the page that is shared
 * with EL3. Returns false if there is none. */
bool el3_realm_key(uint64_t buffer, uint64_t size, uint64_t *length);

/* A part of the platform token, in a buffer of the shared page. */
struct el3_token_part {
	uint64_t buffer; /* PA; begins with the challenge at the first call */
	uint64_t size;
	uint64_t challenge_size; /* bytes; 0 in all calls after the first */
	uint64_t length; /* out: bytes in the buffer */
	uint64_t left; /* out: bytes of later parts */
};

/* Fetches the next part. Returns false if EL3 has no token for this
 * challenge. */
bool el3_platform_token(struct el3_token_part *part);

/*
 * Returns X0-X7 of *regs to the host as its answer, waits for the next request
 * of the host, and puts that into X0-X7 of *regs. fid is RMM_EL3_REQ_COMPLETE,
 * or RMM_EL3_BOOT_COMPLETE with its arguments in place of the answer. Does not
 * return after a failed boot.
 */
void el3_request_next(struct smccc_regs *regs, uint64_t fid);

#endif
