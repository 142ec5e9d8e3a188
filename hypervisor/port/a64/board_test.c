/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading device trees. */
#include "hypervisor/port/a64/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#define TREE_SIZE 8192
#define RAM       UINT64_C(0x40000000)
#define MIB       UINT64_C(0x100000)

static int good(int offset_or_error)
{
	assert_true(offset_or_error >= 0);
	return offset_or_error;
}

static void text_set(void *fdt, int node, const char *name, const char *text)
{
	good(fdt_setprop(fdt, node, name, text, (int)strlen(text) + 1));
}

static int node_add(void *fdt, int parent, const char *name, const char *type)
{
	int node = good(fdt_add_subnode(fdt, parent, name));

	text_set(fdt, node, "device_type", type);
	return node;
}

static int memory_add(void *fdt, const char *name, uint64_t base, uint64_t size)
{
	int node = node_add(fdt, 0, name, "memory");

	good(fdt_setprop_u64(fdt, node, "reg", base));
	good(fdt_appendprop_u64(fdt, node, "reg", size));
	return node;
}

static int cpu_add(void *fdt, const char *name, uint32_t affinity)
{
	int cpus = good(fdt_path_offset(fdt, "/cpus"));
	int node = node_add(fdt, cpus, name, "cpu");

	good(fdt_setprop_u32(fdt, node, "reg", affinity));
	return node;
}

/* A tree with two CPUs and no memory. */
static int setup(void **state)
{
	static char tree[TREE_SIZE];
	int cpus;

	good(fdt_create_empty_tree(tree, sizeof(tree)));
	good(fdt_setprop_u32(tree, 0, "#address-cells", 2));
	good(fdt_setprop_u32(tree, 0, "#size-cells", 2));
	cpus = good(fdt_add_subnode(tree, 0, "cpus"));
	good(fdt_setprop_u32(tree, cpus, "#address-cells", 1));
	good(fdt_setprop_u32(tree, cpus, "#size-cells", 0));
	cpu_add(tree, "cpu@1", 1);
	cpu_add(tree, "cpu@0", 0);
	*state = tree;
	return 0;
}

static void the_machine_is_read(void **state)
{
	struct board board;

	memory_add(*state, "memory@40000000", RAM, 512 * MIB);
	assert_null(board_read(*state, &board));
	assert_int_equal(board.ram.base.value, RAM);
	assert_int_equal(board.ram.size, 512 * MIB);
	assert_int_equal(board.cpu_count, 2);
	assert_int_equal(board.cpus[0] + board.cpus[1], 1);
	assert_int_equal(board.reserved_count, 0);
}

static void the_largest_bank_counts(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM, 2 * MIB);
	memory_add(*state, "memory@2", 2 * RAM, 8 * MIB);
	memory_add(*state, "memory@3", 3 * RAM, 4 * MIB);
	assert_null(board_read(*state, &board));
	assert_int_equal(board.ram.base.value, 2 * RAM);
	assert_int_equal(board.ram.size, 8 * MIB);
}

static void a_bank_is_cut_to_whole_pages(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM + 1, MIB);
	assert_null(board_read(*state, &board));
	assert_int_equal(board.ram.base.value, RAM + 0x1000);
	assert_int_equal(board.ram.size, MIB - 0x1000);
}

static void a_bank_is_cut_at_the_end_of_the_tables(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", BOARD_RAM_END - MIB, UINT64_MAX);
	memory_add(*state, "memory@2", UINT64_MAX - MIB, MIB);
	assert_null(board_read(*state, &board));
	assert_int_equal(board.ram.base.value, BOARD_RAM_END - MIB);
	assert_int_equal(board.ram.size, MIB);
}

static void what_is_disabled_is_left_out(void **state)
{
	struct board board;
	int node;

	memory_add(*state, "memory@1", RAM, MIB);
	node = memory_add(*state, "memory@2", 2 * RAM, 8 * MIB);
	text_set(*state, node, "status", "disabled");
	node = cpu_add(*state, "cpu@2", 2);
	text_set(*state, node, "status", "disabled");
	assert_null(board_read(*state, &board));
	assert_int_equal(board.ram.base.value, RAM);
	assert_int_equal(board.cpu_count, 2);
}

static void reservations_of_both_kinds_are_kept(void **state)
{
	struct board board;
	int node;

	memory_add(*state, "memory@1", RAM, MIB);
	good(fdt_add_mem_rsv(*state, RAM, 0x1000));
	node = good(fdt_add_subnode(*state, 0, "reserved-memory"));
	good(fdt_setprop_u32(*state, node, "#address-cells", 2));
	good(fdt_setprop_u32(*state, node, "#size-cells", 2));
	node = good(fdt_add_subnode(*state, node, "firmware"));
	good(fdt_setprop_u64(*state, node, "reg", RAM + 0x2000));
	good(fdt_appendprop_u64(*state, node, "reg", 0x3000));
	assert_null(board_read(*state, &board));
	assert_int_equal(board.reserved_count, 2);
	assert_int_equal(board.reserved[0].base.value, RAM);
	assert_int_equal(board.reserved[0].size, 0x1000);
	assert_int_equal(board.reserved[1].base.value, RAM + 0x2000);
	assert_int_equal(board.reserved[1].size, 0x3000);
}

static void too_many_reservations_are_refused(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM, MIB);
	for (unsigned i = 0; i <= BOARD_RESERVED_MAX; i++)
		good(fdt_add_mem_rsv(*state, RAM + i * 0x1000, 0x1000));
	assert_string_equal(board_read(*state, &board),
			    "the device tree reserves too many ranges");
}

static void cpus_beyond_the_maximum_are_left_out(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM, MIB);
	for (unsigned i = 0; i < MACHINE_MAX_CPUS; i++) {
		char name[] = { 'c', 'p', 'u', '@', (char)('A' + i), '\0' };

		cpu_add(*state, name, 2 + i);
	}
	assert_null(board_read(*state, &board));
	assert_int_equal(board.cpu_count, MACHINE_MAX_CPUS);
}

static void a_short_reg_is_no_memory(void **state)
{
	struct board board;
	int node = memory_add(*state, "memory@1", RAM, MIB);

	good(fdt_setprop(*state, node, "reg", "0123456789", 10));
	assert_string_equal(board_read(*state, &board),
			    "the device tree has no memory");
}

static void no_cpu_is_refused(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM, MIB);
	good(fdt_del_node(*state, good(fdt_path_offset(*state, "/cpus"))));
	assert_string_equal(board_read(*state, &board),
			    "the device tree has no CPU");
}

static void what_is_no_tree_is_refused(void **state)
{
	struct board board;

	memset(*state, 0, TREE_SIZE);
	assert_string_equal(board_read(*state, &board),
			    "there is no device tree");
}

static void a_tree_longer_than_its_place_is_refused(void **state)
{
	struct board board;

	memory_add(*state, "memory@1", RAM, MIB);
	fdt_set_totalsize(*state, MACHINE_DTB_MAX + 1);
	assert_string_equal(board_read(*state, &board),
			    "the device tree is too long");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_machine_is_read),
		TEST(the_largest_bank_counts),
		TEST(a_bank_is_cut_to_whole_pages),
		TEST(a_bank_is_cut_at_the_end_of_the_tables),
		TEST(what_is_disabled_is_left_out),
		TEST(reservations_of_both_kinds_are_kept),
		TEST(too_many_reservations_are_refused),
		TEST(cpus_beyond_the_maximum_are_left_out),
		TEST(a_short_reg_is_no_memory),
		TEST(no_cpu_is_refused),
		TEST(what_is_no_tree_is_refused),
		TEST(a_tree_longer_than_its_place_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
