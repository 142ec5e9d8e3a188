/* SPDX-License-Identifier: BSD-3-Clause */
/* The queue of bytes. */
#include "hypervisor/core/io/fifo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint8_t memory[5];

static int setup(void **state)
{
	static struct fifo fifo;

	fifo_init(&fifo, memory, sizeof(memory));
	*state = &fifo;
	return 0;
}

static void put(struct fifo *fifo, const char *text, size_t taken)
{
	assert_int_equal(fifo_put(fifo, (const uint8_t *)text, strlen(text)),
			 taken);
}

static void expect(struct fifo *fifo, size_t size, const char *text)
{
	uint8_t bytes[16];

	assert_int_equal(fifo_get(fifo, bytes, size), strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

static void bytes_come_out_in_order(void **state)
{
	put(*state, "abc", 3);
	expect(*state, 2, "ab");
	put(*state, "d", 1);
	expect(*state, 16, "cd");
	expect(*state, 16, "");
}

static void what_has_no_room_is_not_taken(void **state)
{
	put(*state, "abcdefg", 5);
	assert_int_equal(fifo_room(*state), 0);
	put(*state, "h", 0);
	expect(*state, 16, "abcde");
}

static void the_memory_is_a_ring(void **state)
{
	put(*state, "abcd", 4);
	expect(*state, 3, "abc");
	put(*state, "efghi", 4);
	expect(*state, 16, "defgh");
}

static void bytes_are_looked_at_in_place_then_dropped(void **state)
{
	const uint8_t *bytes;
	size_t size;

	put(*state, "abcd", 4);
	expect(*state, 3, "abc");
	put(*state, "efgh", 4);
	bytes = fifo_look(*state, &size);
	assert_int_equal(size, 2);
	assert_memory_equal(bytes, "de", 2);
	fifo_drop(*state, 1);
	bytes = fifo_look(*state, &size);
	assert_int_equal(size, 1);
	assert_memory_equal(bytes, "e", 1);
	fifo_drop(*state, 1);
	expect(*state, 16, "fgh");
	(void)fifo_look(*state, &size);
	assert_int_equal(size, 0);
}

static void clearing_empties_it(void **state)
{
	put(*state, "abc", 3);
	fifo_clear(*state);
	expect(*state, 16, "");
	assert_int_equal(fifo_room(*state), sizeof(memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(bytes_come_out_in_order, setup),
		cmocka_unit_test_setup(what_has_no_room_is_not_taken, setup),
		cmocka_unit_test_setup(the_memory_is_a_ring, setup),
		cmocka_unit_test_setup(
			bytes_are_looked_at_in_place_then_dropped, setup),
		cmocka_unit_test_setup(clearing_empties_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
