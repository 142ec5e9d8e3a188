/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests which byte each escape stands for, and how many bytes it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/config/escape.h"

static void expect(const char *text, int byte, size_t taken)
{
	size_t length = 99;

	assert_int_equal(escape_read(text, strlen(text), &length), byte);
	assert_int_equal(length, taken);
}

static void named_escapes_give_their_byte(void **state)
{
	static const char names[] = "\\'\"abfnrtv";
	static const char values[] = "\\'\"\a\b\f\n\r\t\v";

	(void)state;
	for (size_t i = 0; i < strlen(names); i++) {
		char text[] = { names[i], 'z', '\0' };

		expect(text, values[i], 1);
	}
}

static void every_other_byte_is_refused(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char text[] = { (char)byte, '1', '1', '\0' };

		if (strchr("\\'\"abfnrtv01234567", byte) == NULL)
			expect(text, ESCAPE_BAD, 1);
	}
}

static void octal_takes_a_number_and_gives_nothing(void **state)
{
	(void)state;
	expect("101q", ESCAPE_NOTHING, 3);
	expect("0  1x", ESCAPE_NOTHING, 4);
	expect("0+1z", ESCAPE_NOTHING, 3);
	expect("7-12", ESCAPE_NOTHING, 4);
	expect("01234", ESCAPE_NOTHING, 4);
	expect("0\t89", ESCAPE_NOTHING, 4);
}

static void octal_without_a_number_is_refused(void **state)
{
	(void)state;
	expect("0", ESCAPE_BAD, 1);
	expect("01", ESCAPE_BAD, 1);
	expect("01 ", ESCAPE_BAD, 1);
	expect("0  ", ESCAPE_BAD, 1);
	expect("0   1", ESCAPE_BAD, 1);
	expect("0+-1", ESCAPE_BAD, 1);
	expect("0a11", ESCAPE_BAD, 1);
}

static void nothing_is_read_past_the_end(void **state)
{
	size_t length;

	(void)state;
	assert_int_equal(escape_read("0123", 1, &length), ESCAPE_BAD);
	assert_int_equal(escape_read("0123", 2, &length), ESCAPE_BAD);
	assert_int_equal(escape_read("0123", 3, &length), ESCAPE_NOTHING);
	assert_int_equal(length, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_escapes_give_their_byte),
		cmocka_unit_test(every_other_byte_is_refused),
		cmocka_unit_test(octal_takes_a_number_and_gives_nothing),
		cmocka_unit_test(octal_without_a_number_is_refused),
		cmocka_unit_test(nothing_is_read_past_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
