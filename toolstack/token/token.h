/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CCA attestation token, decoded into its parts. The decoder checks the form
 * of the whole token and trusts nothing in it. It verifies no signature:
 * verify.c does that.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_TOKEN_H
#define REEVE_TOOLSTACK_TOKEN_TOKEN_H

#include "abi/cca_token.h"
#include "toolstack/reeve.h"
#include "toolstack/token/cbor_in.h"

#define TOKEN_SIZE_MAX       0x10000 /* bytes of the longest token we read */
#define TOKEN_COMPONENTS_MAX 32

enum platform_claim {
	PLATFORM_PROFILE,
	PLATFORM_CHALLENGE,
	PLATFORM_IMPLEMENTATION_ID,
	PLATFORM_INSTANCE_ID,
	PLATFORM_CONFIG,
	PLATFORM_LIFECYCLE,
	PLATFORM_HASH,
	PLATFORM_COMPONENTS,
	PLATFORM_SERVICE_INDICATOR,
	PLATFORM_CLAIMS,
};

enum realm_claim {
	REALM_PROFILE,
	REALM_CHALLENGE,
	REALM_INSTANCE_ID,
	REALM_RPV,
	REALM_HASH,
	REALM_KEY,
	REALM_KEY_HASH,
	REALM_RIM,
	REALM_REMS,
	REALM_MEC_POLICY,
	REALM_CLAIMS,
};

enum claim_kind {
	CLAIM_BYTES,
	CLAIM_TEXT,
	CLAIM_NUMBER,
	CLAIM_COMPONENTS,
	CLAIM_REMS,
};

/* The form that a claim must have. */
struct claim_rule {
	int64_t key;
	const char *name; /* its name in the published JSON form */
	enum claim_kind kind;
	bool required;
	size_t sizes[3]; /* allowed sizes of a byte string; all 0: any */
};

extern const struct claim_rule platform_rules[PLATFORM_CLAIMS];
extern const struct claim_rule realm_rules[REALM_CLAIMS];

struct token_claim {
	bool present;
	uint64_t number;
	struct span bytes; /* a byte string or a text */
};

struct token_component {
	struct token_claim type, value, version, signer, hash;
};

/* A COSE_Sign1 and its claims. All spans point into the token's bytes. */
struct token_part {
	struct span headers; /* the protected headers, encoded */
	struct span payload;
	struct span signature; /* P384_SIGNATURE_SIZE */
	struct token_claim claims[REALM_CLAIMS]; /* the larger count */
	unsigned unknown; /* how many claims have no meaning to us */
};

_Static_assert((int)PLATFORM_CLAIMS <= (int)REALM_CLAIMS, "room for the claims");

struct token {
	uint64_t tag; /* CCA_TAG_COLLECTION or CCA_TAG_OLD */
	struct token_part platform;
	struct token_part realm;
	struct token_component components[TOKEN_COMPONENTS_MAX];
	size_t component_count;
	struct span rems[CCA_REMS];
	const uint8_t *point_x; /* the Realm key: P384_SIZE bytes each */
	const uint8_t *point_y;
};

/* The place where decoding stopped, and the reason. */
struct token_error {
	enum token_fault fault;
	const char *part; /* "collection", "platform part", "Realm part" */
	const char *what; /* the claim or item; NULL: the part as a whole */
	size_t at; /* offset in the text that was being read */
};

/*
 * Decodes text, which must outlive the token. Returns false and fills *error
 * if the token is refused. Verifies no signature, and does not check that the
 * Realm key is a point of its curve.
 */
bool token_decode(struct span text, struct token *token,
		  struct token_error *error);

/* ---- The steps of decoding, each in a file of its own ---------------- */

/* Reads one part: a COSE_Sign1 whose headers we understand. */
bool token_sign1_read(struct cbor_in *in, struct token_part *part);

/* Reads a part's payload by its table of rules. On failure *what names the
 * claim at fault. */
bool token_claims_read(struct cbor_in *in, struct token *token,
		       struct token_part *part, const char **what);

/* As token_claims_read(), and check what the part's profile demands of its
 * claims beyond their form. */
bool token_platform_read(struct cbor_in *in, struct token *token,
			 const char **what);
bool token_realm_read(struct cbor_in *in, struct token *token,
		      const char **what);

/* Returns whether the span holds exactly that text. */
bool span_is_text(struct span span, const char *text);

#endif
