/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests lists of areas, and their three forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <libfdt.h>

#include "toolstack/map/map.h"

#define MIB ((uint64_t)1 << 20)
#define RAM ((uint64_t)0x40000000)

static int setup(void **state)
{
	struct reeve_map *map = map_new("web");

	assert_non_null(map);
	map->vcpus = 2;
	map->ram_size = 64 * MIB;
	*state = map;
	return 0;
}

static int teardown(void **state)
{
	reeve_map_free(*state);
	return 0;
}

static void assert_area(const struct reeve_map *map, size_t index, uint64_t ipa,
			uint64_t size, enum map_kind kind)
{
	assert_true(index < map->count);
	assert_int_equal(map->areas[index].ipa, ipa);
	assert_int_equal(map->areas[index].size, size);
	assert_int_equal(map->areas[index].kind, kind);
}

/* ---- Areas ---- */

static void areas_ascend(void **state)
{
	struct reeve_map *map = *state;

	map_put(map, MAP_DTB, "b", RAM + MIB, MIB);
	map_put(map, MAP_KERNEL, "a", RAM, MIB);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 2);
	assert_area(map, 0, RAM, MIB, MAP_KERNEL);
	assert_area(map, 1, RAM + MIB, MIB, MAP_DTB);
	assert_int_equal(map->top, 0x80000000);
}

static void neighbours_of_one_kind_are_one(void **state)
{
	struct reeve_map *map = *state;

	map_put(map, MAP_EMPTY, "RAM", RAM, MIB);
	map_put(map, MAP_EMPTY, "RAM", RAM + MIB, MIB);
	map_put(map, MAP_EMPTY, "other", RAM + 2 * MIB, MIB);
	map_put(map, MAP_EMPTY, "other", RAM + 4 * MIB, MIB);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 3);
	assert_area(map, 0, RAM, 2 * MIB, MAP_EMPTY);
}

static void what_overlaps_is_cut(void **state)
{
	struct reeve_map *map = *state;

	map_put(map, MAP_DEVICE, "a", 0, 2 * MIB);
	map_put(map, MAP_DEVICE, "b", MIB, 2 * MIB);
	map_put(map, MAP_DEVICE, "c", MIB, MIB);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 2);
	assert_area(map, 1, 2 * MIB, MIB, MAP_DEVICE);
}

static void what_is_no_area_is_left_out(void **state)
{
	struct reeve_map *map = *state;

	map_put(map, MAP_DEVICE, "a", 5, 0);
	map_put(map, MAP_DEVICE, "b", MAP_END - 5, 6);
	map_put(map, MAP_DEVICE, "c", UINT64_MAX - 4, 6);
	map_put(map, MAP_DEVICE, "d", MAP_END, 1);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 0);
	map_put(map, MAP_DEVICE, "e", MAP_END - 5, 5);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 1);
	assert_int_equal(map->top, MAP_END);
}

static void gaps_are_filled(void **state)
{
	struct reeve_map *map = *state;

	map_put(map, MAP_DEVICE, "before", 0, MIB);
	map_put(map, MAP_KERNEL, "kernel", RAM, MIB);
	map_put(map, MAP_DTB, "dtb", RAM + 2 * MIB, MIB);
	map_fill(map, MAP_RAM, "RAM", RAM, 4 * MIB);
	assert_true(map_finish(map));
	assert_int_equal(map->count, 5);
	assert_area(map, 2, RAM + MIB, MIB, MAP_RAM);
	assert_area(map, 4, RAM + 3 * MIB, MIB, MAP_RAM);
	assert_int_equal(map_sum(map, MAP_RAM), 2 * MIB);
}

static void many_areas_are_kept(void **state)
{
	struct reeve_map *map = *state;

	for (uint64_t i = 0; i < 5000; i++) {
		map_put(map, i % 2 ? MAP_EMPTY : MAP_SHARED, "RAM", i * 4096,
			4096);
	}
	assert_true(map_finish(map));
	assert_int_equal(map->count, 5000);
}

/* ---- Devices ---- */

/* Makes a tree whose root has RAM and two devices. One has a known binding. */
static void tree_make(void *tree, int size)
{
	const fdt64_t reg[] = { cpu_to_fdt64(0x3001000), cpu_to_fdt64(0x10000),
				cpu_to_fdt64(0x3020000), cpu_to_fdt64(0x20000) };

	assert_int_equal(fdt_create(tree, size), 0);
	assert_int_equal(fdt_finish_reservemap(tree), 0);
	fdt_begin_node(tree, "");
	fdt_begin_node(tree, "memory@0");
	fdt_property_string(tree, "device_type", "memory");
	fdt_property(tree, "reg", reg, 16);
	fdt_end_node(tree);
	fdt_begin_node(tree, "gic");
	fdt_property_string(tree, "compatible", "arm,gic-v3");
	fdt_property(tree, "reg", reg, sizeof(reg));
	fdt_end_node(tree);
	fdt_begin_node(tree, "clock@5000000");
	fdt_property(tree, "reg", reg, 20); /* one whole range */
	fdt_end_node(tree);
	fdt_end_node(tree);
	assert_int_equal(fdt_finish(tree), 0);
}

static void devices_come_from_the_tree(void **state)
{
	struct reeve_map *map = *state;
	char tree[1024];

	tree_make(tree, sizeof(tree));
	map_put_tree(map, tree, sizeof(tree));
	assert_int_equal(map->count, 3);
	assert_string_equal(map->areas[0].name, "GIC distributor");
	assert_int_equal(map->areas[1].ipa, 0x3020000);
	assert_string_equal(map->areas[2].name, "clock@5000000");
}

static void a_broken_tree_has_no_devices(void **state)
{
	struct reeve_map *map = *state;
	char tree[1024];

	tree_make(tree, sizeof(tree));
	map_put_tree(map, tree, 100);
	memset(tree + 64, 0xff, 200);
	map_put_tree(map, tree, sizeof(tree));
	assert_int_equal(map->count, 0);
}

/* ---- Forms ---- */

static void sizes_are_said_as_people_do(void **state)
{
	(void)state;
	assert_string_equal(map_size_text(0).text, "0 bytes");
	assert_string_equal(map_size_text(512).text, "512 bytes");
	assert_string_equal(map_size_text(4096).text, "4 KiB");
	assert_string_equal(map_size_text(3 * MIB / 2).text, "1.5 MiB");
	assert_string_equal(map_size_text(3072 * MIB).text, "3 GiB");
	assert_string_equal(map_size_text(UINT64_MAX).text, "16777216.0 TiB");
}

/* Fills the map of a Realm as a hypervisor may report it, with every kind of
 * area. */
static void realm_fill(struct reeve_map *map)
{
	const struct reeve_domain domain = { .vuart = true,
					     .rtc = true,
					     .pvpanic = true };

	map->realm = true;
	map->domid = 7;
	map->shared_base = 0x80000000;
	map->top = 0x100000000;
	map->pages[CONTROL_PAGE_DATA] = 512;
	map_put_machine(map, &domain);
	map_put(map, MAP_POPULATED, "RAM", RAM, 2 * MIB);
	map_put(map, MAP_EMPTY, "RAM", RAM + 2 * MIB, 4096);
	map_put(map, MAP_UNTOUCHED, "RAM", RAM + 2 * MIB + 4096, 61 * MIB);
	map_put(map, MAP_SHARED, "alias of RAM",
		map->shared_base + RAM + 2 * MIB, 4096);
	map_fill(map, MAP_UNSHARED, "alias of RAM", map->shared_base + RAM,
		 64 * MIB);
	assert_true(map_finish(map));
}

static void assert_holds(const char *text, const char *words)
{
	assert_non_null(text);
	if (text != NULL && strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void a_table_has_a_line_an_area(void **state)
{
	struct reeve_map *map = *state;
	char *text;

	realm_fill(map);
	text = reeve_map_text(map);
	assert_holds(text, "web: Realm, 64 MiB of RAM, 2 vCPUs, IPAs of 32 "
			   "bits, as domain 7 has it now\n");
	assert_holds(text, "  0x0040200000  0x0040201000  4 KiB      EMPTY     "
			   " RAM, given up\n");
	assert_holds(text, "  0x0022000000  0x0022001000  4 KiB      EMPTY     "
			   " UART, device\n");
	assert_holds(text, "  0x0022010000  0x0022011000  4 KiB      EMPTY     "
			   " RTC, device\n");
	assert_holds(text, "  0x0022020000  0x0022021000  4 KiB      EMPTY     "
			   " pvpanic, device\n");
	assert_holds(text, "  0x0080000000  the shared half begins\n");
	assert_holds(text, "  0x00c0200000  0x00c0201000  4 KiB      -         "
			   " alias of RAM, shared with the host\n");
	assert_holds(text, "data                         512\n");
	free(text);
}

static void the_document_has_the_same(void **state)
{
	struct reeve_map *map = *state;
	struct json_object *document, *areas, *pages;
	char *text;

	realm_fill(map);
	text = reeve_map_json(map);
	document = json_tokener_parse(text);
	areas = json_object_object_get(document, "areas");
	pages = json_object_object_get(document, "pages");
	assert_int_equal(json_object_array_length(areas), map->count);
	assert_int_equal(
		json_object_get_int(json_object_object_get(pages, "data")), 512);
	assert_int_equal(
		json_object_get_int(json_object_object_get(document, "domid")),
		7);
	json_object_put(document);
	free(text);
}

static void a_picture_has_all_kinds_that_there_are(void **state)
{
	struct reeve_map *map = *state;
	char *text;

	realm_fill(map);
	text = reeve_map_svg(map);
	assert_int_equal(strncmp(text, "<?xml ", 6), 0);
	assert_string_equal(text + strlen(text) - 7, "</svg>\n");
	assert_holds(text, "<title id='title'>web</title>");
	assert_holds(text, map_look(MAP_EMPTY)->colour);
	assert_holds(text, "What the Realm shares of it");
	assert_holds(text, "512 (2 MiB)");
	assert_null(strstr(text, map_look(MAP_KERNEL)->word));
	assert_null(strstr(text, "nan"));
	free(text);
}

static void a_hostile_name_is_only_a_name(void **state)
{
	struct reeve_map *map = map_new("<script>&\x1b[2J\xff'\"");
	char *text;

	(void)state;
	map_put(map, MAP_DEVICE, "</text>", 0, 4096);
	assert_true(map_finish(map));
	text = reeve_map_svg(map);
	assert_holds(text, "&lt;script&gt;&amp;\\x1b[2J\\xff");
	assert_holds(text, "&lt;/text&gt;");
	assert_null(strchr(text, '\x1b'));
	free(text);
	reeve_map_free(map);
}

/* An empty map and a full one must both give a picture. */
static void extremes_are_drawn(void **state)
{
	struct reeve_map *map = *state;
	char *text;

	assert_true(map_finish(map));
	text = reeve_map_svg(map);
	assert_null(strstr(text, "nan"));
	free(text);
	map_put(map, MAP_RAM, "RAM", 1, MAP_END - 1);
	assert_true(map_finish(map));
	text = reeve_map_svg(map);
	assert_null(strstr(text, "nan"));
	assert_true(strlen(text) < 100000);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(areas_ascend),
		TEST(neighbours_of_one_kind_are_one),
		TEST(what_overlaps_is_cut),
		TEST(what_is_no_area_is_left_out),
		TEST(gaps_are_filled),
		TEST(many_areas_are_kept),
		TEST(devices_come_from_the_tree),
		TEST(a_broken_tree_has_no_devices),
		TEST(sizes_are_said_as_people_do),
		TEST(a_table_has_a_line_an_area),
		TEST(the_document_has_the_same),
		TEST(a_picture_has_all_kinds_that_there_are),
		TEST(a_hostile_name_is_only_a_name),
		TEST(extremes_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
