/* SPDX-License-Identifier: BSD-3-Clause */
/* A kernel for tests, in the place of tsm_entry.c: one entry in memory. Its
 * token is "token of " and the challenge, unless the test gives another. */
#ifndef REEVE_GUEST_FAKE_TSM_H
#define REEVE_GUEST_FAKE_TSM_H

#include <stddef.h>
#include <stdint.h>

#include "abi/attest.h"

struct fake_tsm {
	const char *provider;
	const char *generation_text; /* NULL: the number as a line */
	unsigned long generation;
	unsigned long disturbed; /* added to it when the token is read */
	size_t token_size; /* 0: the token as it is */
	const char *fails; /* this file cannot be read or written; "": no
			    * entry can be made */
	int signal; /* that comes while the token is read; 0: none */
	unsigned entries; /* that were made and not removed */
	uint8_t challenge[ATTEST_CHALLENGE]; /* what was asked last */
	size_t challenge_size;
};

extern struct fake_tsm fake_tsm;

void fake_tsm_reset(void);

#endif
