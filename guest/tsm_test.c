/* SPDX-License-Identifier: BSD-3-Clause */
/* A token is taken only from an entry that answers this challenge. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest/fake_tsm.h"
#include "guest/tsm.h"

static uint8_t token[ATTEST_TOKEN_MAX];
static size_t size;

static int setup(void **state)
{
	(void)state;
	fake_tsm_reset();
	size = 0;
	return 0;
}

static bool ask(void)
{
	uint8_t challenge[ATTEST_CHALLENGE];

	memset(challenge, 0x5a, sizeof(challenge));
	return tsm_token("folder", challenge, token, &size);
}

static void refused(void)
{
	assert_false(ask());
	assert_int_equal(fake_tsm.entries, 0);
}

static void a_token_answers_the_challenge(void **state)
{
	(void)state;
	fake_tsm.generation = 41;
	assert_true(ask());
	assert_int_equal(size, 9 + ATTEST_CHALLENGE);
	assert_memory_equal(token, "token of ZZZ", 12);
	assert_int_equal(fake_tsm.entries, 0);
}

static void each_file_can_fail(void **state)
{
	static const char *const names[] = { "", "provider", "generation",
					     "inblob", "outblob" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setup(state);
		fake_tsm.fails = names[i];
		refused();
	}
}

static unsigned entries_at_signal;

static void signal_note(int number)
{
	(void)number;
	entries_at_signal = fake_tsm.entries;
}

static void a_signal_leaves_no_entry(void **state)
{
	(void)state;
	entries_at_signal = 7;
	(void)signal(SIGALRM, signal_note);
	fake_tsm.signal = SIGALRM;
	assert_true(ask());
	assert_int_equal(entries_at_signal, 0);
	(void)signal(SIGALRM, SIG_DFL);
}

static void another_provider_is_refused(void **state)
{
	static const char *const names[] = { "sev_guest\n", "tdx_guest\n", "",
					     "arm_cca_guest2\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fake_tsm.provider = names[i];
		refused();
		assert_int_equal(fake_tsm.challenge_size, 0);
	}
}

static void a_disturbed_entry_is_refused(void **state)
{
	(void)state;
	fake_tsm.disturbed = 1;
	refused();
}

static void a_generation_that_is_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", "x\n", "1x\n",
					     "99999999999999999999999\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fake_tsm.generation_text = texts[i];
		refused();
	}
}

static void a_longer_token_is_refused(void **state)
{
	(void)state;
	fake_tsm.token_size = ATTEST_TOKEN_MAX;
	assert_true(ask());
	assert_int_equal(size, ATTEST_TOKEN_MAX);
	fake_tsm.token_size = ATTEST_TOKEN_MAX + 1;
	refused();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_token_answers_the_challenge, setup),
		cmocka_unit_test_setup(each_file_can_fail, setup),
		cmocka_unit_test_setup(a_signal_leaves_no_entry, setup),
		cmocka_unit_test_setup(another_provider_is_refused, setup),
		cmocka_unit_test_setup(a_disturbed_entry_is_refused, setup),
		cmocka_unit_test_setup(
			a_generation_that_is_no_number_is_refused, setup),
		cmocka_unit_test_setup(a_longer_token_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
