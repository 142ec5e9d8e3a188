/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTEST_TOKEN_INIT and _CONTINUE (docs/rsi.md, RSI_ATTEST_TOKEN_INIT and
 * docs/rsi.md, RSI_ATTEST_TOKEN_CONTINUE). A token is made in steps, most of
 * which are those of port_sign(); between two of them a pending interrupt ends
 * the call. The progress of the token is in the REC, and its bytes are in a
 * granule that was donated for the REC.
 */
#include <string.h>

#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rsi/rsi.h"
#include "rmm/core/rsi/token.h"

/* The index in rec->aux of the granule that holds the token. */
#define AUX_TOKEN 0

struct token_buffer {
	uint8_t realm[TOKEN_REALM_MAX];
	struct signing signing;
};

_Static_assert(sizeof(struct token_buffer) <= GRANULE_SIZE, "fits a granule");

static struct token_buffer *buffer_map(const struct rsi_call *call)
{
	return port_granule_map(call->rmm->port, call->rec->aux[AUX_TOKEN]);
}

static void buffer_unmap(const struct rsi_call *call,
			 struct token_buffer *buffer)
{
	port_granule_unmap(call->rmm->port, call->rec->aux[AUX_TOKEN], buffer);
}

static void token_collection_make(const struct rsi_call *call,
				  const struct token_buffer *buffer,
				  struct token_collection *collection)
{
	const struct rmm_attestation *attestation = &call->rmm->attestation;
	struct token_piece platform = { attestation->platform_token,
					attestation->platform_token_size };
	struct token_piece realm = { buffer->realm, call->rec->token.size };

	token_collect(collection, platform, realm);
}

/* Writes the claims with the measurements of this moment; the lock of the RD
 * keeps other RECs from extending them meanwhile. */
static void claims_write(struct rsi_call *call, struct token_buffer *buffer)
{
	struct granule_ref ref;

	granule_lock_owned(call->rmm, call->rec->rd, GRANULE_RD, &ref);
	call->rec->token = (struct rec_token){
		.phase = TOKEN_CLAIMED,
		.size = (uint32_t)token_realm_write(buffer->realm, call->rd,
						    (const uint8_t *)&call->x[1],
						    call->rmm->attestation.key),
	};
	granule_unlock(&ref);
}

enum rsi_outcome rsi_attest_token_init(struct rsi_call *call)
{
	struct token_collection collection;
	struct token_buffer *buffer;
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

/* Does one step. Returns false if signing has failed; the token is then given
 * up. */
static bool token_step(struct rsi_call *call, struct token_buffer *buffer)
{
	struct rmm_port *port = call->rmm->port;
	struct rec_token *token = &call->rec->token;

	if (token->phase == TOKEN_CLAIMED) {
		memset(&buffer->signing, 0, sizeof(buffer->signing));
		token_realm_digest(port, buffer->realm, token->size,
				   buffer->signing.digest);
		token->phase = TOKEN_HASHED;
		return true;
	}
	switch (port_sign(port, &buffer->signing,
			  token_realm_signature(buffer->realm, token->size))) {
	case SIGN_MORE:
		return true;
	case SIGN_DONE:
		token->phase = TOKEN_SIGNED;
		return true;
	case SIGN_FAILED:
	default:
		token->phase = TOKEN_NONE;
		return false;
	}
}

static enum rsi_outcome token_interrupted(struct rsi_call *call)
{
	call->exit->exit_reason = RMI_EXIT_IRQ;
	call->x[1] = 0;
	rsi_return(call, RSI_INCOMPLETE);
	return RSI_EXIT;
}

/* Does steps until the token is signed, and at least one, so that interrupts
 * delay a token but never stop it. Returns false if the call ends with
 * *outcome. */
static bool token_finish(struct rsi_call *call, enum rsi_outcome *outcome)
{
	struct rec_token *token = &call->rec->token;
	struct token_buffer *buffer;
	bool ok;

	while (token->phase != TOKEN_SIGNED) {
		buffer = buffer_map(call);
		ok = token_step(call, buffer);
		buffer_unmap(call, buffer);
		if (!ok) {
			*outcome = rsi_return(call, RSI_ERROR_UNKNOWN);
			return false;
		}
		if (token->phase != TOKEN_SIGNED &&
		    port_interrupt_pending(call->rmm->port)) {
			*outcome = token_interrupted(call);
			return false;
		}
	}
	return true;
}

/* Copies the next bytes of the token to their place in the page. */
static enum rsi_outcome token_deliver(struct rsi_call *call,
				      const struct rsi_page *page)
{
	struct rec_token *token = &call->rec->token;
	struct token_buffer *buffer = buffer_map(call);
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
	if (!token_finish(call, &outcome))
		return outcome;
	if (!rsi_page_map(call, ipa, &page, &outcome))
		return outcome;
	outcome = token_deliver(call, &page);
	rsi_page_unmap(call, &page);
	return outcome;
}
