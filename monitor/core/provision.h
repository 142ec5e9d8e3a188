/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of flash with which the toolstack provisions the platform
 * (abi/provision.h): its check, and its delivery to the RMM by REALM_KEY and
 * PLAT_TOKEN. The caller locks.
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
 * Takes the part of flash, copied to memory that stays. Nothing is provisioned
 * if it is empty or its magic is zero. Returns what is wrong, in words for the
 * log; NULL if nothing is.
 */
const char *provision_open(struct provisioned *provisioned, const void *part,
			   uint64_t size);

/*
 * The buffer in which the RMM wants an answer. It must lie in the page that the
 * RMM shares with EL3.
 */
struct provision_buffer {
	uint8_t *page; /* the shared page, mapped */
	uint64_t page_pa;
	uint64_t pa; /* pa and size are the RMM's, unchecked */
	uint64_t size;
};

/*
 * Serves REALM_KEY: writes the key to the buffer. Returns a status of
 * RMM_EL3_*; *length, in bytes, is set only with RMM_EL3_OK.
 */
int provision_realm_key(const struct provisioned *provisioned,
			const struct provision_buffer *buffer, uint64_t curve,
			uint64_t *length);

struct provision_token_part {
	uint64_t length; /* bytes now in the buffer */
	uint64_t left; /* bytes of the token still to come */
};

/*
 * Serves PLAT_TOKEN: challenge_size is the size of the challenge in the buffer,
 * which begins a delivery, or 0 to continue one. Returns a status of RMM_EL3_*;
 * *sent is set only with RMM_EL3_OK. A delivery that is refused counts as not
 * begun.
 */
int provision_token(struct provisioned *provisioned,
		    const struct provision_buffer *buffer,
		    uint64_t challenge_size, struct provision_token_part *sent);

#endif
