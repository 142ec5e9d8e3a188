/* SPDX-License-Identifier: BSD-3-Clause */
/* The demands of a profile on a part's claims beyond their form; and the Realm
 * key, which has one of two forms. */
#include "toolstack/token/hash.h"
#include "toolstack/token/token.h"

/* Records which claim is at fault. Always returns false. */
static bool claim_fail(struct cbor_in *in, enum token_fault fault,
		       const struct claim_rule *rule, const char **what)
{
	*what = rule->name;
	return cbor_in_fail(in, fault);
}

static bool is_old_platform(const struct token *token)
{
	return span_is_text(token->platform.claims[PLATFORM_PROFILE].bytes,
			    CCA_PLATFORM_PROFILE_OLD);
}

bool token_platform_read(struct cbor_in *in, struct token *token,
			 const char **what)
{
	const struct token_claim *claims = token->platform.claims;

	if (!token_claims_read(in, token, &token->platform, what))
		return false;
	if (!is_old_platform(token) &&
	    !span_is_text(claims[PLATFORM_PROFILE].bytes, CCA_PLATFORM_PROFILE)) {
		return claim_fail(in, TOKEN_PROFILE,
				  &platform_rules[PLATFORM_PROFILE], what);
	}
	if (claims[PLATFORM_INSTANCE_ID].bytes.data[0] != CCA_INSTANCE_ID_RAND) {
		return claim_fail(in, TOKEN_WRONG_VALUE,
				  &platform_rules[PLATFORM_INSTANCE_ID], what);
	}
	return true;
}

/* The Realm profile 2.0 demands two more claims. Under the first platform
 * profile, a Realm token need not name its profile. */
static bool realm_profile_check(struct cbor_in *in, const struct token *token,
				const char **what)
{
	const struct token_claim *claims = token->realm.claims;
	struct span profile = claims[REALM_PROFILE].bytes;
	bool is_current = span_is_text(profile, CCA_REALM_PROFILE);

	if (!claims[REALM_PROFILE].present && !is_old_platform(token)) {
		return claim_fail(in, TOKEN_MISSING,
				  &realm_rules[REALM_PROFILE], what);
	}
	if (claims[REALM_PROFILE].present && !is_current &&
	    !span_is_text(profile, CCA_REALM_PROFILE_1_0)) {
		return claim_fail(in, TOKEN_PROFILE,
				  &realm_rules[REALM_PROFILE], what);
	}
	if (is_current && !claims[REALM_INSTANCE_ID].present) {
		return claim_fail(in, TOKEN_MISSING,
				  &realm_rules[REALM_INSTANCE_ID], what);
	}
	if (is_current && !claims[REALM_MEC_POLICY].present) {
		return claim_fail(in, TOKEN_MISSING,
				  &realm_rules[REALM_MEC_POLICY], what);
	}
	return true;
}

static bool realm_values_check(struct cbor_in *in, const struct token *token,
			       const char **what)
{
	const struct token_claim *claims = token->realm.claims;
	const struct token_claim *instance = &claims[REALM_INSTANCE_ID];

	if (instance->present &&
	    instance->bytes.data[0] != CCA_INSTANCE_ID_RAND) {
		return claim_fail(in, TOKEN_WRONG_VALUE,
				  &realm_rules[REALM_INSTANCE_ID], what);
	}
	if (claims[REALM_MEC_POLICY].number > 1) {
		return claim_fail(in, TOKEN_WRONG_VALUE,
				  &realm_rules[REALM_MEC_POLICY], what);
	}
	if (token_hash_size(claims[REALM_KEY_HASH].bytes) == 0) {
		return claim_fail(in, TOKEN_WRONG_VALUE,
				  &realm_rules[REALM_KEY_HASH], what);
	}
	return true;
}

/* Checks that all measurements are as long as the Realm's hash. */
static bool measurements_check(struct cbor_in *in, const struct token *token,
			       const char **what)
{
	const struct token_claim *claims = token->realm.claims;
	size_t size = token_hash_size(claims[REALM_HASH].bytes);

	if (size == 0) {
		return claim_fail(in, TOKEN_WRONG_VALUE,
				  &realm_rules[REALM_HASH], what);
	}
	if (claims[REALM_RIM].bytes.size != size) {
		return claim_fail(in, TOKEN_WRONG_SIZE, &realm_rules[REALM_RIM],
				  what);
	}
	for (size_t i = 0; i < CCA_REMS; i++) {
		if (token->rems[i].size != size) {
			return claim_fail(in, TOKEN_WRONG_SIZE,
					  &realm_rules[REALM_REMS], what);
		}
	}
	return true;
}

static bool cose_coordinate_read(struct cbor_in *in, const uint8_t **coordinate)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	*coordinate = head.content.data;
	if (head.content.size != P384_SIZE)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return true;
}

static bool cose_number_is(struct cbor_in *in, int64_t wanted)
{
	int64_t value;

	if (!cbor_in_int(in, &value))
		return false;
	if (value != wanted)
		return cbor_in_fail(in, TOKEN_KEY);
	return true;
}

/* Parameters that a COSE_Key must have besides the point, as bits. */
#define SEEN_KTY 1u
#define SEEN_CRV 2u

/* Reads one parameter of a COSE_Key. Others than these are skipped: verifying
 * does not need them. */
static bool cose_parameter_read(struct cbor_in *in, int64_t key,
				struct token *token, unsigned *seen)
{
	switch (key) {
	case COSE_KEY_KTY:
		*seen |= SEEN_KTY;
		return cose_number_is(in, COSE_KEY_EC2);
	case COSE_KEY_CRV:
		*seen |= SEEN_CRV;
		return cose_number_is(in, COSE_KEY_P384);
	case COSE_KEY_ALG:
		return cose_number_is(in, COSE_ALG_ES384);
	case COSE_KEY_X:
		return cose_coordinate_read(in, &token->point_x);
	case COSE_KEY_Y:
		return cose_coordinate_read(in, &token->point_y);
	default:
		return cbor_in_skip(in);
	}
}

static bool cose_key_read(struct cbor_in *in, struct token *token)
{
	struct cbor_keys keys = { 0 };
	struct cbor_head head;
	unsigned seen = 0;
	int64_t key;
	bool known;
	bool ok;

	if (!cbor_in_expect(in, CBOR_MAP, &head))
		return false;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!cbor_in_key(in, &keys, &key, &known))
			return false;
		if (known)
			ok = cose_parameter_read(in, key, token, &seen);
		else
			ok = cbor_in_skip(in);
		if (!ok)
			return false;
	}
	if (seen != (SEEN_KTY | SEEN_CRV) || token->point_x == NULL ||
	    token->point_y == NULL)
		return cbor_in_fail(in, TOKEN_KEY);
	return cbor_in_end(in);
}

/* The form of the Realm key before COSE_Key: an uncompressed point (SEC 1). */
#define RAW_POINT_SIZE (1 + 2 * P384_SIZE)
#define RAW_POINT_HEAD 0x04

static bool key_read(struct cbor_in *in, struct token *token, const char **what)
{
	struct span key = token->realm.claims[REALM_KEY].bytes;
	struct cbor_in inner = { .text = key };

	if (is_old_platform(token) && key.size == RAW_POINT_SIZE &&
	    key.data[0] == RAW_POINT_HEAD) {
		token->point_x = key.data + 1;
		token->point_y = token->point_x + P384_SIZE;
		return true;
	}
	if (!cose_key_read(&inner, token)) {
		return claim_fail(in, inner.fault, &realm_rules[REALM_KEY],
				  what);
	}
	return true;
}

bool token_realm_read(struct cbor_in *in, struct token *token, const char **what)
{
	return token_claims_read(in, token, &token->realm, what) &&
	       realm_profile_check(in, token, what) &&
	       realm_values_check(in, token, what) &&
	       measurements_check(in, token, what) && key_read(in, token, what);
}
