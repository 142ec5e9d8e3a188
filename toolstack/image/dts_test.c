/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares the source text of trees with dtc: dtc must compile our text back to
 * the tree that it was written from. "dts_test DTC DIR" also takes the expected
 * trees of DIR. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/fdt_writer.h"
#include "toolstack/image/fixture.h"

#define ROOM ((size_t)1 << 16)

static const char *dtc;
static const char *data_folder;

/* Compiles the file with dtc and returns the blob. */
static struct bytes compile(const char *path)
{
	struct bytes blob = { calloc(1, ROOM), 0 };
	char command[512];
	FILE *pipe;

	assert_non_null(blob.data);
	snprintf(command, sizeof(command), "%s -q -q -I dts -O dtb %s", dtc,
		 path);
	pipe = popen(command, "r");
	if (pipe == NULL)
		abort();
	blob.size = fread(blob.data, 1, ROOM, pipe);
	assert_int_equal(pclose(pipe), 0);
	return blob;
}

static void expect_same_property(const void *first, const void *second,
				 int offset, int other)
{
	const char *name, *other_name;
	int size, other_size;
	const void *value = fdt_getprop_by_offset(first, offset, &name, &size);
	const void *other_value =
		fdt_getprop_by_offset(second, other, &other_name, &other_size);

	assert_string_equal(name, other_name);
	assert_int_equal(size, other_size);
	assert_int_equal(memcmp(value, other_value, (size_t)size), 0);
}

/* Checks, tag by tag, that both trees have the same nodes and properties in the
 * same order. */
static void expect_same_tree(const void *first, const void *second)
{
	int offset = 0, other = 0, next, other_next;
	uint32_t tag;

	do {
		tag = fdt_next_tag(first, offset, &next);
		assert_int_equal(tag, fdt_next_tag(second, other, &other_next));
		if (tag == FDT_BEGIN_NODE) {
			assert_string_equal(fdt_get_name(first, offset, NULL),
					    fdt_get_name(second, other, NULL));
		}
		if (tag == FDT_PROP)
			expect_same_property(first, second, offset, other);
		offset = next;
		other = other_next;
	} while (tag != FDT_END);
}

static void expect_round_trip(const void *fdt, size_t size)
{
	char *source = image_dtb_source(fdt, size);
	struct bytes blob;

	assert_non_null(source);
	blob = compile(fixture_file("tree.dts", source, strlen(source)));
	expect_same_tree(fdt, blob.data);
	free(source);
	bytes_free(&blob);
}

static void expected_trees_come_back(void **state)
{
	char pattern[512];
	glob_t found;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/*.dts", data_folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct bytes blob = compile(found.gl_pathv[i]);

		expect_round_trip(blob.data, blob.size);
		bytes_free(&blob);
	}
	globfree(&found);
}

static void start(struct fdt_writer *w, uint8_t *room)
{
	memset(room, 0, ROOM);
	fdt_writer_start(w, room, ROOM);
	fdt_open(w, "");
}

static size_t finish(struct fdt_writer *w)
{
	fdt_close(w);
	fdt_writer_finish(w);
	assert_int_equal(w->error, 0);
	return fdt_totalsize(w->fdt);
}

static void awkward_values_come_back(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	static const struct {
		const char *name;
		struct span value;
	} values[] = {
		{ "empty", SPAN("") },
		{ "text", SPAN("text\0") },
		{ "list", SPAN("a\0bc\0d\0") },
		{ "quotes", SPAN("say \"hi\" \\n 'x'\0") },
		{ "nothing", SPAN("\0") },
		{ "holes", SPAN("a\0\0b\0") },
		{ "leading", SPAN("\0abc\0") },
		{ "open", SPAN("abc") },
		{ "control", SPAN("a\nb\0") },
		{ "eight-bit", SPAN("\xc3\xa9\0") },
		{ "cells", SPAN("\0\0\0\1\xff\xff\xff\xff") },
		{ "zeros", SPAN("\0\0\0\0") },
		{ "bytes", SPAN("\1\2\3\4\5") },
		{ "#odd,name_1.x+y?*", SPAN("\0\0\0\1") },
	};
	struct fdt_writer w;

	(void)state;
	start(&w, room);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		fdt_put(&w, values[i].name, values[i].value.data,
			values[i].value.size);
	}
	fdt_open(&w, "a,b.c_d+e-f@0,1");
	fdt_open(&w, "inner");
	fdt_close(&w);
	fdt_close(&w);
	expect_round_trip(room, finish(&w));
}

static void text_is_as_expected(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	static const uint32_t cells[] = { 1, 0xfde8 };
	struct fdt_writer w;
	char *source;

	(void)state;
	start(&w, room);
	fdt_put_string(&w, "model", "a\"b");
	fdt_put(&w, "compatible", "x,y\0z", 6);
	fdt_open_at(&w, "cpu", 0x10f);
	fdt_put_cells(&w, "reg", cells, 2);
	fdt_put_empty(&w, "flag");
	fdt_put(&w, "mac", "\1\xff\3", 3);
	fdt_close(&w);
	source = image_dtb_source(room, finish(&w));
	assert_string_equal(source, "/dts-v1/;\n"
				    "\n"
				    "/ {\n"
				    "\tmodel = \"a\\\"b\";\n"
				    "\tcompatible = \"x,y\", \"z\";\n"
				    "\n"
				    "\tcpu@10f {\n"
				    "\t\treg = <0x1 0xfde8>;\n"
				    "\t\tflag;\n"
				    "\t\tmac = [01 ff 03];\n"
				    "\t};\n"
				    "};\n");
	free(source);
}

static void reservations_are_written(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	char *source;

	(void)state;
	assert_int_equal(fdt_create_empty_tree(room, (int)ROOM), 0);
	assert_int_equal(fdt_add_mem_rsv(room, 0x100000000, 0x2000), 0);
	source = image_dtb_source(room, fdt_totalsize(room));
	assert_string_equal(source, "/dts-v1/;\n"
				    "/memreserve/ 0x100000000 0x2000;\n"
				    "\n"
				    "/ {\n"
				    "};\n");
	free(source);
}

static void deep_trees_are_refused(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	struct fdt_writer w;

	(void)state;
	start(&w, room);
	for (int depth = 0; depth < 64; depth++)
		fdt_open(&w, "d");
	for (int depth = 0; depth < 64; depth++)
		fdt_close(&w);
	assert_null(image_dtb_source(room, finish(&w)));
}

static void names_that_dtc_cannot_read_are_refused(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	struct fdt_writer w;

	(void)state;
	start(&w, room);
	fdt_put_empty(&w, "a b");
	assert_null(image_dtb_source(room, finish(&w)));
	start(&w, room);
	fdt_open(&w, "x;};/{");
	fdt_close(&w);
	assert_null(image_dtb_source(room, finish(&w)));
	start(&w, room);
	fdt_open(&w, "sub");
	fdt_close(&w);
	fdt_put_empty(&w, "late");
	assert_null(image_dtb_source(room, finish(&w)));
}

static void cut_blobs_are_refused(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	struct fdt_writer w;
	size_t total;

	(void)state;
	start(&w, room);
	fdt_put_string(&w, "model", "x");
	total = finish(&w);
	for (size_t size = 0; size < total; size++) {
		struct bytes cut = bytes_copy((struct span){ room, size });

		assert_null(image_dtb_source(cut.data, cut.size));
		bytes_free(&cut);
	}
}

/* Damage to a single byte never leads to a read outside of the blob. */
static void damaged_blobs_are_survived(void **state)
{
	static uint8_t room[ROOM] __attribute__((aligned(8)));
	struct fdt_writer w;
	struct bytes blob;

	(void)state;
	start(&w, room);
	fdt_put_string(&w, "model", "x");
	fdt_open(&w, "sub");
	fdt_put_cell(&w, "reg", 1);
	fdt_close(&w);
	blob = bytes_copy((struct span){ room, finish(&w) });
	for (size_t at = 0; at < blob.size; at++) {
		uint8_t kept = blob.data[at];

		for (unsigned value = 0; value < 256; value += 15) {
			blob.data[at] = (uint8_t)value;
			free(image_dtb_source(blob.data, blob.size));
		}
		blob.data[at] = kept;
	}
	bytes_free(&blob);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expected_trees_come_back),
		cmocka_unit_test(awkward_values_come_back),
		cmocka_unit_test(text_is_as_expected),
		cmocka_unit_test(reservations_are_written),
		cmocka_unit_test(deep_trees_are_refused),
		cmocka_unit_test(names_that_dtc_cannot_read_are_refused),
		cmocka_unit_test(cut_blobs_are_refused),
		cmocka_unit_test(damaged_blobs_are_survived),
	};

	if (argc < 3)
		return 2;
	dtc = argv[1];
	data_folder = argv[2];
	return cmocka_run_group_tests_name("dts", tests, fixture_setup,
					   fixture_teardown);
}
