/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Draws RAM to scale, like a page of text: in lines, from left to right, of a
 * fixed number of bytes each. An area that would be less than a pixel wide is
 * drawn as one pixel, over its surroundings, so that it can be seen.
 */
#include <stdio.h>

#include "lib/number.h"
#include "toolstack/map/svg.h"

#define LINES_MAX 16
#define LINE_X    128
#define LINE      16
#define LINE_STEP 19

/* A stretch of RAM, and its division into lines. */
struct bands {
	uint64_t base;
	uint64_t size;
	uint64_t line; /* bytes, a power of two */
	double y;
};

static bool is_ground(enum map_kind kind)
{
	return kind == MAP_RAM || kind == MAP_UNTOUCHED || kind == MAP_UNSHARED;
}

static void piece_draw(struct svg *svg, const struct bands *bands, uint64_t at,
		       uint64_t end, enum map_kind kind)
{
	const double scale = (SVG_RIGHT - LINE_X) / (double)bands->line;
	double width = (double)(end - at) * scale;
	uint64_t line = at / bands->line;

	svg_rect(svg, LINE_X + (double)(at % bands->line) * scale,
		 bands->y + (double)line * LINE_STEP, width < 1 ? 1 : width,
		 LINE, map_look(kind)->colour);
}

/* Draws an area, line by line. Offsets count from the base of the bands. */
static void area_draw(struct svg *svg, const struct bands *bands,
		      const struct map_area *area)
{
	uint64_t at = area->ipa - bands->base;
	uint64_t end = smaller(at + area->size, bands->size);

	while (at < end) {
		uint64_t next =
			smaller(end, (at / bands->line + 1) * bands->line);

		piece_draw(svg, bands, at, next, area->kind);
		at = next;
	}
}

static void areas_draw(struct svg *svg, const struct bands *bands, bool ground)
{
	const struct reeve_map *map = svg->map;

	for (size_t i = 0; i < map->count; i++) {
		const struct map_area *area = &map->areas[i];

		if (area->kind != MAP_DEVICE && area->ipa >= bands->base &&
		    area->ipa - bands->base < bands->size &&
		    is_ground(area->kind) == ground)
			area_draw(svg, bands, area);
	}
}

static void bands_draw(struct svg *svg, const char *title, uint64_t base,
		       uint64_t size)
{
	struct bands bands = { .base = base, .size = size, .line = 4096 };
	char remark[80];

	while (size / LINES_MAX > bands.line)
		bands.line *= 2;
	snprintf(remark, sizeof(remark), "to scale, %s a line",
		 map_size_text(bands.line).text);
	svg_heading(svg, title, remark);
	bands.y = svg->y;
	areas_draw(svg, &bands, true);
	areas_draw(svg, &bands, false);
	for (uint64_t at = 0; at < size; at += bands.line) {
		svg_address(svg, LINE_X - 8, svg->y + 12, "ipa", base + at);
		svg->y += LINE_STEP;
	}
}

/* Returns true if an area is RAM, or its alias if alias is true, and does not
 * adjoin an area of RAM before it. */
static bool stretch_begins(const struct reeve_map *map, size_t index, bool alias)
{
	const struct map_area *area = &map->areas[index];
	const struct map_area *last = index > 0 ? area - 1 : NULL;
	bool is_alias = map->shared_base != 0 && area->ipa >= map->shared_base;

	if (area->kind == MAP_DEVICE || is_alias != alias)
		return false;
	return last == NULL || last->kind == MAP_DEVICE ||
	       last->ipa + last->size != area->ipa;
}

/* Returns the bytes of RAM that begin with an area and have no hole. */
static uint64_t stretch_size(const struct reeve_map *map, size_t index)
{
	uint64_t from = map->areas[index].ipa;
	uint64_t end = from;

	for (; index < map->count && map->areas[index].ipa == end &&
	       map->areas[index].kind != MAP_DEVICE;
	     index++) {
		end += map->areas[index].size;
	}
	return end - from;
}

void svg_bands(struct svg *svg)
{
	const struct reeve_map *map = svg->map;

	for (size_t i = 0; i < map->count; i++) {
		if (stretch_begins(map, i, false)) {
			bands_draw(svg, "RAM", map->areas[i].ipa,
				   stretch_size(map, i));
		} else if (map_sum(map, MAP_SHARED) + map_sum(map, MAP_PINNED) !=
				   0 &&
			   stretch_begins(map, i, true)) {
			bands_draw(svg, "What the Realm shares of it",
				   map->areas[i].ipa, stretch_size(map, i));
		}
	}
}
