/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CCA attestation token in its parts. Decoding checks the form of it all,
 * believes nothing, and verifies no signature: see verify.h.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_TOKEN_H
#define REEVE_TOOLSTACK_TOKEN_TOKEN_H

#include "abi/cca_token.h"
#include "toolstack/reeve.h"
#include "toolstack/token/cbor_in.h"

#define TOKEN_SIZE_MAX       0x10000 /* bytes of a token that is read */
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

/* What a claim must look like. */
struct claim_rule {
	int64_t key;
	const char *name; /* as the published JSON form calls it */
	enum claim_kind kind;
	bool required;
	size_t sizes[3]; /* a byte string's possible sizes; none: any */
};

extern const struct claim_rule platform_rules[PLATFORM_CLAIMS];
extern const struct claim_rule realm_rules[REALM_CLAIMS];

struct token_claim {
	bool present;
	uint64_t number;
	struct span bytes; /* of text, too */
};

struct token_component {
	struct token_claim type, value, version, signer, hash;
};

/* A COSE_Sign1 and its claims. Everything points into the token's bytes. */
struct token_part {
	struct span headers; /* protected, encoded */
	struct span payload;
	struct span signature; /* P384_SIGNATURE_SIZE */
	struct token_claim claims[REALM_CLAIMS]; /* the larger number */
	unsigned unknown; /* claims without a meaning here */
};

_Static_assert((int)PLATFORM_CLAIMS <= (int)REALM_CLAIMS, "room for the claims");

struct token {
	uint64_t tag; /* CCA_TAG_COLLECTION or CCA_TAG_OLD */
	struct token_part platform;
	struct token_part realm;
	struct token_component components[TOKEN_COMPONENTS_MAX];
	size_t component_count;
	struct span rems[CCA_REMS];
	const uint8_t *point_x; /* the Realm key's x and y, P384_SIZE each */
	const uint8_t *point_y;
};

/* Where and why decoding stopped. */
struct token_error {
	enum token_fault fault;
	const char *part; /* "collection", "platform part", "Realm part" */
	const char *what; /* the claim or item; NULL: the part as such */
	size_t at; /* byte of the text that was being read */
};

/*
 * Decodes text, which must outlive the token. false: *error says why. No
 * signature is verified; the Realm key is not held against its curve.
 */
bool token_decode(struct span text, struct token *token,
		  struct token_error *error);

/* ---- The parts of it, each in a file of its own ------------------------ */

/* Reads one part: a COSE_Sign1 with headers that are understood. */
bool token_sign1_read(struct cbor_in *in, struct token_part *part);

/* Reads a part's payload by the rules. *what: the claim at fault. */
bool token_claims_read(struct cbor_in *in, struct token *token,
		       struct token_part *part, const char **what);

/* The same, and what the claims of a part must be to one another. */
bool token_platform_read(struct cbor_in *in, struct token *token,
			 const char **what);
bool token_realm_read(struct cbor_in *in, struct token *token,
		      const char **what);

bool span_is_text(struct span span, const char *text);

#endif
