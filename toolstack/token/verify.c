/* SPDX-License-Identifier: BSD-3-Clause */
/* Verifies a token: the order of all checks, and those of the signatures and of
 * the key that joins the two parts. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/checks.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/keys.h"
#include "toolstack/token/platform.h"
#include "toolstack/token/realm_key.h"
#include "toolstack/token/sign1.h"

/* Names a key by the first 8 bytes of the SHA-256 of its COSE_Key. */
static char *key_label(const EVP_PKEY *key)
{
	uint8_t cose[KEY_COSE_MAX];
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t size = key_cose(key, cose);
	char *hex;
	char *text = NULL;

	if (size == 0 ||
	    EVP_Digest(cose, size, digest, NULL, EVP_sha256(), NULL) != 1)
		return NULL;
	hex = hex_text((struct span){ digest, 8 });
	if (hex != NULL)
		text = check_text("by key %s", hex);
	free(hex);
	return text;
}

/* A key, and whether it made the signature of a part. */
struct signer {
	EVP_PKEY *key;
	bool holds;
};

static struct signer signer_try(const struct token_part *part, EVP_PKEY *key)
{
	return (struct signer){ key, sign1_holds(part, key) };
}

static void signature_add(struct verify *verify, enum token_check check,
			  const struct token_part *part, struct signer signer,
			  const char *hint)
{
	const struct token_curve *curve = curve_of_key(signer.key);
	char *found;

	if (signer.holds)
		found = key_label(signer.key);
	else if (curve != NULL && curve != part->algorithm->curve)
		found = check_text("%s, which a key of %s cannot make",
				   part->algorithm->name, curve->name);
	else
		found = check_text("not by that key");
	check_add_hint(verify, check, signer.holds, key_label(signer.key),
		       found, hint);
}

/* ---- The platform key ------------------------------------------------- */

/* Returns whether a key is meant for the platform that the token names. */
static bool key_is_for(const struct trusted_key *key, const struct token *token)
{
	const struct token_claim *claims = token->platform.claims;

	if (key->has_instance &&
	    memcmp(key->instance, claims[PLATFORM_INSTANCE_ID].bytes.data,
		   sizeof(key->instance)) != 0)
		return false;
	return !key->has_implementation ||
	       memcmp(key->implementation,
		      claims[PLATFORM_IMPLEMENTATION_ID].bytes.data,
		      sizeof(key->implementation)) == 0;
}

/* Says what to look for, to the owner of a host of ours or of another
 * platform. */
static const char *key_hint(const struct token *token)
{
	struct span id =
		token->platform.claims[PLATFORM_IMPLEMENTATION_ID].bytes;

	if (memcmp(id.data, platform_implementation, CCA_ID_SIZE) == 0) {
		return "a host makes a key when it starts: is this the key of "
		       "the run that made the token?";
	}
	return "is this the key of the platform that the token names? "
	       "`reeve token show` prints its instance ID";
}

/* Picks the key that made the signature, or if none did the first that could
 * have; its key is NULL if the list has none for this platform. */
static struct signer signer_pick(const struct verify *verify, size_t *candidates)
{
	const struct reeve_keys *keys = verify->expected->keys;
	struct signer picked = { NULL, false };

	*candidates = 0;
	for (size_t i = 0; i < keys->count && !picked.holds; i++) {
		struct signer signer;

		if (!key_is_for(&keys->list[i], verify->token))
			continue;
		++*candidates;
		signer = signer_try(&verify->token->platform, keys->list[i].key);
		if (signer.holds || picked.key == NULL)
			picked = signer;
	}
	return picked;
}

static void listed_key_check(struct verify *verify)
{
	const struct token *token = verify->token;
	size_t candidates;
	struct signer signer = signer_pick(verify, &candidates);

	if (signer.key == NULL) {
		check_add_hint(verify, CHECK_PLATFORM_SIGNATURE, false,
			       check_text("a key for this platform"),
			       check_text("none among %zu",
					  verify->expected->keys->count),
			       key_hint(token));
	} else if (candidates > 1 && !signer.holds) {
		check_add_hint(verify, CHECK_PLATFORM_SIGNATURE, false,
			       check_text("by one of %zu keys", candidates),
			       check_text("by none of them"), key_hint(token));
	} else {
		signature_add(verify, CHECK_PLATFORM_SIGNATURE,
			      &token->platform, signer, key_hint(token));
	}
}

static void chain_check(struct verify *verify)
{
	const struct token_part *part = &verify->token->platform;
	const char *reason;
	EVP_PKEY *key = chain_key(part, verify->expected->keys->roots, &reason);

	if (key == NULL) {
		check_add_hint(verify, CHECK_PLATFORM_SIGNATURE, false,
			       check_text("a chain to a given root"),
			       check_text("%s", reason), NULL);
	} else {
		signature_add(verify, CHECK_PLATFORM_SIGNATURE, part,
			      signer_try(part, key), NULL);
	}
	EVP_PKEY_free(key);
}

static void platform_signature_check(struct verify *verify)
{
	if (verify->expected->keys->roots != NULL)
		chain_check(verify);
	else
		listed_key_check(verify);
}

/* ---- The Realm key ---------------------------------------------------- */

static void binding_fail(struct verify *verify)
{
	bool is_direct =
		verify->token->platform.profile->binding == BINDING_DIRECT;

	check_add_hint(verify, CHECK_BINDING, false,
		       check_text("the delegated model"),
		       check_text("%s", is_direct ? "direct" : "HESRAK"),
		       "this verifier knows no binding of the two parts in "
		       "this signing model");
}

/* The platform vouches for the Realm key: one of its claims must be the hash of
 * that key. The profile says which. */
static void binding_check(struct verify *verify)
{
	const struct token *token = verify->token;
	const struct token_claim *realm = token->realm.claims;
	bool by_challenge =
		token->platform.profile->binding == BINDING_CHALLENGE;
	struct span key = realm[REALM_KEY].bytes;
	struct span claim = token->platform
				    .claims[by_challenge ? PLATFORM_CHALLENGE
							 : PLATFORM_WORKLOAD]
				    .bytes;
	const EVP_MD *hash = token_hash_function(
		token_hash_size(realm[REALM_KEY_HASH].bytes));
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	bool ok;

	if (!by_challenge &&
	    token->platform.profile->binding != BINDING_WORKLOAD) {
		binding_fail(verify);
		return;
	}
	ok = EVP_Digest(key.data, key.size, digest, &size, hash, NULL) == 1 &&
	     size == claim.size && memcmp(digest, claim.data, size) == 0;
	check_add(verify, CHECK_BINDING, ok,
		  hex_text((struct span){ digest, size }), hex_text(claim));
}

static void checks_make(struct verify *verify, EVP_PKEY *realm_key)
{
	const struct token_part *realm = &verify->token->realm;

	platform_signature_check(verify);
	signature_add(verify, CHECK_REALM_SIGNATURE, realm,
		      signer_try(realm, realm_key), NULL);
	binding_check(verify);
	verify_challenge(verify);
	verify_platform(verify);
	verify_realm(verify);
	verify_hashes(verify);
}

/* Judges the form of the token, and makes the Realm key. */
static int token_judge(const struct token *token, EVP_PKEY **realm_key,
		       struct reeve_report *report)
{
	struct token_error error;

	if (token_check(token, &error))
		*realm_key = token_realm_key(token, &error);
	return *realm_key != NULL ? REEVE_OK
				  : token_refuse(token, &error, NULL, report);
}

static int challenge_read(struct verify *verify, struct reeve_report *report)
{
	const char *text = verify->expected->challenge;

	if (text == NULL ||
	    (hex_read(text, verify->challenge, CCA_CHALLENGE_SIZE,
		      &verify->challenge_size) &&
	     verify->challenge_size != 0))
		return REEVE_OK;
	return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL, NULL,
			    "the challenge must be 1 to 64 bytes in hexadecimal");
}

int reeve_token_verify(const struct reeve_token *token,
		       const struct reeve_expectation *expected,
		       struct reeve_verification **out,
		       struct reeve_report *report)
{
	struct verify verify = {
		.token = &token->token,
		.expected = expected,
		.policy = expected->policy != NULL ? expected->policy
						   : &token_policy_default,
	};
	EVP_PKEY *realm_key = NULL;
	int result = challenge_read(&verify, report);

	if (result == REEVE_OK)
		result = token_judge(&token->token, &realm_key, report);
	if (result == REEVE_OK) {
		verify.out = calloc(1, sizeof(*verify.out));
		if (verify.out != NULL)
			checks_make(&verify, realm_key);
		if (verify.out == NULL || verify.out->short_of_memory)
			result = REEVE_ERR_MEMORY;
	}
	EVP_PKEY_free(realm_key);
	if (result == REEVE_OK)
		*out = verify.out;
	else
		reeve_verification_free(verify.out);
	return result;
}
