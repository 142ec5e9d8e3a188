/* SPDX-License-Identifier: BSD-3-Clause */
/* Provisioning (docs/machine.md, Provisioning; docs/rsi.md, Key binding). */
#include "rmm/port/a64/attest.h"

#include <string.h>

#include "abi/provision.h"
#include "abi/rmi.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/core/rsi/token.h"
#include "rmm/port/a64/el3.h"

static uint8_t platform_token[PROVISION_TOKEN_MAX];

/* Takes the Realm key out of the shared page. Returns false unless EL3 has a
 * key and it is a scalar of P384_SIZE bytes. */
static bool key_take(uint8_t *page, uint8_t point[2 * P384_SIZE])
{
	uint64_t length;
	bool ok = el3_realm_key((uintptr_t)page, GRANULE_SIZE, &length) &&
		  length == P384_SIZE && sign_start(page, point);

	memset(page, 0, GRANULE_SIZE);
	return ok;
}

/* Puts the challenge for the platform token into the page: the hash of the key,
 * which binds the key to the token. */
static void challenge_put(uint8_t *page, const uint8_t key[CCA_COSE_KEY_SIZE])
{
	struct hash hash;

	port_hash_start(NULL, &hash, RMI_HASH_SHA_256);
	port_hash_add(NULL, &hash, key, CCA_COSE_KEY_SIZE);
	port_hash_end(NULL, &hash, page);
}

/* Gathers the platform token. Returns its size, or 0 if there is none or it is
 * too large. */
static uint64_t token_take(uint8_t *page)
{
	struct el3_token_part part = {
		.buffer = (uintptr_t)page,
		.size = GRANULE_SIZE,
		.challenge_size = PROVISION_HASH_SIZE,
	};
	uint64_t size = 0;

	do {
		if (!el3_platform_token(&part) || part.length == 0 ||
		    part.length > GRANULE_SIZE ||
		    part.length > sizeof(platform_token) - size)
			return 0;
		memcpy(platform_token + size, page, part.length);
		size += part.length;
		part.challenge_size = 0;
	} while (part.left != 0);
	return size;
}

void attest_start(struct rmm_attestation *attestation, uint64_t shared)
{
	uint8_t *page = (uint8_t *)(uintptr_t)shared;
	uint8_t point[2 * P384_SIZE];
	uint64_t size;

	if (!key_take(page, point))
		return;
	token_cose_key(point, attestation->key);
	challenge_put(page, attestation->key);
	size = token_take(page);
	if (size == 0)
		return;
	attestation->platform_token = platform_token;
	attestation->platform_token_size = size;
}
