/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of log lines. */
#include "lib/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char text[64];
static char console[256];
static size_t console_length;

static int format_to(int size, const char *format, ...)
{
	va_list arguments;
	int length;

	memset(text, 'x', sizeof(text));
	va_start(arguments, format);
	length = log_format(text, size, format, arguments);
	va_end(arguments);
	return length;
}

static void numbers_have_their_bases_and_signs(void **state)
{
	(void)state;
	format_to(64, "%d %u %x %lld %llx", -5, 4000000000u, 0xbeefu,
		  (long long)INT64_MIN, UINT64_MAX);
	assert_string_equal(
		text,
		"-5 4000000000 beef -9223372036854775808 ffffffffffffffff");
}

static void widths_pad_with_blanks_or_zeros(void **state)
{
	(void)state;
	format_to(64, "[%4u][%04x][%4s][%c]", 7u, 0xabu, "ab", 'z');
	assert_string_equal(text, "[   7][00ab][ab  ][z]");
}

static void percent_and_unknown_conversions_print_themselves(void **state)
{
	(void)state;
	assert_int_equal(format_to(64, "100%% %q %"), 7);
	assert_string_equal(text, "100% q ");
}

static void text_ends_within_its_bounds(void **state)
{
	(void)state;
	assert_int_equal(format_to(6, "%s", "0123456789"), 5);
	assert_memory_equal(text, "01234\0x", 7);
	assert_int_equal(format_to(1, "%x", 5u), 0);
	assert_memory_equal(text, "\0x", 2);
}

static void put(char c)
{
	console[console_length++] = c;
}

static void line_has_its_name_and_its_end(void **state)
{
	(void)state;
	log_line("lost");
	log_init("monitor", put);
	log_line("%u CPUs", 4u);
	log_line_unlocked("done");
	assert_string_equal(console, "monitor: 4 CPUs\r\nmonitor: done\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_their_bases_and_signs),
		cmocka_unit_test(widths_pad_with_blanks_or_zeros),
		cmocka_unit_test(
			percent_and_unknown_conversions_print_themselves),
		cmocka_unit_test(text_ends_within_its_bounds),
		cmocka_unit_test(line_has_its_name_and_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
