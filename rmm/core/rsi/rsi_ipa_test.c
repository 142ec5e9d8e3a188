/* SPDX-License-Identifier: BSD-3-Clause */
/* RSI_IPA_STATE_SET with its completion, and RSI_IPA_STATE_GET. */
#include "abi/rsi.h"
#include "rmm/core/rsi/rsi.h"
#include "rmm/fixture/rtt_fixture.h"

#define RD   page(PAGE_RD)
#define REC  page(PAGE_REC)
#define BASE GIB1 /* a protected IPA */

/* Makes a call of REC 0. Its registers are in f->regs. */
static enum rsi_outcome rsi(struct fixture *f, struct smccc_regs regs)
{
	enum rsi_outcome outcome;
	struct rmi_rec_exit exit;

	f->regs = regs;
	assert_int_equal(
		inprocess_rsi(f->machine, REC, &f->regs, &outcome, &exit),
		RMI_SUCCESS);
	return outcome;
}

static void refuses(struct fixture *f, struct smccc_regs regs)
{
	const struct rec *rec = peek(f, PAGE_REC);
	struct rec_ripas_request before = rec->ripas;

	assert_int_equal(rsi(f, regs), RSI_RETURN);
	assert_int_equal(f->regs.x[0], RSI_ERROR_INPUT);
	assert_memory_equal(&before, &rec->ripas, sizeof(before));
}

#define RANGES_BAD                                                             \
	{ BASE, BASE }, { BASE, BASE - KIB4 }, { BASE + 8, BASE + KIB4 },      \
		{ BASE, BASE + 8 }, { UNPROT, UNPROT + KIB4 },                 \
		{ UNPROT - KIB4, UNPROT + KIB4 },                              \
	{                                                                      \
		BASE, UINT64_MAX & ~(KIB4 - 1)                                 \
	}

static void ranges_outside_the_protected_half_are_refused(void **state)
{
	struct fixture *f = *state;
	const uint64_t bad[][2] = { RANGES_BAD };

	fixture_realm(f);
	active_make(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refuses(f, (struct smccc_regs){ { RSI_IPA_STATE_SET, bad[i][0],
						  bad[i][1], RMI_RIPAS_RAM } });
		refuses(f, (struct smccc_regs){ { RSI_IPA_STATE_GET, bad[i][0],
						  bad[i][1] } });
	}
}

static void set_refuses_other_states(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	active_make(f);
	for (uint64_t ripas = 2; ripas < 5; ripas++) {
		refuses(f, (struct smccc_regs){ { RSI_IPA_STATE_SET, BASE,
						  BASE + KIB4, ripas } });
	}
	refuses(f, (struct smccc_regs){
			   { RSI_IPA_STATE_SET, BASE, BASE + KIB4, 0x101 } });
}

/* ripas_ask() checks the exit record. */
static void set_leaves_a_request_for_the_host(void **state)
{
	struct fixture *f = *state;
	const struct rec_ripas_request *request =
		&((const struct rec *)peek(f, PAGE_REC))->ripas;

	fixture_realm(f);
	active_make(f);
	ripas_ask(f, BASE, BASE + MIB2, RMI_RIPAS_RAM, 1);
	assert_true(request->pending);
	assert_true(request->change_destroyed);
	assert_int_equal(request->ripas, RMI_RIPAS_RAM);
	assert_int_equal(request->next.value, BASE);
	assert_int_equal(request->top.value, BASE + MIB2);
	ripas_ask(f, BASE, UNPROT, RMI_RIPAS_EMPTY, 0);
	assert_false(request->change_destroyed);
	assert_int_equal(request->top.value, UNPROT);
}

struct answer {
	uint8_t ripas;
	unsigned served; /* pages of two */
	bool reject;
	uint64_t response;
};

static void answer_check(struct fixture *f, const struct answer *answer)
{
	struct rec *rec = peek(f, PAGE_REC);
	uint64_t next = BASE + answer->served * KIB4;

	ripas_ask(f, BASE, BASE + 2 * KIB4, answer->ripas, 0);
	if (answer->served)
		done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, next);
	rsi_ipa_state_complete(rec, answer->reject);
	assert_int_equal(rec->gprs[0], RSI_SUCCESS);
	assert_int_equal(rec->gprs[1], next);
	assert_int_equal(rec->gprs[2], answer->response);
	assert_false(rec->ripas.pending);
}

/* A host can reject only a request for RAM, and only its rest. */
static void answers_tell_how_far_the_host_went(void **state)
{
	const struct answer answers[] = {
		{ RMI_RIPAS_RAM, 0, false, RSI_RESPONSE_ACCEPT },
		{ RMI_RIPAS_RAM, 0, true, RSI_RESPONSE_REJECT },
		{ RMI_RIPAS_RAM, 1, true, RSI_RESPONSE_REJECT },
		{ RMI_RIPAS_RAM, 2, true, RSI_RESPONSE_ACCEPT },
		{ RMI_RIPAS_RAM, 2, false, RSI_RESPONSE_ACCEPT },
		{ RMI_RIPAS_EMPTY, 0, true, RSI_RESPONSE_ACCEPT },
		{ RMI_RIPAS_EMPTY, 1, true, RSI_RESPONSE_ACCEPT },
	};

	tables_make(*state, BASE, 3);
	active_make(*state);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		answer_check(*state, &answers[i]);
}

static void an_answered_request_is_no_longer_served(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, BASE + KIB4, RMI_RIPAS_RAM, 0);
	rsi_ipa_state_complete(peek(f, PAGE_REC), false);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, REC, BASE,
		BASE + KIB4);
}

static void get_tells_ripas_and_its_reach(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	ram_make(f, BASE, BASE + 2 * KIB4);
	active_make(f);
	assert_int_equal(rsi(f, (struct smccc_regs){ { RSI_IPA_STATE_GET, BASE,
						       BASE + MIB2 } }),
			 RSI_RETURN);
	assert_int_equal(f->regs.x[0], RSI_SUCCESS);
	assert_int_equal(f->regs.x[1], BASE + 2 * KIB4);
	assert_int_equal(f->regs.x[2], RMI_RIPAS_RAM);
	rsi(f, (struct smccc_regs){
		       { RSI_IPA_STATE_GET, BASE + 2 * KIB4, UNPROT } });
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(f->regs.x[2], RMI_RIPAS_EMPTY);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(ranges_outside_the_protected_half_are_refused),
		test(set_refuses_other_states),
		test(set_leaves_a_request_for_the_host),
		test(answers_tell_how_far_the_host_went),
		test(an_answered_request_is_no_longer_served),
		test(get_tells_ripas_and_its_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
