/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of areas, and the words and the colour of each kind. */
#include "toolstack/map/map.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reeve_map *map_new(const char *name)
{
	struct reeve_map *map = calloc(1, sizeof(*map));

	if (map == NULL)
		return NULL;
	map->name = reeve_printable(name);
	if (map->name == NULL) {
		free(map);
		return NULL;
	}
	return map;
}

void reeve_map_free(struct reeve_map *map)
{
	if (map == NULL)
		return;
	free(map->areas);
	free(map->name);
	free(map);
}

/* Makes room for one more area. Returns false if memory is short, and marks the
 * map, so that map_finish() fails. */
static bool room_make(struct reeve_map *map)
{
	size_t room = map->room == 0 ? 16 : 2 * map->room;
	struct map_area *areas;

	if (map->count < map->room)
		return true;
	areas = reallocarray(map->areas, room, sizeof(*areas));
	if (areas == NULL) {
		map->short_of_memory = true;
		return false;
	}
	map->areas = areas;
	map->room = room;
	return true;
}

void map_put(struct reeve_map *map, enum map_kind kind, const char *name,
	     uint64_t ipa, uint64_t size)
{
	struct map_area *area;

	if (size == 0 || ipa >= MAP_END || size > MAP_END - ipa ||
	    !room_make(map))
		return;
	area = &map->areas[map->count++];
	*area = (struct map_area){ .ipa = ipa, .size = size, .kind = kind };
	snprintf(area->name, sizeof(area->name), "%s", name);
}

void map_rename(struct reeve_map *map, uint64_t ipa, const char *name)
{
	for (size_t i = 0; i < map->count; i++) {
		struct map_area *area = &map->areas[i];

		if (area->ipa == ipa)
			(void)snprintf(area->name, sizeof(area->name), "%s",
				       name);
	}
}

void map_fill(struct reeve_map *map, enum map_kind kind, const char *name,
	      uint64_t ipa, uint64_t size)
{
	size_t count = map->count;
	uint64_t end = ipa + size;

	for (size_t i = 0; i < count && ipa < end; i++) {
		/* Copies, not a pointer: map_put() may move the areas. */
		uint64_t from = map->areas[i].ipa;
		uint64_t to = from + map->areas[i].size;

		if (to <= ipa || from >= end)
			continue;
		if (from > ipa)
			map_put(map, kind, name, ipa, from - ipa);
		ipa = to;
	}
	if (ipa < end)
		map_put(map, kind, name, ipa, end - ipa);
}

static int area_compare(const void *a, const void *b)
{
	const struct map_area *one = a;
	const struct map_area *other = b;

	if (one->ipa == other->ipa)
		return 0;
	return one->ipa < other->ipa ? -1 : 1;
}

/*
 * Goes through the sorted areas. Cuts from each area the part that overlaps the
 * one before it. Joins the remainder to the area before it if the two adjoin
 * and have the same kind and name.
 */
static void areas_join(struct reeve_map *map)
{
	size_t kept = 0;
	uint64_t end = 0;

	for (size_t i = 0; i < map->count; i++) {
		struct map_area area = map->areas[i];
		uint64_t top = area.ipa + area.size;
		struct map_area *last = kept > 0 ? &map->areas[kept - 1] : NULL;

		if (top <= end)
			continue;
		if (area.ipa < end)
			area.ipa = end;
		area.size = top - area.ipa;
		if (last != NULL && area.ipa == end && last->kind == area.kind &&
		    strcmp(last->name, area.name) == 0)
			last->size += area.size;
		else
			map->areas[kept++] = area;
		end = top;
	}
	map->count = kept;
}

bool map_finish(struct reeve_map *map)
{
	const struct map_area *last;

	if (map->short_of_memory)
		return false;
	if (map->count > 0)
		qsort(map->areas, map->count, sizeof(*map->areas), area_compare);
	areas_join(map);
	if (map->top == 0)
		map->top = 1;
	if (map->count == 0)
		return true;
	last = &map->areas[map->count - 1];
	while (map->top < last->ipa + last->size)
		map->top <<= 1;
	return true;
}

uint64_t map_sum(const struct reeve_map *map, enum map_kind kind)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < map->count; i++) {
		if (map->areas[i].kind == kind)
			sum += map->areas[i].size;
	}
	return sum;
}

/* ---- Words and colours ---- */

const struct map_look *map_look(enum map_kind kind)
{
	static const struct map_look looks[MAP_KINDS] = {
		[MAP_DEVICE] = { "device", "device", "EMPTY", "#8a63b8" },
		[MAP_KERNEL] = { "kernel", "kernel", "RAM", "#2f6db3" },
		[MAP_INITRD] = { "initrd", "initrd", "RAM", "#3f9142" },
		[MAP_DTB] = { "device tree", "dtb", "RAM", "#d08a1d" },
		[MAP_RAM] = { "RAM, zero at first", "ram", "RAM", "#d5e2ef" },
		[MAP_ALIAS] = { "alias of RAM", "alias", "", "#f6e0cf" },
		[MAP_POPULATED] = { "populated", "populated", "RAM", "#2f6db3" },
		[MAP_UNTOUCHED] = { "not populated", "not-populated", "RAM",
				    "#d5e2ef" },
		[MAP_EMPTY] = { "given up", "empty", "EMPTY", "#8d8d86" },
		[MAP_DESTROYED] = { "content lost", "destroyed", "DESTROYED",
				    "#b3261e" },
		[MAP_SHARED] = { "shared with the host", "shared", "",
				 "#d9722a" },
		[MAP_PINNED] = { "in use by a device", "pinned", "", "#c2185b" },
		[MAP_UNSHARED] = { "not shared", "not-shared", "", "#f6e0cf" },
	};

	return &looks[kind];
}

static const struct {
	const char *word, *key;
} pages[ENGINE_PAGE_KINDS] = {
	[CONTROL_PAGE_RD] = { "Realm descriptor (RD)", "rd" },
	[CONTROL_PAGE_RTT] = { "translation tables (RTT)", "rtt" },
	[CONTROL_PAGE_REC] = { "execution contexts (REC)", "rec" },
	[CONTROL_PAGE_DATA] = { "data", "data" },
	[CONTROL_PAGE_DONATED] = { "inside the RMM", "donated" },
	[CONTROL_PAGE_ABANDONED] = { "refused by the RMM", "abandoned" },
	[CONTROL_PAGE_HOST] = { "the host's own, Non-secure", "host" },
	[CONTROL_PAGE_GUEST] = { "the guest's, Non-secure", "shared" },
};

const char *map_page_word(unsigned kind)
{
	return kind < ENGINE_PAGE_KINDS ? pages[kind].word : NULL;
}

const char *map_page_key(unsigned kind)
{
	return kind < ENGINE_PAGE_KINDS ? pages[kind].key : NULL;
}

static char *memory_print(void (*write)(FILE *to, void *with), void *with)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	write(to, with);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* The locale of the program that uses the library may have a decimal comma,
 * which no picture can have. */
char *map_print(void (*write)(FILE *to, void *with), void *with)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before;
	char *text;

	if (plain == (locale_t)0)
		return NULL;
	before = uselocale(plain);
	text = memory_print(write, with);
	uselocale(before);
	freelocale(plain);
	return text;
}

struct map_text map_size_text(uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB",
					     "TiB" };
	struct map_text text;
	uint64_t unit = 1;
	unsigned i = 0;

	while (i < 4 && bytes / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (bytes % unit == 0) {
		snprintf(text.text, sizeof(text.text), "%" PRIu64 " %s",
			 bytes / unit, units[i]);
	} else {
		snprintf(text.text, sizeof(text.text), "%.1f %s",
			 (double)bytes / (double)unit, units[i]);
	}
	return text;
}

struct map_title map_title(const struct reeve_map *map)
{
	struct map_title title;
	int bits = 63 - __builtin_clzll(map->top);
	char halves[32] = "";
	char whose[48] = "as planned";

	if (map->realm)
		snprintf(halves, sizeof(halves), ", IPAs of %d bits", bits);
	if (map->domid != 0) {
		snprintf(whose, sizeof(whose), "as domain %u has it now",
			 map->domid);
	}
	snprintf(title.text, sizeof(title.text),
		 "%s, %s of RAM, %u vCPU%s%s, %s",
		 map->realm ? "Realm" : "ordinary guest",
		 map_size_text(map->ram_size).text, map->vcpus,
		 map->vcpus == 1 ? "" : "s", halves, whose);
	return title;
}
