/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of address-range descriptors. */
#include "rmm/core/rtt/range_list.h"

#include "rmm/core/rmi/list.h"
#include "rmm/fixture/rtt_fixture.h"

static struct range_list list;

static struct range_block block(uint64_t pa, int level)
{
	return (struct range_block){ .pa = pa_make(pa), .level = level };
}

static void next_is(struct range_cursor *cursor, uint64_t pa, int level)
{
	struct range_block seen;

	assert_true(range_list_next(&list, cursor, &seen));
	assert_int_equal(seen.pa.value, pa);
	assert_int_equal(seen.level, level);
}

static void blocks_come_in_order_without_the_empty(void **state)
{
	struct range_cursor cursor = { 0 };
	struct range_block seen;

	(void)state;
	list = (struct range_list){ .count = 4 };
	list.ranges[0] = range(0x5000, 3, 0, 0);
	list.ranges[1] = range(0x1000, 3, 2, 0);
	list.ranges[2] = 0;
	list.ranges[3] = range(MIB2, 2, 2, 1);
	next_is(&cursor, 0x1000, 3);
	next_is(&cursor, 0x2000, 3);
	next_is(&cursor, MIB2, 2);
	next_is(&cursor, 2 * MIB2, 2);
	assert_false(range_list_next(&list, &cursor, &seen));
	assert_false(range_list_next(&list, &cursor, &seen));
}

static void the_largest_descriptor_does_not_wrap(void **state)
{
	const uint64_t last = UINT64_C(0x000ffffffffff000);
	struct range_cursor cursor = { 0 };
	struct range_block seen;

	(void)state;
	list = (struct range_list){ .count = 1 };
	list.ranges[0] = range(last, 0, 1023, 1);
	for (unsigned i = 0; i < 1023; i++) {
		assert_true(range_list_next(&list, &cursor, &seen));
		assert_true(seen.pa.value >= last);
	}
	assert_false(range_list_next(&list, &cursor, &seen));
}

static void blocks_that_follow_become_one_descriptor(void **state)
{
	(void)state;
	list = (struct range_list){ .max = 2 };
	assert_true(range_list_add(&list, block(MIB2, 3)));
	assert_true(range_list_add(&list, block(MIB2 + KIB4, 3)));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ranges[0], range(MIB2, 3, 2, 0));
	assert_true(range_list_add(&list, block(4 * MIB2, 2)));
	assert_false(range_list_add(&list, block(4 * MIB2, 2)));
	assert_true(range_list_add(&list, block(5 * MIB2, 2)));
	assert_int_equal(list.ranges[1], range(4 * MIB2, 2, 2, 0));
	assert_int_equal(list.count, 2);
}

static void a_descriptor_holds_1023_blocks(void **state)
{
	(void)state;
	list = (struct range_list){ .max = 2 };
	for (unsigned i = 0; i < 1024; i++)
		assert_true(range_list_add(&list, block(i * KIB4, 3)));
	assert_int_equal(list.ranges[0], range(0, 3, 1023, 0));
	assert_int_equal(list.ranges[1], range(1023 * KIB4, 3, 1, 0));
}

static void lists_end_with_their_page(void **state)
{
	(void)state;
	assert_int_equal(rmi_list_clip(pa_make(0x1000), 1), 1);
	assert_int_equal(rmi_list_clip(pa_make(0x1000), UINT64_MAX), 512);
	assert_int_equal(rmi_list_clip(pa_make(0x1ff0), 3), 2);
	assert_int_equal(rmi_list_clip(pa_make(0x1ff8), 3), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_come_in_order_without_the_empty),
		cmocka_unit_test(the_largest_descriptor_does_not_wrap),
		cmocka_unit_test(blocks_that_follow_become_one_descriptor),
		cmocka_unit_test(a_descriptor_holds_1023_blocks),
		cmocka_unit_test(lists_end_with_their_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
