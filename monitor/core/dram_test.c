/* SPDX-License-Identifier: BSD-3-Clause */
/* The size of memory out of a device tree, good and broken. */
#include "monitor/core/dram.h"

#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TREE_SIZE 1024

/* A tree like QEMU's: other nodes before, one of them of secure memory. */
static int set_up(void **state)
{
	static unsigned char tree[TREE_SIZE];

	fdt_create(tree, sizeof(tree));
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_property_string(tree, "model", "linux,dummy-virt");
	fdt_begin_node(tree, "cpus");
	fdt_begin_node(tree, "memory@1");
	fdt_property_u64(tree, "reg", 7);
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_begin_node(tree, "secram@e000000");
	fdt_property(tree, "reg", "0123456789abcdef", 16);
	fdt_end_node(tree);
	fdt_begin_node(tree, "memory@40000000");
	fdt_property_string(tree, "device_type", "memory");
	fdt_property(tree, "reg", "\0\0\0\0\x40\0\0\0\0\0\0\2\0\0\x10\0", 16);
	fdt_end_node(tree);
	fdt_end_node(tree);
	*state = tree;
	return fdt_finish(tree);
}

static void memory_node_is_found(void **state)
{
	struct rmm_el3_bank bank = { 0 };

	assert_true(dram_find(*state, TREE_SIZE, "memory@", &bank));
	assert_int_equal(bank.base, 0x40000000);
	assert_int_equal(bank.size, 0x200001000);
}

/* Each copy ends where its memory ends, so that a read beyond it shows. */
static void cut_trees_are_refused(void **state)
{
	size_t whole = fdt_totalsize(*state);
	struct rmm_el3_bank bank;

	for (size_t size = 1; size < whole; size++) {
		unsigned char *cut = malloc(size);

		assert_non_null(cut);
		memcpy(cut, *state, size);
		assert_false(dram_find(cut, size, "memory@", &bank));
		free(cut);
	}
}

/* With any byte changed, nothing beyond the tree is read. */
static void broken_trees_are_read_within_bounds(void **state)
{
	size_t whole = fdt_totalsize(*state);
	struct rmm_el3_bank bank;

	for (size_t at = 0; at < whole; at++) {
		for (unsigned value = 1; value < 256; value <<= 1) {
			unsigned char *broken = malloc(whole);

			assert_non_null(broken);
			memcpy(broken, *state, whole);
			broken[at] ^= (unsigned char)value;
			(void)dram_find(broken, whole, "memory@", &bank);
			free(broken);
		}
	}
}

static void tree_without_memory_is_refused(void **state)
{
	unsigned char *tree = *state;
	struct rmm_el3_bank bank;

	fdt_nop_node(tree, fdt_path_offset(tree, "/memory@40000000"));
	assert_false(dram_find(tree, TREE_SIZE, "memory@", &bank));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(memory_node_is_found, set_up),
		cmocka_unit_test_setup(cut_trees_are_refused, set_up),
		cmocka_unit_test_setup(broken_trees_are_read_within_bounds,
				       set_up),
		cmocka_unit_test_setup(tree_without_memory_is_refused, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
