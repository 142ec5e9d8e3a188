/* SPDX-License-Identifier: BSD-3-Clause */
/* Challenges: random bytes that a token shows that it was made afterwards. */
#include <openssl/rand.h>

#include "toolstack/reeve.h"
#include "toolstack/token/hex.h"

#define CHALLENGE_SIZE 32 /* bytes; a token has zeros behind them */

char *reeve_challenge_new(void)
{
	uint8_t challenge[CHALLENGE_SIZE];

	if (RAND_bytes(challenge, sizeof(challenge)) != 1)
		return NULL;
	return hex_text((struct span){ challenge, sizeof(challenge) });
}
