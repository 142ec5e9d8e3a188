/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks the RMM for an attestation token and prints it. */
#include <string.h>

#include "abi/rsi.h"
#include "lib/log.h"
#include "tests/guest/probe.h"

#define CHALLENGE  64
#define TOKEN_MAX  0x4000
#define LINE_BYTES 32

static uint8_t token[TOKEN_MAX];

static uint64_t token_begin(const uint8_t *challenge)
{
	struct smccc_regs regs = { { RSI_ATTEST_TOKEN_INIT } };

	memcpy(&regs.x[1], challenge, CHALLENGE);
	guest_smc(&regs);
	return regs.x[0];
}

/* Fetches the next piece of the token by way of a page, and appends it. Returns
 * the status of the call. */
static uint64_t token_continue(unsigned *size)
{
	const uint8_t *page = spare[4];
	uint64_t offset = *size % PAGE;
	struct smccc_regs regs = { { RSI_ATTEST_TOKEN_CONTINUE, (uintptr_t)page,
				     offset, PAGE - offset } };

	guest_smc(&regs);
	if ((regs.x[0] == RSI_SUCCESS || regs.x[0] == RSI_INCOMPLETE) &&
	    regs.x[1] <= PAGE - offset && *size + regs.x[1] <= TOKEN_MAX) {
		memcpy(token + *size, page + offset, regs.x[1]);
		*size += (unsigned)regs.x[1];
	}
	return regs.x[0];
}

void token_print(void)
{
	uint8_t challenge[CHALLENGE] = { 0 };
	unsigned size = 0;
	uint64_t status;

	if (argument_hex("challenge", challenge, CHALLENGE) == 0)
		return;
	status = is_realm() ? token_begin(challenge) : SMCCC_NOT_SUPPORTED;
	if (status == SMCCC_NOT_SUPPORTED) {
		log_line("token: not served");
		return;
	}
	if (!check(status == RSI_SUCCESS, "a token is begun"))
		return;
	do {
		status = token_continue(&size);
	} while (status == RSI_INCOMPLETE);
	check(status == RSI_SUCCESS, "and completed");
	for (unsigned done = 0; done < size; done += LINE_BYTES) {
		print_hex("token", token + done,
			  size - done < LINE_BYTES ? size - done : LINE_BYTES);
	}
	log_line("token: end, %u bytes", size);
}
