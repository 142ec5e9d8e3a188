/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring of the log. */
#include "hypervisor/core/control/dmesg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct dmesg));
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void put(struct dmesg *dmesg, const char *text)
{
	for (; *text != '\0'; text++)
		dmesg_put(dmesg, *text);
}

static void an_empty_log(void **state)
{
	struct control_dmesg reply = { 0 };

	dmesg_read(*state, 0, &reply);
	assert_int_equal(reply.size, 0);
	assert_int_equal(reply.from, 0);
}

static void text_from_some_byte_on(void **state)
{
	struct control_dmesg reply = { 0 };

	put(*state, "hello, world");
	dmesg_read(*state, 7, &reply);
	assert_int_equal(reply.from, 7);
	assert_int_equal(reply.size, 5);
	assert_memory_equal(reply.text, "world", 5);
}

static void text_that_is_lost_is_skipped(void **state)
{
	struct dmesg *dmesg = *state;
	struct control_dmesg reply = { 0 };

	for (unsigned i = 0; i < DMESG_SIZE; i++)
		dmesg_put(dmesg, 'x');
	put(dmesg, "abc");
	dmesg_read(dmesg, 1, &reply);
	assert_int_equal(reply.from, 3);
	assert_int_equal(reply.size, CONTROL_DMESG_SIZE);
	assert_int_equal(reply.text[0], 'x');
	dmesg_read(dmesg, DMESG_SIZE, &reply);
	assert_int_equal(reply.size, 3);
	assert_memory_equal(reply.text, "abc", 3);
}

static void text_that_is_not_there_yet(void **state)
{
	struct control_dmesg reply = { 0 };

	put(*state, "abc");
	dmesg_read(*state, UINT64_MAX, &reply);
	assert_int_equal(reply.from, 3);
	assert_int_equal(reply.size, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_log),
		TEST(text_from_some_byte_on),
		TEST(text_that_is_lost_is_skipped),
		TEST(text_that_is_not_there_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
