/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of the device tree: sizes, reproducibility, partial trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/fdt_guest.h"
#include "toolstack/image/fixture.h"

#define MIB ((uint64_t)1 << 20)

/* libxl's tree has these bytes more than ours: the seed and a NOPed node. */
#define LIBXL_SEED (12 + 128 + sizeof("rng-seed"))
#define LIBXL_NOPS ((size_t)19 * 4)

static const struct image_request realm = { .realm = true, .vcpus = 1 };

static struct blob write_tree(const struct image_request *request,
			      struct span partial)
{
	struct fdt_plan plan = { .request = request,
				 .banks = { { 0x40000000, 512 * MIB } },
				 .partial = partial };
	struct blob dtb = BLOB_NONE;

	assert_int_equal(fdt_guest_write(&plan, &dtb), REEVE_OK);
	assert_int_equal(fdt_check_full(dtb.data, dtb.size), 0);
	return dtb;
}

static void realm_sizes_are_libxls(void **state)
{
	static const struct {
		unsigned vcpus;
		const char *cmdline;
		size_t size;
	} rows[] = {
		{ 1, NULL, 1218 },
		{ 3, NULL, 1402 },
		{ 4, NULL, 1494 },
		{ 1, "", 1218 + 25 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image_request request = realm;
		struct blob dtb;

		request.vcpus = rows[i].vcpus;
		request.cmdline = rows[i].cmdline;
		dtb = write_tree(&request, (struct span){ NULL, 0 });
		assert_int_equal(dtb.size,
				 rows[i].size - LIBXL_SEED - LIBXL_NOPS);
		assert_int_equal(fdt_totalsize(dtb.data), dtb.size);
		blob_free(&dtb);
	}
}

static void container_is_libxls(void **state)
{
	struct blob dtb = write_tree(&realm, (struct span){ NULL, 0 });

	(void)state;
	assert_int_equal(fdt_version(dtb.data), 17);
	assert_int_equal(fdt_last_comp_version(dtb.data), 16);
	assert_int_equal(fdt_boot_cpuid_phys(dtb.data), 0);
	assert_int_equal(fdt_num_mem_rsv(dtb.data), 0);
	assert_int_equal(fdt_off_mem_rsvmap(dtb.data), 0x30);
	assert_int_equal(fdt_off_dt_struct(dtb.data), 0x40);
	assert_int_equal(fdt_off_dt_strings(dtb.data) +
				 fdt_size_dt_strings(dtb.data),
			 dtb.size);
	blob_free(&dtb);
}

static void realm_tree_has_no_nops(void **state)
{
	struct blob dtb = write_tree(&realm, (struct span){ NULL, 0 });
	int offset = 0, next;
	uint32_t tag;

	(void)state;
	do {
		tag = fdt_next_tag(dtb.data, offset, &next);
		assert_int_not_equal(tag, FDT_NOP);
		offset = next;
	} while (tag != FDT_END);
	blob_free(&dtb);
}

/* Fills the stack below this frame and the heap's free lists, so that bytes
 * which nobody wrote differ from call to call. */
static __attribute__((noinline)) void poison(uint8_t value)
{
	volatile uint8_t stack[32768];
	void *heap[64];

	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = value;
	for (size_t i = 0; i < 64; i++) {
		heap[i] = malloc((size_t)64 << (i % 12));
		if (heap[i] != NULL)
			memset(heap[i], value, (size_t)64 << (i % 12));
	}
	for (size_t i = 0; i < 64; i++)
		free(heap[i]);
	assert_int_equal(stack[100], value);
}

/* Compares every byte up to the end of the last page. */
static void same_plan_gives_same_bytes(void **state)
{
	struct image_request request = realm;
	struct blob first, second;

	(void)state;
	request.vcpus = 5;
	request.cmdline = "odd";
	poison(0xaa);
	first = write_tree(&request, (struct span){ NULL, 0 });
	poison(0x55);
	second = write_tree(&request, (struct span){ NULL, 0 });
	assert_int_equal(first.size, second.size);
	assert_int_equal(first.mapped, second.mapped);
	assert_int_equal(memcmp(first.data, second.data, first.mapped), 0);
	blob_free(&first);
	blob_free(&second);
}

/* Checks the padding of a value, and everything behind the tree's end. */
static void padding_is_zero(void **state)
{
	struct image_request request = realm;
	struct blob dtb;
	const char *value;
	int chosen, size;

	(void)state;
	request.cmdline = "";
	dtb = write_tree(&request, (struct span){ NULL, 0 });
	chosen = fdt_path_offset(dtb.data, "/chosen");
	value = fdt_getprop(dtb.data, chosen, "bootargs", &size);
	assert_non_null(value);
	assert_int_equal(size, 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(value[i], 0);
	for (size_t i = dtb.size; i < dtb.mapped; i++)
		assert_int_equal(dtb.data[i], 0);
	blob_free(&dtb);
}

static void largest_guest_fits(void **state)
{
	struct image_request request = { .vcpus = 128,
					 .vuart = true,
					 .rtc = true,
					 .pvpanic = true,
					 .optee = true,
					 .vpci = true };
	struct image_virtio devices[11];
	struct blob dtb;

	(void)state;
	for (size_t i = 0; i < 11; i++)
		devices[i] = (struct image_virtio){ "virtio,device29", true, 1 };
	request.virtio = devices;
	request.virtio_count = 11;
	dtb = write_tree(&request, (struct span){ NULL, 0 });
	assert_true(fdt_path_offset(dtb.data, "/cpus/cpu@70f") > 0);
	assert_true(fdt_path_offset(dtb.data, "/virtio@2001400/gpio") > 0);
	blob_free(&dtb);
}

/* Linux binds no PrimeCell whose bus clock it does not find. */
static void the_rtc_has_its_bus_clock(void **state)
{
	struct image_request request = realm;
	struct blob dtb;
	int rtc, clock;
	const fdt32_t *cell;

	(void)state;
	request.rtc = true;
	dtb = write_tree(&request, (struct span){ NULL, 0 });
	rtc = fdt_path_offset(dtb.data, "/rtc@22010000");
	assert_int_equal(
		fdt_node_check_compatible(dtb.data, rtc, "arm,primecell"), 0);
	cell = fdt_getprop(dtb.data, rtc, "clocks", NULL);
	clock = fdt_node_offset_by_phandle(dtb.data, fdt32_to_cpu(*cell));
	assert_int_equal(
		fdt_node_check_compatible(dtb.data, clock, "fixed-clock"), 0);
	assert_string_equal(fdt_getprop(dtb.data, rtc, "clock-names", NULL),
			    "apb_pclk");
	blob_free(&dtb);
}

static void each_device_is_in_the_tree_if_asked_for(void **state)
{
	static const char *const paths[] = { "/sbsa-pl011", "/rtc@22010000",
					     "/apb-pclk", "/pvpanic@22020000" };

	(void)state;
	for (unsigned asked = 0; asked < 8; asked++) {
		struct image_request request = realm;
		struct blob dtb;

		request.vuart = (asked & 1) != 0;
		request.rtc = (asked & 2) != 0;
		request.pvpanic = (asked & 4) != 0;
		dtb = write_tree(&request, (struct span){ NULL, 0 });
		assert_int_equal(fdt_path_offset(dtb.data, paths[0]) > 0,
				 request.vuart);
		assert_int_equal(fdt_path_offset(dtb.data, paths[1]) > 0,
				 request.rtc);
		assert_int_equal(fdt_path_offset(dtb.data, paths[2]) > 0,
				 request.rtc);
		assert_int_equal(fdt_path_offset(dtb.data, paths[3]) > 0,
				 request.pvpanic);
		blob_free(&dtb);
	}
}

static void too_large_a_tree_is_refused(void **state)
{
	struct image_request request = realm;
	struct fdt_plan plan = { .request = &request };
	struct blob dtb = BLOB_NONE;
	char *cmdline = malloc(FDT_SIZE_MAX);

	(void)state;
	assert_non_null(cmdline);
	memset(cmdline, 'a', FDT_SIZE_MAX);
	cmdline[FDT_SIZE_MAX - 1] = '\0';
	request.cmdline = cmdline;
	assert_int_equal(fdt_guest_write(&plan, &dtb), REEVE_ERR_IMAGE);
	assert_null(dtb.data);
	free(cmdline);
}

/* Returns a partial tree whose device has this phandle. */
static struct bytes partial_tree(uint32_t phandle, const char *top)
{
	struct bytes tree = { calloc(1, 4096), 4096 };
	struct fdt_writer w;

	assert_non_null(tree.data);
	fdt_writer_start(&w, tree.data, tree.size);
	fdt_open(&w, "");
	fdt_put_cell(&w, "#address-cells", 2);
	fdt_open(&w, "aliases");
	fdt_put_string(&w, "net", "/passthrough/nic@1");
	fdt_close(&w);
	fdt_open(&w, top);
	fdt_put_empty(&w, "ranges");
	fdt_open_at(&w, "nic", 1);
	fdt_put_cell(&w, "phandle", phandle);
	fdt_put(&w, "odd", "\1\2\3", 3);
	fdt_close(&w);
	fdt_close(&w);
	fdt_open(&w, "other");
	fdt_close(&w);
	fdt_close(&w);
	fdt_writer_finish(&w);
	assert_int_equal(w.error, 0);
	tree.size = fdt_totalsize(tree.data);
	return tree;
}

static void partial_tree_is_merged(void **state)
{
	static const struct image_request request = { .vcpus = 1 };
	struct bytes partial = partial_tree(1, "passthrough");
	struct blob dtb;
	int node, size;

	(void)state;
	assert_null(fdt_partial_check(bytes_span(&partial)));
	dtb = write_tree(&request, bytes_span(&partial));
	node = fdt_path_offset(dtb.data, "/passthrough/nic@1");
	assert_true(node > 0);
	assert_memory_equal(fdt_getprop(dtb.data, node, "odd", &size), "\1\2\3",
			    3);
	assert_int_equal(size, 3);
	assert_int_equal(fdt_get_phandle(dtb.data, node), 1);
	assert_string_equal(fdt_get_alias(dtb.data, "net"),
			    "/passthrough/nic@1");
	assert_int_equal(fdt_path_offset(dtb.data, "/other"), -FDT_ERR_NOTFOUND);
	blob_free(&dtb);
	bytes_free(&partial);
}

static void expect_bad_partial(struct bytes tree, const char *fault)
{
	assert_string_equal(fdt_partial_check(bytes_span(&tree)), fault);
	bytes_free(&tree);
}

static const char damaged[] = "not a device tree blob, or a damaged one";

static void unfit_partial_trees_are_refused(void **state)
{
	struct bytes tree = partial_tree(1, "passthrough");

	(void)state;
	expect_bad_partial(partial_tree(1, "passthrough@0"),
			   "the partial device tree has no node /passthrough");
	expect_bad_partial(
		partial_tree(65000, "passthrough"),
		"the partial device tree uses a reserved phandle (65000 or 65001)");
	expect_bad_partial(
		partial_tree(65001, "passthrough"),
		"the partial device tree uses a reserved phandle (65000 or 65001)");
	for (size_t size = 1; size < tree.size; size++) {
		expect_bad_partial(bytes_copy((struct span){ tree.data, size }),
				   damaged);
	}
	fdt_set_off_dt_strings(tree.data, 0xfffffff0);
	expect_bad_partial(tree, damaged);
}

/* Returns the property of that name, so that a test can change its length. */
static struct fdt_property *property_find(struct bytes *tree, const char *name)
{
	int node = fdt_path_offset(tree->data, "/passthrough/nic@1");

	assert_true(node > 0);
	return fdt_get_property_w(tree->data, node, name, NULL);
}

/* Lengths with which libfdt 1.6.1 goes backwards, stays in place, or misses the
 * overflow. */
static void lengths_that_overflow_are_refused(void **state)
{
	static const uint32_t lengths[] = { UINT32_MAX,        UINT32_MAX - 3,
					    UINT32_MAX - 7,    UINT32_MAX - 11,
					    UINT32_MAX - 27,   INT32_MAX,
					    UINT32_C(1) << 31, 256 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct bytes tree = partial_tree(1, "passthrough");

		property_find(&tree, "odd")->len = cpu_to_fdt32(lengths[i]);
		expect_bad_partial(tree, damaged);
	}
}

static void a_structure_that_does_not_end_is_refused(void **state)
{
	struct bytes tree = partial_tree(1, "passthrough");
	uint32_t size = fdt_size_dt_struct(tree.data);

	(void)state;
	/* The cuts fall into the last property's value, a node's name, a
	 * tag. */
	for (uint32_t less = 4; less < size; less += 4) {
		struct bytes cut =
			bytes_copy((struct span){ tree.data, tree.size });

		fdt_set_size_dt_struct(cut.data, size - less);
		expect_bad_partial(cut, damaged);
	}
	fdt_set_off_dt_struct(tree.data, fdt_off_dt_struct(tree.data) + 2);
	expect_bad_partial(tree, damaged);
}

static void old_versions_are_refused(void **state)
{
	struct bytes tree = partial_tree(1, "passthrough");

	(void)state;
	fdt_set_version(tree.data, 16); /* without the structure's size */
	fdt_set_size_dt_struct(tree.data, 0);
	assert_null(fdt_partial_check(bytes_span(&tree)));
	fdt_set_last_comp_version(tree.data, 3);
	fdt_set_version(tree.data, 3);
	expect_bad_partial(tree, "a device tree blob of a version before 16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(realm_sizes_are_libxls),
		cmocka_unit_test(container_is_libxls),
		cmocka_unit_test(realm_tree_has_no_nops),
		cmocka_unit_test(same_plan_gives_same_bytes),
		cmocka_unit_test(padding_is_zero),
		cmocka_unit_test(largest_guest_fits),
		cmocka_unit_test(the_rtc_has_its_bus_clock),
		cmocka_unit_test(each_device_is_in_the_tree_if_asked_for),
		cmocka_unit_test(too_large_a_tree_is_refused),
		cmocka_unit_test(partial_tree_is_merged),
		cmocka_unit_test(unfit_partial_trees_are_refused),
		cmocka_unit_test(lengths_that_overflow_are_refused),
		cmocka_unit_test(a_structure_that_does_not_end_is_refused),
		cmocka_unit_test(old_versions_are_refused),
	};

	return cmocka_run_group_tests_name("fdt", tests, NULL, NULL);
}
