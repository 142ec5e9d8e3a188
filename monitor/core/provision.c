/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks the provisioned part, and hands it to the RMM (docs/machine.md,
 * Provisioning).
 */
#include "monitor/core/provision.h"

#include <stddef.h>
#include <string.h>

#include "abi/machine_map.h"
#include "abi/rmm_el3.h"

static const char *fault_of(const struct provision *part, uint64_t size)
{
	if (part->magic != PROVISION_MAGIC)
		return "no provisioned part";
	if (part->version != PROVISION_VERSION)
		return "a provisioned part of another version";
	if (part->realm_key_size != 0 &&
	    part->realm_key_size != PROVISION_KEY_SIZE)
		return "a provisioned key of another size";
	if (part->token_size > PROVISION_TOKEN_MAX)
		return "a platform token that is too large";
	if (part->token_size != 0 && part->token_offset < sizeof(*part))
		return "a platform token over its header";
	if (part->token_offset > size ||
	    part->token_size > size - part->token_offset)
		return "a platform token outside its part";
	return NULL;
}

const char *provision_open(struct provisioned *provisioned, const void *part,
			   uint64_t size)
{
	const struct provision *header = part;
	const char *fault;

	*provisioned = (struct provisioned){ 0 };
	if (size == 0)
		return NULL;
	if (size < sizeof(*header))
		return "a provisioned part that is too small";
	if (header->magic == 0)
		return NULL;
	fault = fault_of(header, size);
	if (fault == NULL)
		provisioned->part = header;
	return fault;
}

/*
 * Returns BAD_ADDR if the buffer begins outside the shared page, INVALID if it
 * ends outside or is empty (docs/machine.md, Provisioning step 2).
 */
static int buffer_check(const struct provision_buffer *buffer)
{
	uint64_t offset = buffer->pa - buffer->page_pa;

	if (offset >= MACHINE_PAGE_SIZE)
		return RMM_EL3_E_BAD_ADDR;
	if (buffer->size == 0 || buffer->size > MACHINE_PAGE_SIZE - offset)
		return RMM_EL3_E_INVALID;
	return RMM_EL3_OK;
}

static uint8_t *buffer_bytes(const struct provision_buffer *buffer)
{
	return buffer->page + (buffer->pa - buffer->page_pa);
}

int provision_realm_key(const struct provisioned *provisioned,
			const struct provision_buffer *buffer, uint64_t curve,
			uint64_t *length)
{
	const struct provision *part = provisioned->part;
	int status = buffer_check(buffer);

	if (part == NULL || part->realm_key_size == 0)
		return RMM_EL3_E_UNKNOWN;
	if (status != RMM_EL3_OK)
		return status;
	if (curve != RMM_EL3_CURVE_P384 || buffer->size < PROVISION_KEY_SIZE)
		return RMM_EL3_E_INVALID;
	memcpy(buffer_bytes(buffer), part->realm_key, PROVISION_KEY_SIZE);
	*length = PROVISION_KEY_SIZE;
	return RMM_EL3_OK;
}

/*
 * Returns true if the buffer holds the challenge that the token was signed for.
 */
static bool is_challenge(const struct provision *part,
			 const struct provision_buffer *buffer, uint64_t size)
{
	return size == PROVISION_HASH_SIZE && size <= buffer->size &&
	       memcmp(buffer_bytes(buffer), part->challenge, size) == 0;
}

static void token_send(struct provisioned *provisioned,
		       const struct provision_buffer *buffer,
		       struct provision_token_part *sent)
{
	const struct provision *part = provisioned->part;
	uint32_t left = provisioned->token_left;
	uint32_t done = part->token_size - left;
	uint32_t length = buffer->size < left ? (uint32_t)buffer->size : left;

	memcpy(buffer_bytes(buffer),
	       (const uint8_t *)part + part->token_offset + done, length);
	provisioned->token_left = left - length;
	provisioned->is_sending = length < left;
	*sent = (struct provision_token_part){ length, left - length };
}

int provision_token(struct provisioned *provisioned,
		    const struct provision_buffer *buffer,
		    uint64_t challenge_size, struct provision_token_part *sent)
{
	const struct provision *part = provisioned->part;
	int status = buffer_check(buffer);

	if (part == NULL || part->token_size == 0)
		return RMM_EL3_E_UNKNOWN;
	if (status != RMM_EL3_OK)
		return status;
	if (challenge_size != 0) {
		provisioned->is_sending =
			is_challenge(part, buffer, challenge_size);
		provisioned->token_left = part->token_size;
	}
	if (!provisioned->is_sending)
		return RMM_EL3_E_INVALID;
	token_send(provisioned, buffer, sent);
	return RMM_EL3_OK;
}
