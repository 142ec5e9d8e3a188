/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CCA attestation token in two steps. token_decode() reads whatever can be
 * read of it, so that it can be shown, and notes what is wrong with each claim.
 * token_check() judges the whole by its profiles. Neither trusts anything in
 * the token, and neither verifies a signature: verify.c does that.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_TOKEN_H
#define REEVE_TOOLSTACK_TOKEN_TOKEN_H

#include "abi/cca_token.h"
#include "toolstack/reeve.h"
#include "toolstack/token/alg.h"
#include "toolstack/token/cbor_in.h"

#define TOKEN_SIZE_MAX 0x10000 /* bytes of the longest token we read */

enum platform_claim {
	PLATFORM_PROFILE,
	PLATFORM_CHALLENGE,
	PLATFORM_WORKLOAD,
	PLATFORM_IMPLEMENTATION_ID,
	PLATFORM_INSTANCE_ID,
	PLATFORM_CONFIG,
	PLATFORM_LIFECYCLE,
	PLATFORM_HASH,
	PLATFORM_COMPONENTS,
	PLATFORM_SERVICE_INDICATOR,
	PLATFORM_CLIENT_ID,
	PLATFORM_MANUFACTURING,
	PLATFORM_EXTENSION,
	PLATFORM_ROTPK,
	PLATFORM_PEER_SIGNERS,
	PLATFORM_TPM_BINDING,
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
	REALM_LFA_POLICY,
	REALM_DEVICES,
	REALM_CLAIMS,
};

#define PART_CLAIMS_MAX PLATFORM_CLAIMS /* the larger count */

/* ---- The tables ------------------------------------------------------ */

enum claim_kind {
	CLAIM_BYTES,
	CLAIM_UEID, /* bytes, of which the first is CCA_INSTANCE_ID_RAND */
	CLAIM_TEXT, /* printable */
	CLAIM_HASH_NAME, /* a text that must be a hash that we can compute */
	CLAIM_NUMBER, /* from least to most */
	CLAIM_BOOL,
	CLAIM_COMPONENTS, /* one or more software components */
	CLAIM_HASHES, /* one or more byte strings, of sizes */
	CLAIM_REMS, /* CCA_REMS byte strings, of sizes */
	CLAIM_RECORDS, /* one or more maps, which have entries */
	CLAIM_ANY, /* no form that a verifier could judge */
};

/* The form that a claim must have. */
struct claim_rule {
	int64_t key;
	const char *name; /* its name in the published JSON form */
	enum claim_kind kind;
	uint8_t sizes[3]; /* allowed sizes of a byte string; all 0: any */
	uint16_t least, most; /* of a number */
	const char *const *values; /* names of the numbers from least on */
	const struct claim_rule *entries; /* of a record */
	size_t entry_count;
	bool may_miss; /* an entry that need not be there */
};

#define RECORD_ENTRIES_MAX 6

/* The word of a profile on a claim. */
enum claim_presence {
	CLAIM_IGNORED, /* nothing: it is passed over and shown */
	CLAIM_MAY,
	CLAIM_MUST,
	CLAIM_MUST_NOT,
};

/* How the platform part vouches for the Realm part. */
enum token_binding {
	BINDING_NONE, /* of a Realm profile */
	BINDING_CHALLENGE, /* PLATFORM_CHALLENGE is the hash of the Realm key */
	BINDING_WORKLOAD, /* PLATFORM_WORKLOAD is */
	BINDING_DIRECT, /* models that we cannot verify: the draft leaves */
	BINDING_HESRAK, /* open how the parts are bound */
};

/* A row of the table of profiles. */
struct token_profile {
	const char *name;
	bool is_realm;
	enum token_binding binding;
	/* In a platform profile: the Realm profile whose rules hold for a Realm
	 * part that names none. */
	const struct token_profile *realm;
	bool unnamed; /* no part names it: a platform profile leads to it */
	bool raw_key; /* the Realm key may be an uncompressed point */
	bool components_2; /* components have the entries of profile 2.0 */
	bool texts; /* policies may be texts, as draft -03 has them */
	enum claim_presence claims[PART_CLAIMS_MAX];
};

extern const struct claim_rule platform_rules[PLATFORM_CLAIMS];
extern const struct claim_rule realm_rules[REALM_CLAIMS];
/* Returns row number index of the table; NULL past the last. */
const struct token_profile *token_profile_at(size_t index);

/* ---- A decoded token ------------------------------------------------- */

struct token_claim {
	bool present;
	enum token_fault fault; /* TOKEN_OK: the form is as its rule says */
	uint64_t number; /* of CLAIM_RECORDS: the index of the one at fault */
	struct span bytes; /* a byte string or a text */
	struct span value; /* encoded */
};

enum component_claim {
	COMPONENT_TYPE,
	COMPONENT_VALUE,
	COMPONENT_VERSION,
	COMPONENT_SIGNER,
	COMPONENT_HASH,
	COMPONENT_LFA,
	COMPONENT_COUNTERSIGNERS,
	COMPONENT_CLAIMS,
};

extern const struct claim_rule component_rules[COMPONENT_CLAIMS];

struct token_component {
	struct token_claim claims[COMPONENT_CLAIMS];
	struct cbor_pairs pairs;
};

/* A COSE_Sign1 and its claims. All spans point into the token's bytes. */
struct token_part {
	bool present;
	struct span headers; /* the protected headers, encoded */
	struct span payload;
	struct span signature;
	struct cbor_pairs protected, unprotected;
	struct cbor_pairs pairs; /* the claims */
	struct token_claim claims[PART_CLAIMS_MAX];
	/* The first thing that is wrong with the message itself. */
	enum token_fault fault;
	const struct token_algorithm *algorithm; /* NULL: not one of ours */
	const struct token_profile *profile; /* NULL: unknown */
};

struct token {
	struct span text;
	uint64_t tag; /* CCA_TAG_COLLECTION, CCA_TAG_OLD; 0: a part alone */
	enum token_fault fault; /* of the collection */
	struct cbor_pairs entries; /* of the collection, with the parts */
	struct token_part platform;
	struct token_part realm;
	struct token_component *components;
	size_t component_count;
	/* The rule of the entry of the last component for which
	 * PLATFORM_COMPONENTS has a fault; NULL: none, or the claim as a
	 * whole. */
	const struct claim_rule *component_rule;
	struct span rems[CCA_REMS];
};

/* The first reason to refuse a token. */
struct token_error {
	enum token_fault fault;
	const char *part; /* "collection", "platform part", "Realm part" */
	const char *what; /* the claim or item; NULL: the part as a whole */
	const uint8_t *at; /* the place in the token; NULL: none */
	char found[160]; /* what was found, in words; "": nothing to say */
};

/*
 * Reads text, which must outlive the token. Returns false and fills *error if
 * text is not CBOR of the kind of a token: then nothing can be shown. The
 * caller frees the token with token_free() in both cases.
 */
bool token_decode(struct span text, struct token *token,
		  struct token_error *error);
void token_free(struct token *token);

/* Judges a decoded token by its profiles. Returns false and fills *error if a
 * verifier must refuse it. Does not judge whether the Realm key is a key. */
bool token_check(const struct token *token, struct token_error *error);
/* Returns true and fills *error if a verifier must refuse a decoded token, for
 * its form or for its Realm key. */
bool token_refusal(const struct token *token, struct token_error *error);

/* ---- The steps, each in a file of its own ----------------------------- */

/* Reads one part: a COSE_Sign1, or claims that nobody signed. */
bool token_part_read(struct cbor_in *in, struct token_part *part);
void token_part_free(struct token_part *part);

/* Reads the claims of both parts by the tables of rules. On a fault *error says
 * which claim cannot be read. */
bool token_claims_read(struct token *token, struct token_part *part,
		       struct token_error *error);

/* A record of CLAIM_RECORDS. */
struct token_record {
	struct token_claim entries[RECORD_ENTRIES_MAX];
	struct cbor_pairs pairs;
};

/* Reads a record by the rules of its entries. Returns false if the map cannot
 * be read, or if an entry has a fault, also TOKEN_MISSING. The caller frees the
 * pairs in any case. */
bool token_record_read(struct cbor_in *in, const struct claim_rule *rule,
		       struct token_record *record);

/* Returns the rules of a part, and their number. */
const struct claim_rule *token_rules(const struct token *token,
				     const struct token_part *part,
				     size_t *count);
/* Returns the rule with that key; count: there is none. */
size_t token_rule_find(const struct claim_rule *rules, size_t count,
		       int64_t key);

/* Finds the profiles that the parts name. */
void token_profiles_find(struct token *token);

/* Returns whether the span holds exactly that text. */
bool span_is_text(struct span span, const char *text);

#endif
