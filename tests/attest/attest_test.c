/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attestation from `host start` to the verifier's verdict, in one process: the
 * toolstack provisions a platform, the RMM of that platform gives a Realm its
 * token, and the toolstack verifies the token. The other tests break one link
 * of this chain each.
 */
#include "rmm/fixture/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "abi/cca_token.h"
#include "abi/provision.h"
#include "abi/rsi.h"
#include "rmm/core/measurement.h"
#include "toolstack/reeve.h"
#include "toolstack/token/platform.h"

#define RD   page(PAGE_RD)
#define BOOT page(PAGE_REC)

static const char challenge_hex[] = "0807060504030201100f0e0d0c0b0a09";
static const uint64_t challenge[8] = { UINT64_C(0x0102030405060708),
				       UINT64_C(0x090a0b0c0d0e0f10) };

struct world {
	struct fixture *f;
	struct reeve_report *report;
	struct platform platform;
	struct reeve_refs refs;
};

static const struct platform_request request = {
	.images = {
		{ "monitor", "1", "mon", 3 },
		{ "rmm", "2", "rmm", 3 },
		{ "hypervisor", "3", "hyp", 3 },
	},
	.service = PLATFORM_SERVICE,
};

/* Hands the part of flash to the RMM, as EL3 does. */
static bool provision(struct world *w, const struct platform *platform)
{
	struct provision head;

	memcpy(&head, platform->part, sizeof(head));
	return inprocess_provision(w->f->machine, head.realm_key,
				   platform->part + head.token_offset,
				   head.token_size);
}

static void realm_make(struct fixture *f)
{
	fixture_realm(f);
	memset(host(f, PAGE_SCRATCH), 0x3c, GRANULE_SIZE);
	fixture_data(f);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, RD), RMI_SUCCESS);
}

static void refs_take(struct world *w)
{
	const struct rd *rd = peek(w->f, PAGE_RD);

	w->refs = (struct reeve_refs){
		.hash = CCA_SHA_256,
		.size = 32,
		.has_rpv = true,
		.has_rem = { true, true, true, true },
	};
	memcpy(w->refs.rim, rd->measurements.slot[0], 32);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *fixture;

	fixture_setup(&fixture);
	w->f = fixture;
	w->report = reeve_report_new();
	assert_int_equal(platform_make(&request, &w->platform, w->report),
			 REEVE_OK);
	assert_true(provision(w, &w->platform));
	realm_make(w->f);
	refs_take(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *fixture = w->f;

	platform_dispose(&w->platform);
	reeve_report_free(w->report);
	fixture_teardown(&fixture);
	free(w);
	return 0;
}

static uint64_t rsi(struct fixture *f, uint64_t fid, const uint64_t args[8])
{
	enum rsi_outcome outcome;
	struct rmi_rec_exit exit;

	memset(&f->regs, 0, sizeof(f->regs));
	f->regs.x[0] = fid;
	memcpy(&f->regs.x[1], args, 8 * sizeof(args[0]));
	assert_int_equal(
		inprocess_rsi(f->machine, BOOT, &f->regs, &outcome, &exit),
		RMI_SUCCESS);
	return f->regs.x[0];
}

/* Gets a token from the Realm and decodes it. */
static struct reeve_token *token_get(struct world *w)
{
	const uint64_t where[8] = { 0, 0, 4096 };
	struct reeve_token *token;

	assert_int_equal(rsi(w->f, RSI_ATTEST_TOKEN_INIT, challenge),
			 RSI_SUCCESS);
	assert_int_equal(rsi(w->f, RSI_ATTEST_TOKEN_CONTINUE, where),
			 RSI_SUCCESS);
	assert_int_equal(reeve_token_read(peek(w->f, PAGE_DATA), w->f->regs.x[1],
					  "token", &token, w->report),
			 REEVE_OK);
	return token;
}

/* Verifies a new token. Only the check named wrong may fail; NULL: none. */
static void verdict_is(struct world *w, const char *wrong)
{
	struct reeve_keys *keys;
	struct reeve_expectation expected = {
		.challenge = challenge_hex,
		.refs = &w->refs,
	};
	struct reeve_token *token = token_get(w);
	struct reeve_verification *verification;
	const struct reeve_check *check;

	assert_int_equal(reeve_keys_read(w->platform.key_pem,
					 strlen(w->platform.key_pem), NULL,
					 &keys, w->report),
			 REEVE_OK);
	expected.keys = keys;
	assert_int_equal(
		reeve_token_verify(token, &expected, &verification, w->report),
		REEVE_OK);
	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++) {
		bool fails = wrong != NULL && strcmp(check->name, wrong) == 0;

		if (fails != (check->verdict == REEVE_FAIL)) {
			fail_msg("%s: expected %s, found %s", check->name,
				 check->expected, check->found);
		}
	}
	reeve_verification_free(verification);
	reeve_token_free(token);
	reeve_keys_free(keys);
}

static void the_chain_holds(void **state)
{
	verdict_is(*state, NULL);
}

static void another_platform_is_found_out(void **state)
{
	struct world *w = *state;
	struct platform other;

	assert_int_equal(platform_make(&request, &other, w->report), REEVE_OK);
	assert_true(provision(w, &other));
	verdict_is(w, "platform-signature");
	platform_dispose(&other);
}

/* Provisions the token of this platform with the Realm key of another. */
static void a_realm_key_that_is_not_vouched_for_is_found_out(void **state)
{
	struct world *w = *state;
	struct platform other;
	struct provision ours, theirs;

	assert_int_equal(platform_make(&request, &other, w->report), REEVE_OK);
	memcpy(&ours, w->platform.part, sizeof(ours));
	memcpy(&theirs, other.part, sizeof(theirs));
	assert_true(inprocess_provision(w->f->machine, theirs.realm_key,
					w->platform.part + ours.token_offset,
					ours.token_size));
	verdict_is(w, "realm-key-binding");
	platform_dispose(&other);
}

static void another_realm_is_found_out(void **state)
{
	struct world *w = *state;

	w->refs.rim[31] ^= 1;
	verdict_is(w, "rim");
}

static void what_a_realm_measures_is_found_out(void **state)
{
	struct world *w = *state;
	const uint64_t args[8] = { 2, 8, 0x1234 };

	assert_int_equal(rsi(w->f, RSI_MEASUREMENT_EXTEND, args), RSI_SUCCESS);
	verdict_is(w, "rems");
	memcpy(w->refs.rems[1],
	       ((const struct rd *)peek(w->f, PAGE_RD))->measurements.slot[2],
	       32);
	verdict_is(w, NULL);
}

static void a_debug_host_is_found_out(void **state)
{
	struct world *w = *state;
	struct platform_request debug = request;

	debug.debug = true;
	platform_dispose(&w->platform);
	assert_int_equal(platform_make(&debug, &w->platform, w->report),
			 REEVE_OK);
	assert_true(provision(w, &w->platform));
	verdict_is(w, "lifecycle");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_chain_holds),
		TEST(another_platform_is_found_out),
		TEST(a_realm_key_that_is_not_vouched_for_is_found_out),
		TEST(another_realm_is_found_out),
		TEST(what_a_realm_measures_is_found_out),
		TEST(a_debug_host_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
