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

#include "toolstack/token/hex.h"
#include "toolstack/token/key.h"
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
	char text[33 * 8 + 32] = "components = [";

	for (unsigned i = 0; i < 33; i++)
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
		.has_rems = true,
	};
	memset(refs->rim, 0x11, 48);
	memset(refs->rpv, 0x22, 64);
	for (unsigned i = 0; i < 4; i++)
		memset(refs->rems[i], (int)i, 48);
}

static void reference_values_survive_json(void **state)
{
	struct world *w = *state;
	struct reeve_refs refs, again;
	char *json;

	refs_fill(&refs);
	json = reeve_refs_json(&refs, "a\"b\n\xff");
	file_fill(w, json);
	free(json);
	memset(&again, 0x77, sizeof(again));
	assert_int_equal(reeve_refs_load(w->path, &again, w->report), REEVE_OK);
	assert_string_equal(again.hash, refs.hash);
	assert_int_equal(again.size, refs.size);
	assert_memory_equal(again.rim, refs.rim, sizeof(refs.rim));
	assert_memory_equal(again.rpv, refs.rpv, sizeof(refs.rpv));
	assert_memory_equal(again.rems, refs.rems, sizeof(refs.rems));
}

static void a_corim_with_everything_fits(void **state)
{
	struct reeve_refs refs;
	size_t size;
	void *corim;

	(void)state;
	refs_fill(&refs);
	strcpy(refs.hash, "sha-512");
	refs.size = 64;
	corim = reeve_refs_corim(&refs, &size);
	assert_non_null(corim);
	assert_in_range(size, 5 * 64 + 64, 1000);
	free(corim);
}

static void refused_refs(struct world *w, const char *text)
{
	struct reeve_refs refs = { .size = 99 };

	file_fill(w, text);
	assert_int_equal(reeve_refs_load(w->path, &refs, w->report),
			 REEVE_ERR_CONFIG);
	assert_int_equal(refs.size, 99);
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
	assert_false(refs.has_rems);
	file_fill(w, "rem1 01 # one\r\n\n");
	assert_int_equal(reeve_refs_replay(w->path, &refs, w->report), REEVE_OK);
	assert_true(refs.has_rems);
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
	char *text;
	char *jwk;

	for (unsigned i = 0; i < 2; i++) {
		file_fill(w, forms[i]);
		assert_int_equal(reeve_key_load(w->path, &text, w->report),
				 REEVE_OK);
		jwk = reeve_key_jwk(text);
		assert_string_equal(jwk, forms[1]);
		free(jwk);
		free(text);
		free(forms[i]);
	}
	file_fill(w, "no key");
	assert_int_equal(reeve_key_load(w->path, &text, w->report),
			 REEVE_ERR_ARGUMENT);
	assert_null(reeve_key_jwk("no key"));
	EVP_PKEY_free(key);
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
	struct reeve_refs refs = { .size = 32 };
	struct reeve_token *token;
	char *text;

	unlink(w->path);
	assert_int_equal(reeve_key_load(w->path, &text, w->report),
			 REEVE_ERR_IO);
	assert_int_equal(reeve_refs_load(w->path, &refs, w->report),
			 REEVE_ERR_IO);
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
		cmocka_unit_test(a_corim_with_everything_fits),
		TEST(what_is_no_reference_is_refused),
		TEST(events_extend_each_its_own),
		TEST(a_wrong_event_has_its_line),
		TEST(a_key_file_is_pem_or_jwk),
		cmocka_unit_test(hexadecimal_is_pairs_of_digits),
		TEST(a_missing_file_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
