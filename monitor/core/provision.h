/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the toolstack provisions the platform with (abi/provision.h): is it
 * well formed, and handing it to the RMM by REALM_KEY and PLAT_TOKEN. The
 * caller locks.
 */
#ifndef REEVE_MONITOR_CORE_PROVISION_H
#define REEVE_MONITOR_CORE_PROVISION_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/provision.h"

struct provisioned {
	const struct provision *part; /* NULL: nothing is provisioned */
	uint32_t token_left; /* bytes that have not been handed out */
	bool is_sending; /* between the first part of the token and the last */
};

/*
 * Takes the part of flash, copied to memory that stays. It may be empty, or
 * begin with a zero in the magic's place: then nothing is provisioned.
 * Returns what is wrong, in words for the log; NULL if nothing is.
 */
const char *provision_open(struct provisioned *provisioned, const void *part,
			   uint64_t size);

/* Where the RMM wants an answer: within the page that it shares with EL3. */
struct provision_buffer {
	uint8_t *page; /* the shared page, mapped */
	uint64_t page_pa;
	uint64_t pa; /* the RMM's words, not checked */
	uint64_t size;
};

/*
 * REALM_KEY: writes the key to the buffer, *length bytes. Returns a status of
 * RMM_EL3_*; *length is set only with RMM_EL3_OK.
 */
int provision_realm_key(const struct provisioned *provisioned,
			const struct provision_buffer *buffer, uint64_t curve,
			uint64_t *length);

struct provision_token_part {
	uint64_t length; /* bytes now in the buffer */
	uint64_t left; /* bytes of the token still to come */
};

/*
 * PLAT_TOKEN: challenge_size is that of the challenge in the buffer, which
 * begins a delivery, or 0 to go on with it. Likewise for the status and
 * *sent. A delivery that is refused is as if it had not begun.
 */
int provision_token(struct provisioned *provisioned,
		    const struct provision_buffer *buffer,
		    uint64_t challenge_size, struct provision_token_part *sent);

#endif
