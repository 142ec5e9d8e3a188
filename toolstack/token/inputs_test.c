/* SPDX-License-Identifier: BSD-3-Clause */
/* The inputs of a verifier beside the token: keys, policies, reference values
 * and event lists. A refused input leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/token/base64.h"
#include "toolstack/token/corim_in.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/keys.h"
#include "toolstack/token/policy.h"

struct world {
	char path[32];
	struct reeve_report *report;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int fd;

	strcpy(w->path, "/tmp/reeve-token.XXXXXX");
	fd = mkstemp(w->path);
	w->report = reeve_report_new();
	*state = w;
	return fd >= 0 ? close(fd) : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	unlink(w->path);
	reeve_report_free(w->report);
	free(w);
	return 0;
}

static void file_fill(const struct world *w, const char *text)
{
	FILE *file = fopen(w->path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* ---- Policies -------------------------------------------------------- */

static void a_policy_is_read(void **state)
{
	struct world *w = *state;
	struct reeve_token_policy *policy;

	file_fill(w, "lifecycle = [\"secured\", \"recoverable-debug\"]\n"
		     "hash = \"sha-512\"\n"
		     "platform_config = \"01FF\"\n"
		     "components = [\"rmm=00ff\", \"x=y=00\"]\n"
		     "require = [\"rim\", \"challenge\"]\n");
	assert_int_equal(reeve_token_policy_load(w->path, &policy, w->report),
			 REEVE_ERR_CONFIG);
	file_fill(w, "lifecycle = [\"secured\", \"recoverable-debug\"]\n"
		     "hash = \"sha-512\"\n"
		     "platform_config = \"01FF\"\n"
		     "components = [\"rmm=00ff\", \"=00\"]\n"
		     "require = [\"rim\", \"challenge\"]\n");
	assert_int_equal(reeve_token_policy_load(w->path, &policy, w->report),
			 REEVE_OK);
	assert_int_equal(policy->lifecycles, 1 << 3 | 1 << 5);
	assert_int_equal(policy->hashes, 1 << 2);
	assert_true(policy->has_config);
	assert_int_equal(policy->config_size, 2);
	assert_memory_equal(policy->config, "\x01\xff", 2);
	assert_int_equal(policy->component_count, 2);
	assert_string_equal(policy->components[0].type, "rmm");
	assert_string_equal(policy->components[1].type, "");
	assert_int_equal(policy->required,
			 1 << CHECK_RIM | 1 << CHECK_CHALLENGE);
	assert_false(policy->has_instance);
	reeve_token_policy_free(policy);
}

static void an_empty_policy_is_the_default(void **state)
{
	struct world *w = *state;
	struct reeve_token_policy *policy;

	assert_int_equal(reeve_token_policy_load(w->path, &policy, w->report),
			 REEVE_OK);
	assert_memory_equal(policy, &token_policy_default, sizeof(*policy));
	reeve_token_policy_free(policy);
}

static void all_that_is_wrong_with_a_policy_is_told(void **state)
{
	struct world *w = *state;
	struct reeve_token_policy *policy;
	unsigned errors = 0;

	file_fill(w, "components = [\"rmm=00\", 3]\nlifecycle = \"lost\"\n"
		     "instance = \"00\"\nnothing = 1\n");
	assert_int_equal(reeve_token_policy_load(w->path, &policy, w->report),
			 REEVE_ERR_CONFIG);
	for (size_t i = 0; i < reeve_report_count(w->report); i++) {
		errors +=
			reeve_report_get(w->report, i)->severity == REEVE_ERROR;
	}
	assert_int_equal(errors, 4);
}

static void too_many_components_are_refused(void **state)
{
	struct world *w = *state;
	struct reeve_token_policy *policy;
	char text[65 * 8 + 32] = "components = [";

	for (unsigned i = 0; i < 65; i++)
		strcat(text, "\"a=00\",");
	strcat(text, "]\n");
	file_fill(w, text);
	assert_int_equal(reeve_token_policy_load(w->path, &policy, w->report),
			 REEVE_ERR_CONFIG);
}

/* ---- Reference values ------------------------------------------------ */

static void refs_fill(struct reeve_refs *refs)
{
	*refs = (struct reeve_refs){
		.hash = "sha-384",
		.size = 48,
		.has_rpv = true,
		.has_rem = { true, true, true, true },
	};
	memset(refs->rim, 0x11, 48);
	memset(refs->rpv, 0x22, 64);
	for (unsigned i = 0; i < 4; i++)
		memset(refs->rems[i], (int)i, 48);
}

static void reference_values_survive_json(void **state)
{
	struct world *w = *state;
	struct reeve_references *list = reeve_references_new();
	struct reeve_refs refs, again;
	char *json;

	refs_fill(&refs);
	json = reeve_refs_json(&refs, "a\"b\n\xff");
	file_fill(w, json);
	free(json);
	assert_int_equal(reeve_references_load(
				 list,
				 &(struct reeve_refs_source){ .path = w->path },
				 w->report),
			 REEVE_OK);
	assert_int_equal(reeve_references_realms(list), 1);
	assert_int_equal(reeve_references_platforms(list), 0);
	again = list->realms[0];
	reeve_references_free(list);
	assert_string_equal(again.hash, refs.hash);
	assert_int_equal(again.size, refs.size);
	assert_memory_equal(again.rim, refs.rim, sizeof(refs.rim));
	assert_memory_equal(again.rpv, refs.rpv, sizeof(refs.rpv));
	assert_memory_equal(again.rems, refs.rems, sizeof(refs.rems));
}

/* A CoRIM has as many Realms as there are: its buffer grows. */
static void a_corim_holds_many_realms(void **state)
{
	struct world *w = *state;
	struct reeve_references *list = reeve_references_new();
	struct reeve_references *again = reeve_references_new();
	struct corim_reader reader = { .references = again };
	struct reeve_corim_options options = { 0 };
	struct reeve_refs refs;
	size_t size;
	void *corim;

	refs_fill(&refs);
	strcpy(refs.hash, "sha-512");
	refs.size = 64;
	for (unsigned i = 0; i < 300; i++) {
		refs.rim[0] = (uint8_t)i;
		assert_int_equal(reeve_references_add_realm(list, &refs),
				 REEVE_OK);
	}
	assert_int_equal(reeve_references_corim(list, &options, &corim, &size,
						w->report),
			 REEVE_OK);
	assert_in_range(size, 300 * 6 * 64, 300 * 7 * 100);
	assert_null(corim_read((struct span){ corim, size }, &reader));
	assert_int_equal(again->realm_count, 300);
	for (unsigned i = 0; i < 300; i++) {
		refs.rim[0] = (uint8_t)i;
		assert_string_equal(again->realms[i].hash, "sha-512");
		assert_memory_equal(again->realms[i].rim, refs.rim, 64);
		assert_memory_equal(again->realms[i].rpv, refs.rpv, 64);
		assert_memory_equal(again->realms[i].rems, refs.rems,
				    sizeof(refs.rems));
	}
	free(corim);
	reeve_references_free(list);
	reeve_references_free(again);
}

static void a_corim_of_nothing_is_refused(void **state)
{
	struct world *w = *state;
	struct reeve_references *list = reeve_references_new();
	struct reeve_corim_options options = { 0 };
	struct reeve_refs refs;
	size_t size;
	void *corim;

	assert_int_equal(reeve_references_corim(list, &options, &corim, &size,
						w->report),
			 REEVE_ERR_ARGUMENT);
	refs_fill(&refs);
	assert_int_equal(reeve_references_add_realm(list, &refs), REEVE_OK);
	assert_non_null(references_add_platform(list));
	assert_int_equal(reeve_references_corim(list, &options, &corim, &size,
						w->report),
			 REEVE_ERR_ARGUMENT);
	reeve_references_free(list);
}

static void refused_refs(struct world *w, const char *text)
{
	struct reeve_references *list = reeve_references_new();

	file_fill(w, text);
	assert_int_equal(reeve_references_load(
				 list,
				 &(struct reeve_refs_source){ .path = w->path },
				 w->report),
			 REEVE_ERR_CONFIG);
	assert_int_equal(reeve_references_realms(list), 0);
	reeve_references_free(list);
}

static void what_is_no_reference_is_refused(void **state)
{
	struct world *w = *state;

	refused_refs(w, "");
	refused_refs(w, "{\"hash\":\"sha-256\",\"rim\":\"zz\"}");
	refused_refs(w, "{\"hash\":\"sha256\"}");
	refused_refs(w, "{\"hash\":3,\"rim\":\"\"}");
}

/* ---- Events ---------------------------------------------------------- */

static void events_extend_each_its_own(void **state)
{
	static const uint8_t zeros[33];
	static const uint8_t extended[33] = { [32] = 1 };
	struct world *w = *state;
	struct reeve_refs refs = { .hash = "sha-256", .size = 32 };
	uint8_t expected[32];

	file_fill(w, "# nothing\nrem3 \r\n");
	assert_int_equal(reeve_refs_replay(w->path, &refs, w->report),
			 REEVE_ERR_CONFIG);
	assert_false(refs.has_rem[0]);
	file_fill(w, "rem1 01 # one\r\n\n");
	assert_int_equal(reeve_refs_replay(w->path, &refs, w->report), REEVE_OK);
	for (unsigned i = 0; i < 4; i++)
		assert_true(refs.has_rem[i]);
	EVP_Digest(extended, sizeof(extended), expected, NULL, EVP_sha256(),
		   NULL);
	assert_memory_equal(refs.rems[1], expected, 32);
	assert_memory_equal(refs.rems[0], zeros, 32);
	assert_memory_equal(refs.rems[3], zeros, 32);
}

static void a_wrong_event_has_its_line(void **state)
{
	struct world *w = *state;
	struct reeve_refs refs = { .hash = "sha-256", .size = 32 };

	file_fill(w, "rem0 00\n\nrem9 00\nrem0 00\n");
	assert_int_equal(reeve_refs_replay(w->path, &refs, w->report),
			 REEVE_ERR_CONFIG);
	assert_int_equal(reeve_report_count(w->report), 1);
	assert_int_equal(reeve_report_get(w->report, 0)->line, 3);
}

/* ---- Keys, and hexadecimal ------------------------------------------- */

static void a_key_file_is_pem_or_jwk(void **state)
{
	struct world *w = *state;
	EVP_PKEY *key = key_new();
	char *forms[] = { key_public_pem(key), key_public_jwk(key) };
	struct reeve_keys *keys;
	char *jwk;

	for (unsigned i = 0; i < 2; i++) {
		file_fill(w, forms[i]);
		assert_int_equal(reeve_keys_load(w->path, &keys, w->report),
				 REEVE_OK);
		jwk = reeve_keys_jwk(keys);
		assert_string_equal(jwk, forms[1]);
		free(jwk);
		reeve_keys_free(keys);
		free(forms[i]);
	}
	file_fill(w, "no key");
	assert_int_equal(reeve_keys_load(w->path, &keys, w->report),
			 REEVE_ERR_ARGUMENT);
	assert_int_equal(reeve_keys_load_roots(w->path, &keys, w->report),
			 REEVE_ERR_ARGUMENT);
	EVP_PKEY_free(key);
}

static void keys_are_der_and_cose_too(void **state)
{
	struct world *w = *state;
	EVP_PKEY *key = EVP_EC_gen("P-521");
	uint8_t *der = NULL;
	int size = i2d_PUBKEY(key, &der);
	uint8_t cose[KEY_COSE_MAX];
	size_t cose_size = key_cose(key, cose);
	struct reeve_keys *keys;

	assert_int_equal(
		reeve_keys_read(der, (size_t)size, NULL, &keys, w->report),
		REEVE_OK);
	assert_int_equal(EVP_PKEY_eq(keys->list[0].key, key), 1);
	reeve_keys_free(keys);
	assert_int_equal(
		reeve_keys_read(der, (size_t)size - 1, NULL, &keys, w->report),
		REEVE_ERR_ARGUMENT);
	assert_int_equal(reeve_keys_read(cose, cose_size, NULL, &keys, w->report),
			 REEVE_OK);
	assert_int_equal(EVP_PKEY_eq(keys->list[0].key, key), 1);
	reeve_keys_free(keys);
	assert_int_equal(
		reeve_keys_read(cose, cose_size - 1, NULL, &keys, w->report),
		REEVE_ERR_ARGUMENT);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

/* A document with two keys in it, the JWKs given. */
static void document_has(struct world *w, const char *form, const char *jwk,
			 size_t count)
{
	struct reeve_keys *keys;
	char *text;

	assert_true(asprintf(&text, form, jwk, jwk) > 0);
	if (count == 0) {
		assert_int_equal(reeve_keys_read(text, strlen(text), NULL,
						 &keys, w->report),
				 REEVE_ERR_ARGUMENT);
	} else {
		assert_int_equal(reeve_keys_read(text, strlen(text), NULL,
						 &keys, w->report),
				 REEVE_OK);
		assert_int_equal(keys->count, count);
		reeve_keys_free(keys);
	}
	free(text);
}

#define ID_32 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void documents_hold_several_keys(void **state)
{
	struct world *w = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char *jwk = key_public_jwk(key);

	document_has(w, "{\"keys\":[%s,%s]}", jwk, 2);
	document_has(w, "[%s,%s]", jwk, 2);
	document_has(w,
		     "[{\"instance-id\":\"01" ID_32 "\",\"implementation-id\":"
		     "\"" ID_32 "\",\"pkey\":%s}]",
		     jwk, 1);
	document_has(w, "[{\"instance-id\":\"01\",\"pkey\":%s}]", jwk, 0);
	document_has(w, "[{\"instance-id\":3,\"pkey\":%s}]", jwk, 0);
	document_has(w, "[{\"pkey\":3}]", jwk, 0);
	document_has(w, "[%s,{}]", jwk, 0);
	document_has(w, "[]", jwk, 0);
	document_has(w, "{\"keys\":%s}", jwk, 0);
	free(jwk);
	EVP_PKEY_free(key);
}

static void base64_is_read_in_both_alphabets(void **state)
{
	uint8_t bytes[8];
	size_t size;

	(void)state;
	assert_true(base64_read("-_8=", 4, bytes, 8, &size));
	assert_int_equal(size, 2);
	assert_memory_equal(bytes, "\xfb\xff", 2);
	assert_true(base64_read("+/8", 3, bytes, 8, &size));
	assert_int_equal(size, 2);
	assert_true(base64_read("AA\r\n AA", 7, bytes, 8, &size));
	assert_int_equal(size, 3);
	assert_true(base64_read("", 0, bytes, 8, &size));
	assert_int_equal(size, 0);
	assert_false(base64_read("+_8=", 4, bytes, 8, &size));
	assert_false(base64_read("A", 1, bytes, 8, &size));
	assert_false(base64_read("AA=A", 4, bytes, 8, &size));
	assert_false(base64_read("AAA==", 5, bytes, 8, &size));
	assert_false(base64_read("A*AA", 4, bytes, 8, &size));
	assert_false(base64_read("AAAAAAAAAAAA", 12, bytes, 8, &size));
}

static void base64_survives(void **state)
{
	uint8_t bytes[16];
	uint8_t again[16];
	size_t found;

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0xfb * (i + 1));
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		char *text = base64url_text((struct span){ bytes, size });

		assert_true(base64_read(text, strlen(text), again,
					sizeof(again), &found));
		assert_int_equal(found, size);
		assert_memory_equal(again, bytes, size);
		free(text);
	}
}

static void hexadecimal_is_pairs_of_digits(void **state)
{
	uint8_t bytes[4];
	size_t size;

	(void)state;
	assert_true(hex_read("00aAfF", bytes, 4, &size));
	assert_int_equal(size, 3);
	assert_memory_equal(bytes, "\x00\xaa\xff", 3);
	assert_true(hex_read("", bytes, 4, &size));
	assert_int_equal(size, 0);
	assert_false(hex_read("0", bytes, 4, &size));
	assert_false(hex_read("0g", bytes, 4, &size));
	assert_false(hex_read("g0", bytes, 4, &size));
	assert_false(hex_read("0011223344", bytes, 4, &size));
	assert_false(hex_read_exactly("0011", bytes, 4));
}

static void a_missing_file_is_told(void **state)
{
	struct world *w = *state;
	struct reeve_references *list = reeve_references_new();
	struct reeve_refs refs = { .size = 32 };
	struct reeve_token *token;
	struct reeve_keys *keys;

	unlink(w->path);
	assert_int_equal(reeve_keys_load(w->path, &keys, w->report),
			 REEVE_ERR_IO);
	assert_int_equal(reeve_references_load(
				 list,
				 &(struct reeve_refs_source){ .path = w->path },
				 w->report),
			 REEVE_ERR_IO);
	reeve_references_free(list);
	assert_int_equal(reeve_refs_replay(w->path, &refs, w->report),
			 REEVE_ERR_IO);
	assert_int_equal(reeve_token_load(w->path, &token, w->report),
			 REEVE_ERR_IO);
	assert_int_equal(reeve_report_count(w->report), 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_policy_is_read),
		TEST(an_empty_policy_is_the_default),
		TEST(all_that_is_wrong_with_a_policy_is_told),
		TEST(too_many_components_are_refused),
		TEST(reference_values_survive_json),
		TEST(a_corim_holds_many_realms),
		TEST(a_corim_of_nothing_is_refused),
		TEST(what_is_no_reference_is_refused),
		TEST(events_extend_each_its_own),
		TEST(a_wrong_event_has_its_line),
		TEST(a_key_file_is_pem_or_jwk),
		TEST(keys_are_der_and_cose_too),
		TEST(documents_hold_several_keys),
		cmocka_unit_test(base64_is_read_in_both_alphabets),
		cmocka_unit_test(base64_survives),
		cmocka_unit_test(hexadecimal_is_pairs_of_digits),
		TEST(a_missing_file_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
