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
	unsigned drained; /* how often it was told of room */
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

static void guest_drained(void *ctx, unsigned slot)
{
	struct guest *to = ctx;

	assert_int_equal(slot, SLOT);
	assert_true(console_room(&console) >= VUART_FIFO / 2);
	to->drained++;
}

static const struct console_guest way = { &guest, SLOT, guest_input,
					  guest_drained };

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
	assert_int_equal(bytes[0], pattern(3 * CONSOLE_RING - CONSOLE_KEPT));
	assert_int_equal(bytes[1], pattern(3 * CONSOLE_RING - CONSOLE_KEPT + 1));
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

/* Fills the ring for a terminal that reads nothing, and lets it stall. Returns
 * how much was written. */
static uint64_t terminal_stall(void)
{
	uint64_t written;

	console_terminal(&console, true);
	written = write_pattern(0, UINT64_MAX);
	assert_int_equal(console_check(&console, 100),
			 100 + CONSOLE_PATIENCE_NS);
	assert_int_equal(console_check(&console, 100 + CONSOLE_PATIENCE_NS),
			 UINT64_MAX);
	return written;
}

static void room_is_shown_as_it_goes_and_told_as_it_comes(void **state)
{
	uint8_t bytes[VUART_FIFO];

	(void)state;
	console_terminal(&console, true);
	assert_int_equal(write_pattern(0, CONSOLE_KEPT), CONSOLE_KEPT);
	for (unsigned room = VUART_FIFO; room > 0; room--) {
		assert_int_equal(console_room(&console), room);
		assert_true(console_write(&console, 'x'));
	}
	assert_int_equal(console_room(&console), 0);
	assert_false(console_write(&console, 'x'));
	console_terminal_output(&console, bytes, VUART_FIFO / 2 - 1);
	assert_int_equal(guest.drained, 0);
	console_terminal_output(&console, bytes, 1);
	assert_int_equal(guest.drained, 1);
	console_terminal_output(&console, bytes, VUART_FIFO);
	assert_int_equal(guest.drained, 1);
}

static void a_reader_that_joins_takes_no_room_away(void **state)
{
	(void)state;
	assert_int_equal(write_pattern(0, 2 * CONSOLE_RING), 2 * CONSOLE_RING);
	console_terminal(&console, true);
	assert_int_equal(console_room(&console), VUART_FIFO);
	console_log(&console, true);
	assert_int_equal(console_room(&console), VUART_FIFO);
}

static void patience_is_for_a_reader_that_takes_nothing(void **state)
{
	uint64_t second = CONSOLE_PATIENCE_NS;
	uint8_t bytes[8];

	(void)state;
	console_terminal(&console, true);
	assert_int_equal(write_pattern(0, CONSOLE_KEPT), CONSOLE_KEPT);
	assert_int_equal(console_check(&console, 0), UINT64_MAX);
	write_pattern(CONSOLE_KEPT, UINT64_MAX);
	assert_int_equal(console_check(&console, 10), 10 + second);
	console_terminal_output(&console, bytes, sizeof(bytes));
	assert_int_equal(console_check(&console, 10 + second), 10 + 2 * second);
	assert_int_equal(console_check(&console, 9 + 2 * second),
			 10 + 2 * second);
	assert_int_equal(guest.drained, 0);
	assert_int_equal(console_check(&console, 10 + 2 * second), UINT64_MAX);
	assert_int_equal(guest.drained, 1);
	assert_int_equal(console_room(&console), VUART_FIFO);
}

/* It reads what was not overwritten, and is told of the rest. */
static void a_stalled_terminal_is_told_what_is_missing(void **state)
{
	static const char notice[] =
		"\r\n[reeve: 32868 bytes of output are missing]\r\n";
	uint64_t written = terminal_stall();
	uint8_t bytes[2 * CONSOLE_NOTICE];
	size_t size = sizeof(notice) - 1;

	(void)state;
	written += write_pattern(written, CONSOLE_RING / 2 + 68);
	assert_int_equal(written, CONSOLE_RING + CONSOLE_RING / 2 + 68);
	assert_int_equal(console_terminal_output(&console, bytes, sizeof(bytes)),
			 sizeof(bytes));
	assert_memory_equal(bytes, notice, size);
	for (size_t i = size; i < sizeof(bytes); i++) {
		assert_int_equal(bytes[i],
				 pattern(written - CONSOLE_KEPT + i - size));
	}
}

static void a_stalled_terminal_that_missed_nothing_gets_all(void **state)
{
	uint64_t written = terminal_stall(), seen = 0;
	uint8_t bytes[500];

	(void)state;
	while (seen < written) {
		size_t size = console_terminal_output(&console, bytes,
						      1 + seen % 500);

		assert_true(size != 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], pattern(seen++));
	}
}

static void after_a_stall_the_guest_waits_again(void **state)
{
	uint64_t written = terminal_stall();
	uint8_t bytes[CONSOLE_NOTICE];

	(void)state;
	written += write_pattern(written, 3 * CONSOLE_RING);
	console_terminal_output(&console, bytes, sizeof(bytes));
	assert_true(write_pattern(written, UINT64_MAX) < CONSOLE_RING);
	assert_int_equal(console_check(&console, 0), CONSOLE_PATIENCE_NS);
}

static void a_stalled_terminal_takes_nothing_from_the_log(void **state)
{
	uint64_t written, logged = 0;
	uint8_t bytes[1000];

	(void)state;
	console_log(&console, true);
	written = terminal_stall();
	while (logged < 4 * CONSOLE_RING) {
		size_t size = console_log_output(&console, bytes, sizeof(bytes));

		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], pattern(logged++));
		written += write_pattern(written, size);
		assert_int_equal(written - logged, CONSOLE_RING);
	}
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
	static const char notice[] =
		"\r\n[reeve: the log of this guest ends at its limit of 64 MiB]\r\n";
	uint64_t written = 0, logged = 0;
	uint8_t bytes[4096], last[sizeof(notice)];
	size_t size;

	(void)state;
	console_log(&console, true);
	do {
		written += write_pattern(written, sizeof(bytes));
		size = console_log_output(&console, bytes, sizeof(bytes));
		if (size == sizeof(notice) - 1)
			memcpy(last, bytes, size);
		logged += size;
	} while (size != 0);
	assert_int_equal(logged, CONSOLE_LOG_LIMIT + sizeof(notice) - 1);
	assert_memory_equal(last, notice, sizeof(notice) - 1);
	assert_int_equal(write_pattern(written, 2 * CONSOLE_RING),
			 2 * CONSOLE_RING);
	console_log(&console, true);
	assert_int_equal(console_log_output(&console, bytes, 1), 0);
}

/* Also if the guest before used the limit up, and went on. */
static void a_new_guest_has_the_whole_limit(void **state)
{
	uint8_t bytes[CONSOLE_NOTICE];

	(void)state;
	console_log(&console, true);
	console.log_left = 3;
	write_text("abcdef");
	expect_log("abc");
	assert_true(console_log_output(&console, bytes, sizeof(bytes)) > 3);
	console_take(&console);
	assert_int_equal(console.log_left, CONSOLE_LOG_LIMIT);
	write_text("new");
	expect_log("new");
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
		TEST(room_is_shown_as_it_goes_and_told_as_it_comes),
		TEST(a_reader_that_joins_takes_no_room_away),
		TEST(patience_is_for_a_reader_that_takes_nothing),
		TEST(a_stalled_terminal_is_told_what_is_missing),
		TEST(a_stalled_terminal_that_missed_nothing_gets_all),
		TEST(after_a_stall_the_guest_waits_again),
		TEST(a_stalled_terminal_takes_nothing_from_the_log),
		TEST(the_log_has_what_came_before_it),
		TEST(the_log_ends_at_its_limit),
		TEST(a_new_guest_has_the_whole_limit),
		TEST(input_waits_until_the_guest_takes_it),
		TEST(a_guest_that_takes_nothing_stops_the_terminal),
		TEST(a_new_guest_gets_nothing_that_waited_for_the_old),
		TEST(an_old_terminal_has_no_part_in_a_new_guest),
		TEST(the_log_keeps_what_a_guest_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
