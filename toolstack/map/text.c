/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints a map as a table and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/map/map.h"

/* ---- The table ---- */

static void area_write(FILE *to, const struct reeve_map *map,
		       const struct map_area *area)
{
	const struct map_look *look = map_look(area->kind);
	const char *ripas = map->realm ? look->ripas : "";

	fprintf(to, "  0x%010" PRIx64 "  0x%010" PRIx64 "  %-10s %-10s %s",
		area->ipa, area->ipa + area->size,
		map_size_text(area->size).text, *ripas != '\0' ? ripas : "-",
		area->name);
	if (strcmp(area->name, look->word) != 0)
		fprintf(to, ", %s", look->word);
	fputc('\n', to);
}

static void sums_write(FILE *to, const struct reeve_map *map)
{
	fputs("  in all\n", to);
	for (unsigned kind = 0; kind < MAP_KINDS; kind++) {
		uint64_t sum = map_sum(map, kind);

		if (sum != 0) {
			fprintf(to, "    %-28s %s\n", map_look(kind)->word,
				map_size_text(sum).text);
		}
	}
}

static void map_pages_write(FILE *to, const struct reeve_map *map)
{
	fputs("  pages of the host, of 4 KiB\n", to);
	for (unsigned kind = 0; map_page_word(kind) != NULL; kind++) {
		fprintf(to, "    %-28s %" PRIu64 "\n", map_page_word(kind),
			map->pages[kind]);
	}
}

static void map_text_write(FILE *to, void *with)
{
	const struct reeve_map *map = *(const struct reeve_map **)with;
	bool shared = false;

	fprintf(to, "%s: %s\n", map->name, map_title(map).text);
	fputs("  from          to            size       RIPAS      what\n", to);
	for (size_t i = 0; i < map->count; i++) {
		const struct map_area *area = &map->areas[i];

		if (map->shared_base != 0 && area->ipa >= map->shared_base &&
		    !shared) {
			shared = true;
			fprintf(to,
				"  0x%010" PRIx64 "  the shared half begins\n",
				map->shared_base);
		}
		area_write(to, map, area);
	}
	if (map->domid == 0)
		return;
	sums_write(to, map);
	map_pages_write(to, map);
}

char *reeve_map_text(const struct reeve_map *map)
{
	return map_print(map_text_write, &map);
}

/* ---- JSON ---- */

static void map_add_number(struct json_object *object, const char *name,
			   uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

static void map_add_text(struct json_object *object, const char *name,
			 const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static struct json_object *area_json(const struct reeve_map *map,
				     const struct map_area *area)
{
	const struct map_look *look = map_look(area->kind);
	struct json_object *object = json_object_new_object();

	map_add_number(object, "ipa", area->ipa);
	map_add_number(object, "size", area->size);
	map_add_text(object, "kind", look->key);
	map_add_text(object, "name", area->name);
	if (map->realm && look->ripas[0] != '\0')
		map_add_text(object, "ripas", look->ripas);
	return object;
}

static struct json_object *pages_json(const struct reeve_map *map)
{
	struct json_object *object = json_object_new_object();

	for (unsigned kind = 0; map_page_key(kind) != NULL; kind++)
		map_add_number(object, map_page_key(kind), map->pages[kind]);
	return object;
}

char *reeve_map_json(const struct reeve_map *map)
{
	struct json_object *object = json_object_new_object();
	struct json_object *areas = json_object_new_array();
	char *text;

	map_add_text(object, "name", map->name);
	json_object_object_add(object, "realm",
			       json_object_new_boolean(map->realm));
	if (map->domid != 0)
		map_add_number(object, "domid", map->domid);
	map_add_number(object, "vcpus", map->vcpus);
	map_add_number(object, "memory", map->ram_size);
	map_add_number(object, "top", map->top);
	if (map->shared_base != 0)
		map_add_number(object, "shared_base", map->shared_base);
	for (size_t i = 0; i < map->count; i++)
		json_object_array_add(areas, area_json(map, &map->areas[i]));
	json_object_object_add(object, "areas", areas);
	if (map->domid != 0)
		json_object_object_add(object, "pages", pages_json(map));
	text = strdup(json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return text;
}
