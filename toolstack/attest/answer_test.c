/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of a guest that is not trusted, and the vector of
 * docs/attest-protocol.md, Test vector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/attest/answer.h"
#include "toolstack/reeve.h"

#define STRING_1 "\0\0\0\1"
#define STRING_6 "\0\0\0\6"
#define KEY_A    STRING_6 STRING_1 "a1"
#define KEY_B    STRING_6 STRING_1 "b2"
#define TOKEN    STRING_1 "T"

static const char *fault(const char *rest, size_t size, struct answer *answer)
{
	return answer_read((struct span){ (const uint8_t *)rest, size }, answer);
}

static void an_answer_has_token_and_keys(void **state)
{
	static const char rest[] = TOKEN "\0\0\0\2" KEY_A KEY_B;
	struct answer answer;

	(void)state;
	assert_null(fault(rest, sizeof(rest) - 1, &answer));
	assert_int_equal(answer.token.size, 1);
	assert_memory_equal(answer.token.data, "T", 1);
	assert_int_equal(answer.key_count, 2);
	assert_memory_equal(answer.keys[0].data, "\0\0\0\1a1", 6);
	assert_memory_equal(answer.keys[1].data, "\0\0\0\1b2", 6);
	assert_int_equal(answer_key_type(answer.keys[0]).size, 1);
	assert_memory_equal(answer_key_type(answer.keys[1]).data, "b", 1);
	assert_null(fault(TOKEN "\0\0\0", 9, &answer));
	assert_int_equal(answer.key_count, 0);
}

static void every_cut_is_found(void **state)
{
	static const char rest[] = TOKEN "\0\0\0\2" KEY_A KEY_B;
	struct answer answer;

	(void)state;
	for (size_t size = 0; size < sizeof(rest) - 1; size++)
		assert_non_null(fault(rest, size, &answer));
	assert_string_equal(fault(rest, sizeof(rest), &answer),
			    "bytes are left over");
}

static void wrong_answers_are_told_apart(void **state)
{
#define CASE(text, wanted) { text, sizeof(text) - 1, wanted }
	static const struct {
		const char *rest;
		size_t size;
		const char *wanted;
	} cases[] = {
		CASE("\0\0\0\0"
		     "\0\0\0\0",
		     "the size of its token is wrong"),
		CASE("\0\1\0\1T", "the size of its token is wrong"),
		CASE("\377\377\377\377T", "the size of its token is wrong"),
		CASE(TOKEN "\0\0\0\x9", "its number of keys is wrong"),
		CASE(TOKEN "\377\377\377\377", "its number of keys is wrong"),
		CASE(TOKEN "\0\0\0\1"
			   "\0\0\0\0",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\1"
			   "\0\0\x10\1",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\1" STRING_6 "\0\0\0\3ab",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\1" STRING_6 STRING_1 "\n1",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\1" STRING_6 STRING_1 " 1",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\1" STRING_6 STRING_1 "\2001",
		     "one of its keys is none of SSH"),
		CASE(TOKEN "\0\0\0\2" KEY_B KEY_A, "its keys are not in order"),
		CASE(TOKEN "\0\0\0\2" KEY_A KEY_A, "its keys are not in order"),
	};
#undef CASE
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(fault(cases[i].rest, cases[i].size, &answer),
				    cases[i].wanted);
	}
}

static void the_port_has_the_name_that_programs_know(void **state)
{
	(void)state;
	assert_string_equal(REEVE_CHANNEL_ATTEST, ATTEST_NAME);
}

static void a_head_bounds_what_follows(void **state)
{
	uint8_t head[ATTEST_ANSWER_HEAD] = "RVATANS0";
	uint32_t status;
	uint32_t rest;

	(void)state;
	head[13] = ATTEST_REST_MAX >> 16;
	head[14] = (uint8_t)(ATTEST_REST_MAX >> 8);
	head[15] = (uint8_t)ATTEST_REST_MAX;
	assert_true(answer_head_read(head, &status, &rest));
	assert_int_equal(status, ATTEST_OK);
	assert_int_equal(rest, ATTEST_REST_MAX);
	head[15]++;
	assert_false(answer_head_read(head, &status, &rest));
	head[11] = ATTEST_E_TOKEN;
	assert_false(answer_head_read(head, &status, &rest));
	head[13] = head[14] = head[15] = 0;
	assert_true(answer_head_read(head, &status, &rest));
	assert_int_equal(status, ATTEST_E_TOKEN);
	head[7] = '1';
	assert_false(answer_head_read(head, &status, &rest));
}

static void the_challenge_is_that_of_the_vector(void **state)
{
	static const char rest[] = TOKEN "\0\0\0\2" KEY_A KEY_B;
	static const uint8_t expected[8] = { 0xa8, 0x70, 0x6e, 0x7f,
					     0x6e, 0x3b, 0x5c, 0x6d };
	uint8_t challenge[ATTEST_CHALLENGE];
	struct answer answer;
	uint8_t nonce[32];

	(void)state;
	for (uint8_t i = 0; i < sizeof(nonce); i++)
		nonce[i] = i;
	assert_null(fault(rest, sizeof(rest) - 1, &answer));
	assert_true(answer_challenge((struct span){ nonce, sizeof(nonce) },
				     &answer, challenge));
	assert_memory_equal(challenge, expected, sizeof(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_token_and_keys),
		cmocka_unit_test(every_cut_is_found),
		cmocka_unit_test(wrong_answers_are_told_apart),
		cmocka_unit_test(the_port_has_the_name_that_programs_know),
		cmocka_unit_test(a_head_bounds_what_follows),
		cmocka_unit_test(the_challenge_is_that_of_the_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
