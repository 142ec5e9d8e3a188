/* SPDX-License-Identifier: BSD-3-Clause */
/* Verifies a token: the order of all checks, and those of the signatures and of
 * the key that joins the two parts. */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/checks.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/sign1.h"

static bool signature_holds(const struct token_part *part, EVP_PKEY *key)
{
	struct cbor_out out = {
		.capacity = SIGN1_OVERHEAD + part->headers.size +
			    part->payload.size,
	};
	bool ok;

	out.data = malloc(out.capacity);
	if (out.data == NULL)
		return false;
	sign1_to_be_signed(&out, part->headers, part->payload);
	ok = !out.full &&
	     key_verify(key, out.data, out.size, part->signature.data);
	free(out.data);
	ERR_clear_error();
	return ok;
}

/* Names a key by the first 8 bytes of the SHA-256 of its COSE_Key. */
static char *key_label(const EVP_PKEY *key)
{
	uint8_t cose[CCA_COSE_KEY_SIZE];
	uint8_t digest[EVP_MAX_MD_SIZE];
	char *hex;
	char *text = NULL;

	if (!key_cose(key, cose) || EVP_Digest(cose, sizeof(cose), digest, NULL,
					       EVP_sha256(), NULL) != 1)
		return NULL;
	hex = hex_text((struct span){ digest, 8 });
	if (hex != NULL)
		text = check_text("by key %s", hex);
	free(hex);
	return text;
}

static void signature_check(struct verify *verify, enum token_check check,
			    const struct token_part *part, EVP_PKEY *key,
			    const char *hint)
{
	bool ok = signature_holds(part, key);

	check_add_hint(verify, check, ok, key_label(key),
		       ok ? key_label(key) : check_text("not by that key"),
		       hint);
}

/* The platform vouches for the Realm key: its challenge claim must be the hash
 * of that key. */
static void binding_check(struct verify *verify)
{
	const struct token_claim *realm = verify->token->realm.claims;
	struct span key = realm[REALM_KEY].bytes;
	struct span challenge =
		verify->token->platform.claims[PLATFORM_CHALLENGE].bytes;
	const EVP_MD *hash = token_hash_function(
		token_hash_size(realm[REALM_KEY_HASH].bytes));
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	bool ok = EVP_Digest(key.data, key.size, digest, &size, hash, NULL) ==
			  1 &&
		  size == challenge.size &&
		  memcmp(digest, challenge.data, size) == 0;

	check_add(verify, CHECK_BINDING, ok,
		  hex_text((struct span){ digest, size }), hex_text(challenge));
}

static void checks_make(struct verify *verify)
{
	const struct token *token = verify->token;

	signature_check(
		verify, CHECK_PLATFORM_SIGNATURE, &token->platform,
		verify->platform_key,
		"a host makes a key when it starts: is this the key of the "
		"run that made the token?");
	signature_check(verify, CHECK_REALM_SIGNATURE, &token->realm,
			verify->realm_key, NULL);
	binding_check(verify);
	verify_challenge(verify);
	verify_platform(verify);
	verify_realm(verify);
	verify_hashes(verify);
}

#define KEY_FILE_MAX 0x4000 /* bytes */

static EVP_PKEY *public_key_read(const char *text)
{
	EVP_PKEY *key = key_from_pem(text, strlen(text));

	return key != NULL ? key : key_from_jwk(text);
}

static int key_check(const EVP_PKEY *key, const char *path,
		     struct reeve_report *report)
{
	struct report_place place = { .file = path };

	if (key != NULL)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_ARGUMENT, &place, NULL,
			    "`reeve host show-key` prints the right kind",
			    "is not a P-384 public key in PEM or JWK");
}

int reeve_key_load(const char *path, char **text, struct reeve_report *report)
{
	EVP_PKEY *key;
	char *content;
	size_t size;
	int result = file_read(path, KEY_FILE_MAX, &content, &size, report);

	if (result != REEVE_OK)
		return result;
	key = size <= KEY_FILE_MAX ? public_key_read(content) : NULL;
	result = key_check(key, path, report);
	EVP_PKEY_free(key);
	if (result == REEVE_OK)
		*text = content;
	else
		free(content);
	return result;
}

char *reeve_key_jwk(const char *text)
{
	EVP_PKEY *key = public_key_read(text);
	char *jwk = key != NULL ? key_public_jwk(key) : NULL;

	EVP_PKEY_free(key);
	return jwk;
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
		.realm_key = token->realm_key,
		.platform_key = public_key_read(expected->platform_key),
		.expected = expected,
		.policy = expected->policy != NULL ? expected->policy
						   : &token_policy_default,
	};
	int result = key_check(verify.platform_key, NULL, report);

	if (result == REEVE_OK)
		result = challenge_read(&verify, report);

	if (result == REEVE_OK) {
		verify.out = calloc(1, sizeof(*verify.out));
		if (verify.out != NULL)
			checks_make(&verify);
		if (verify.out == NULL || verify.out->short_of_memory)
			result = REEVE_ERR_MEMORY;
	}
	EVP_PKEY_free(verify.platform_key);
	if (result == REEVE_OK)
		*out = verify.out;
	else
		reeve_verification_free(verify.out);
	return result;
}
