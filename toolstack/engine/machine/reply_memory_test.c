/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory maps that a host may tell, and maps next to them that it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "toolstack/engine/machine/reply_memory.h"

/* A map of the IPAs from 0x1000 on: 2 populated pages, 1 empty page, and 1 page
 * of the shared half. */
static struct control_memory memory_good(void)
{
	return (struct control_memory){
		.pages = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.next = 0x90000000,
		.shared_base = 0x80000000,
		.count = 3,
		.runs = { { 0x1000, 2, CONTROL_RUN_POPULATED },
			  { 0x3000, 1, CONTROL_RUN_EMPTY },
			  { 0x80001000, 1, CONTROL_RUN_SHARED } },
	};
}

static bool memory_fits(const struct control_memory *memory)
{
	struct engine_memory out;

	return reply_memory(memory, 0x1000, &out);
}

static void a_map_is_converted(void **state)
{
	struct control_memory from = memory_good();
	struct engine_memory out;

	(void)state;
	assert_true(reply_memory(&from, 0x1000, &out));
	assert_int_equal(out.count, 3);
	assert_int_equal(out.runs[0].size, 0x2000);
	assert_int_equal(out.runs[2].ipa, 0x80001000);
	assert_int_equal(out.runs[2].kind, CONTROL_RUN_SHARED);
	assert_int_equal(out.next, 0x90000000);
	assert_int_equal(out.shared_base, 0x80000000);
	assert_int_equal(out.pages[7], 8);
	from.next = 0;
	assert_true(memory_fits(&from));
	from.count = 0;
	assert_true(memory_fits(&from));
}

/* Checks that this change alone turns a good map into a bad one. */
#define MEMORY_REFUSED(change)                                                 \
	do {                                                                   \
		struct control_memory from = memory_good();                    \
                                                                               \
		change;                                                        \
		assert_false(memory_fits(&from));                              \
	} while (0)

static void runs_of_a_map_ascend_and_are_known(void **state)
{
	(void)state;
	MEMORY_REFUSED(from.count = CONTROL_RUNS + 1);
	MEMORY_REFUSED(from.count = 4); /* the fourth run is empty */
	MEMORY_REFUSED(from.runs[0].ipa = 0);
	MEMORY_REFUSED(from.runs[0].ipa++);
	MEMORY_REFUSED(from.runs[0].pages = 0);
	MEMORY_REFUSED(from.runs[0].pages = 3); /* overlaps the next run */
	MEMORY_REFUSED(from.runs[2].pages = UINT32_MAX);
	MEMORY_REFUSED(from.runs[1].kind = 0);
	MEMORY_REFUSED(from.runs[1].kind = CONTROL_RUN_PINNED + 1);
	MEMORY_REFUSED(from.runs[1].ipa = 0x1000);
}

static void halves_of_a_map_are_kept_apart(void **state)
{
	(void)state;
	MEMORY_REFUSED(from.runs[1].kind = CONTROL_RUN_SHARED);
	MEMORY_REFUSED(from.runs[2].kind = CONTROL_RUN_POPULATED);
	MEMORY_REFUSED(from.runs[1].kind = CONTROL_RUN_PINNED);
	MEMORY_REFUSED(from.shared_base = 0); /* then it is not a Realm's */
	MEMORY_REFUSED(from.shared_base = 0x80001000);
	MEMORY_REFUSED(from.shared_base = UINT64_C(1) << 63);
	MEMORY_REFUSED(from.shared_base = 0x1000); /* all would be shared */
}

static void a_map_gets_on(void **state)
{
	(void)state;
	MEMORY_REFUSED(from.next = 0x1000);
	MEMORY_REFUSED(from.next = 0x90000001);
	MEMORY_REFUSED(from.next = 0x80001000); /* before the last run */
	MEMORY_REFUSED(from.next = UINT64_MAX & ~0xfffULL);
	MEMORY_REFUSED(from.pages[3] = UINT64_MAX);
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_map_is_converted),
		TEST(runs_of_a_map_ascend_and_are_known),
		TEST(halves_of_a_map_are_kept_apart),
		TEST(a_map_gets_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
