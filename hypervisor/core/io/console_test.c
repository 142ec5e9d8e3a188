/* SPDX-License-Identifier: BSD-3-Clause */
/* A console slot between a guest, a terminal and a log. */
#include "hypervisor/core/io/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SLOT 7

struct guest {
	uint8_t got[64];
	size_t size;
	size_t room;
};

static struct console console;
static struct guest guest;

static size_t guest_input(void *ctx, unsigned slot, const uint8_t *bytes,
			  size_t size)
{
	struct guest *to = ctx;

	assert_int_equal(slot, SLOT);
	if (size > to->room)
		size = to->room;
	memcpy(to->got + to->size, bytes, size);
	to->size += size;
	to->room -= size;
	return size;
}

static const struct console_guest way = { &guest, SLOT, guest_input };

static int setup(void **state)
{
	(void)state;
	guest = (struct guest){ .room = sizeof(guest.got) };
	console_init(&console, &way);
	console_take(&console);
	return 0;
}

static void write_text(const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(console_write(&console, (uint8_t)*text));
}

/* Bytes that differ from their neighbours and from one lap of the ring to the
 * next. */
static uint8_t pattern(uint64_t at)
{
	return (uint8_t)(at * 5 + at / 251);
}

static uint64_t write_pattern(uint64_t from, uint64_t most)
{
	uint64_t at = from;

	while (at - from < most && console_write(&console, pattern(at)))
		at++;
	return at - from;
}

static void expect_terminal(const char *text)
{
	uint8_t bytes[64];

	assert_int_equal(console_terminal_output(&console, bytes, sizeof(bytes)),
			 strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

static void expect_log(const char *text)
{
	uint8_t bytes[64];

	assert_int_equal(console_log_output(&console, bytes, sizeof(bytes)),
			 strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

static size_t type(const char *text)
{
	return console_input(&console, (const uint8_t *)text, strlen(text));
}

static void output_goes_to_the_terminal_once(void **state)
{
	(void)state;
	console_terminal(&console, true);
	write_text("hello");
	expect_terminal("hello");
	expect_terminal("");
	write_text(" you");
	expect_terminal(" you");
}

static void a_late_terminal_gets_what_was_kept(void **state)
{
	(void)state;
	write_text("hello");
	expect_terminal("");
	console_terminal(&console, true);
	expect_terminal("hello");
	console_terminal(&console, false);
	write_text(" you");
	expect_terminal("");
	console_terminal(&console, true);
	expect_terminal("hello you");
}

static void nobody_there_holds_nobody_up(void **state)
{
	uint8_t bytes[2];

	(void)state;
	assert_int_equal(write_pattern(0, 3 * CONSOLE_RING), 3 * CONSOLE_RING);
	console_terminal(&console, true);
	assert_int_equal(console_terminal_output(&console, bytes, 2), 2);
	assert_int_equal(bytes[0], pattern(2 * CONSOLE_RING));
	assert_int_equal(bytes[1], pattern(2 * CONSOLE_RING + 1));
}

/* Reads in odd steps while the writer fills the room that becomes free. */
static void expect_whole(size_t (*read)(struct console *console, uint8_t *bytes,
					size_t size))
{
	uint64_t written = 0, seen = 0;
	uint8_t bytes[1000];

	while (seen < 5 * CONSOLE_RING) {
		size_t size;

		written += write_pattern(written, UINT64_MAX);
		assert_int_equal(written - seen, CONSOLE_RING);
		size = read(&console, bytes, 1 + seen % sizeof(bytes));
		assert_true(size != 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], pattern(seen++));
	}
}

static void a_slow_terminal_makes_the_guest_wait(void **state)
{
	(void)state;
	console_terminal(&console, true);
	expect_whole(console_terminal_output);
}

static void a_slow_log_makes_the_guest_wait(void **state)
{
	(void)state;
	console_log(&console, true);
	expect_whole(console_log_output);
}

static void the_slower_of_both_counts(void **state)
{
	uint8_t bytes[16];

	(void)state;
	console_terminal(&console, true);
	console_log(&console, true);
	assert_int_equal(write_pattern(0, UINT64_MAX), CONSOLE_RING);
	assert_int_equal(console_log_output(&console, bytes, 16), 16);
	assert_int_equal(write_pattern(0, UINT64_MAX), 0);
	assert_int_equal(console_terminal_output(&console, bytes, 9), 9);
	assert_int_equal(write_pattern(0, UINT64_MAX), 9);
}

static void a_terminal_that_goes_frees_the_guest(void **state)
{
	(void)state;
	console_terminal(&console, true);
	assert_int_equal(write_pattern(0, UINT64_MAX), CONSOLE_RING);
	console_terminal(&console, false);
	assert_int_equal(write_pattern(0, 100), 100);
}

static void the_log_has_what_came_before_it(void **state)
{
	(void)state;
	write_text("early");
	console_log(&console, true);
	expect_log("early");
	console_log(&console, false);
	console_log(&console, true);
	expect_log("");
}

static void the_log_ends_at_its_limit(void **state)
{
	uint64_t written = 0, logged = 0;
	uint8_t bytes[4096];
	size_t size;

	(void)state;
	console_log(&console, true);
	do {
		written += write_pattern(written, sizeof(bytes));
		size = console_log_output(&console, bytes, sizeof(bytes));
		logged += size;
	} while (size != 0);
	assert_int_equal(logged, CONSOLE_LOG_LIMIT);
	assert_int_equal(write_pattern(written, 2 * CONSOLE_RING),
			 2 * CONSOLE_RING);
	console_log(&console, true);
	assert_int_equal(console_log_output(&console, bytes, 1), 0);
}

static void a_new_guest_does_not_lift_the_limit(void **state)
{
	(void)state;
	console_log(&console, true);
	write_text("abc");
	expect_log("abc");
	console_take(&console);
	assert_int_equal(console.log_left, CONSOLE_LOG_LIMIT - 3);
}

static void input_waits_until_the_guest_takes_it(void **state)
{
	(void)state;
	console_terminal(&console, true);
	guest.room = 2;
	assert_int_equal(type("abc"), 3);
	assert_int_equal(type("de"), 2);
	assert_int_equal(guest.size, 2);
	guest.room = 10;
	assert_false(console_feed(&console));
	assert_int_equal(guest.size, 5);
	assert_memory_equal(guest.got, "abcde", 5);
	assert_false(console_feed(&console));
	assert_int_equal(guest.size, 5);
}

static void a_guest_that_takes_nothing_stops_the_terminal(void **state)
{
	static const uint8_t bytes[CONSOLE_TYPED + 10];

	(void)state;
	console_terminal(&console, true);
	guest.room = 0;
	assert_int_equal(console_input(&console, bytes, sizeof(bytes)),
			 CONSOLE_TYPED);
	assert_int_equal(console_input(&console, bytes, 10), 0);
	guest.room = 1;
	assert_false(console_feed(&console));
	guest.size = 0;
	while (console.typed.count > CONSOLE_TYPED / 2 + 8) {
		guest.size = 0;
		guest.room = 8;
		assert_false(console_feed(&console));
	}
	guest.size = 0;
	guest.room = 8;
	assert_true(console_feed(&console));
	assert_false(console_feed(&console));
}

static void a_new_guest_gets_nothing_that_waited_for_the_old(void **state)
{
	(void)state;
	console_terminal(&console, true);
	guest.room = 1;
	assert_int_equal(type("abc"), 3);
	console_take(&console);
	guest.room = 10;
	assert_false(console_feed(&console));
	assert_int_equal(guest.size, 1);
}

static void an_old_terminal_has_no_part_in_a_new_guest(void **state)
{
	(void)state;
	console_terminal(&console, true);
	write_text("secret");
	console_take(&console);
	write_text("new");
	expect_terminal("");
	assert_int_equal(type("abc"), 3);
	assert_int_equal(guest.size, 0);
	console_terminal(&console, false);
	console_terminal(&console, true);
	expect_terminal("new");
}

static void the_log_keeps_what_a_guest_left(void **state)
{
	(void)state;
	console_log(&console, true);
	write_text("old ");
	console_take(&console);
	write_text("new");
	expect_log("old new");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_goes_to_the_terminal_once),
		TEST(a_late_terminal_gets_what_was_kept),
		TEST(nobody_there_holds_nobody_up),
		TEST(a_slow_terminal_makes_the_guest_wait),
		TEST(a_slow_log_makes_the_guest_wait),
		TEST(the_slower_of_both_counts),
		TEST(a_terminal_that_goes_frees_the_guest),
		TEST(the_log_has_what_came_before_it),
		TEST(the_log_ends_at_its_limit),
		TEST(a_new_guest_does_not_lift_the_limit),
		TEST(input_waits_until_the_guest_takes_it),
		TEST(a_guest_that_takes_nothing_stops_the_terminal),
		TEST(a_new_guest_gets_nothing_that_waited_for_the_old),
		TEST(an_old_terminal_has_no_part_in_a_new_guest),
		TEST(the_log_keeps_what_a_guest_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
