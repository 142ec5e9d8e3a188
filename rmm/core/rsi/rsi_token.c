/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTEST_TOKEN_INIT and _CONTINUE (docs/rsi.md, RSI_ATTEST_TOKEN_INIT and
 * docs/rsi.md, RSI_ATTEST_TOKEN_CONTINUE). The progress of a token is in the
 * REC, and its bytes are in a granule that was donated for the REC.
 */
#include <string.h>

#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rsi/rsi.h"
#include "rmm/core/rsi/token.h"

/* The index in rec->aux of the granule that holds the token. */
#define AUX_TOKEN 0

_Static_assert(TOKEN_REALM_MAX <= GRANULE_SIZE, "fits a granule");

/* Maps the granule, and returns the Realm part of the token. */
static uint8_t *buffer_map(const struct rsi_call *call)
{
	return port_granule_map(call->rmm->port, call->rec->aux[AUX_TOKEN]);
}

static void buffer_unmap(const struct rsi_call *call, uint8_t *buffer)
{
	port_granule_unmap(call->rmm->port, call->rec->aux[AUX_TOKEN], buffer);
}

static void token_collection_make(const struct rsi_call *call,
				  const uint8_t *buffer,
				  struct token_collection *collection)
{
	const struct rmm_attestation *attestation = &call->rmm->attestation;
	struct token_piece platform = { attestation->platform_token,
					attestation->platform_token_size };
	struct token_piece realm = { buffer, call->rec->token.size };

	token_collect(collection, platform, realm);
}

/* Writes the claims with the measurements of this moment; the lock of the RD
 * keeps other RECs from extending them meanwhile. */
static void claims_write(struct rsi_call *call, uint8_t *buffer)
{
	struct granule_ref ref;

	granule_lock_owned(call->rmm, call->rec->rd, GRANULE_RD, &ref);
	call->rec->token = (struct rec_token){
		.phase = TOKEN_CLAIMED,
		.size = (uint32_t)token_realm_write(buffer, call->rd,
						    (const uint8_t *)&call->x[1],
						    call->rmm->attestation.key),
	};
	granule_unlock(&ref);
}

enum rsi_outcome rsi_attest_token_init(struct rsi_call *call)
{
	struct token_collection collection;
	uint8_t *buffer;
	size_t size;

	if (call->rmm->attestation.platform_token == NULL)
		return rsi_return(call, RSI_ERROR_UNKNOWN);
	buffer = buffer_map(call);
	claims_write(call, buffer);
	token_collection_make(call, buffer, &collection);
	size = token_size(&collection);
	buffer_unmap(call, buffer);
	/* The result is an upper bound, in whole granules. */
	call->x[1] = align_up(size, GRANULE_SIZE);
	return rsi_return(call, RSI_SUCCESS);
}

/* Signs a token that is not signed yet. Returns false if that fails; the token
 * is then given up. */
static bool token_sign(struct rsi_call *call)
{
	struct rmm_port *port = call->rmm->port;
	struct rec_token *token = &call->rec->token;
	uint8_t digest[SIGN_DIGEST_SIZE];
	uint8_t *buffer;
	bool ok;

	if (token->phase == TOKEN_SIGNED)
		return true;
	buffer = buffer_map(call);
	token_realm_digest(port, buffer, token->size, digest);
	ok = port_sign(port, digest, token_realm_signature(buffer, token->size));
	buffer_unmap(call, buffer);
	token->phase = ok ? TOKEN_SIGNED : TOKEN_NONE;
	return ok;
}

/* Copies the next bytes of the token to their place in the page. */
static enum rsi_outcome token_deliver(struct rsi_call *call,
				      const struct rsi_page *page)
{
	struct rec_token *token = &call->rec->token;
	uint8_t *buffer = buffer_map(call);
	struct token_collection collection;
	bool complete;

	token_collection_make(call, buffer, &collection);
	call->x[1] =
		token_copy(&collection, token->sent,
			   (uint8_t *)page->content + call->x[2], call->x[3]);
	token->sent += (uint32_t)call->x[1];
	complete = token->sent == token_size(&collection);
	buffer_unmap(call, buffer);
	if (!complete)
		return rsi_return(call, RSI_INCOMPLETE);
	token->phase = TOKEN_NONE;
	return rsi_return(call, RSI_SUCCESS);
}

enum rsi_outcome rsi_attest_token_continue(struct rsi_call *call)
{
	ipa_t ipa = ipa_make(call->x[1]);
	uint64_t offset = call->x[2], size = call->x[3];
	struct rsi_page page;
	enum rsi_outcome outcome;

	if (call->rmm->attestation.platform_token == NULL)
		return rsi_return(call, RSI_ERROR_UNKNOWN);
	if (!is_aligned(ipa.value, GRANULE_SIZE) || offset >= GRANULE_SIZE ||
	    size > GRANULE_SIZE - offset ||
	    !realm_ipa_protected(&call->rd->s2, ipa))
		return rsi_return(call, RSI_ERROR_INPUT);
	if (call->rec->token.phase == TOKEN_NONE)
		return rsi_return(call, RSI_ERROR_STATE);
	if (!token_sign(call))
		return rsi_return(call, RSI_ERROR_UNKNOWN);
	if (!rsi_page_map(call, ipa, &page, &outcome))
		return outcome;
	outcome = token_deliver(call, &page);
	rsi_page_unmap(call, &page);
	return outcome;
}
