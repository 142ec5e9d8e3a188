/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Draws the whole IPA space. On the left is a bar to scale, on which devices
 * are hairlines. On the right are the areas in the same order, each as a box,
 * not to scale. A space between areas is drawn as a break that gives its size.
 * A polygon ties each box to its place on the bar.
 */
#include <stdio.h>
#include <string.h>

#include "toolstack/map/svg.h"

#define BAR_X     118
#define BAR_WIDTH 46
#define BOX_X     360
#define BOX_WIDTH (SVG_RIGHT - BOX_X)
#define BOX       40
#define BREAK     24

/* A row of the stack: an area, several areas that lie together, or a break. */
struct row {
	uint64_t ipa;
	uint64_t end;
	const struct map_area *area; /* the first; NULL: a break */
	size_t count; /* of areas */
};

/* A position in the stack, between two rows. */
struct walk {
	const struct reeve_map *map;
	size_t index; /* of the next area */
	uint64_t ipa;
};

/* The RAM of a domain is one box, whatever its parts are. Its shared alias is
 * another. */
static bool lies_together(const struct map_area *area,
			  const struct map_area *next)
{
	return area->kind >= MAP_POPULATED && next->kind >= MAP_POPULATED &&
	       area->ipa + area->size == next->ipa &&
	       strcmp(area->name, next->name) == 0;
}

/* Makes a break up to the next area. A break ends at the middle of a Realm's
 * IPA space, where the line between the halves is drawn. */
static void break_take(struct walk *walk, struct row *row)
{
	const struct reeve_map *map = walk->map;
	uint64_t end = walk->index < map->count ? map->areas[walk->index].ipa
						: map->top;

	if (walk->ipa < map->shared_base && end > map->shared_base)
		end = map->shared_base;
	*row = (struct row){ .ipa = walk->ipa, .end = end };
	walk->ipa = end;
}

static bool row_take(struct walk *walk, struct row *row)
{
	const struct reeve_map *map = walk->map;
	const struct map_area *area;

	if (walk->index == map->count ||
	    map->areas[walk->index].ipa > walk->ipa) {
		if (walk->ipa >= map->top)
			return false;
		break_take(walk, row);
		return true;
	}
	area = &map->areas[walk->index];
	*row = (struct row){ .ipa = area->ipa, .area = area, .count = 1 };
	while (walk->index + row->count < map->count &&
	       lies_together(&area[row->count - 1], &area[row->count]))
		row->count++;
	walk->index += row->count;
	row->end = area[row->count - 1].ipa + area[row->count - 1].size;
	walk->ipa = row->end;
	return true;
}

static double row_height(const struct row *row)
{
	return row->area != NULL ? BOX : BREAK;
}

static double rows_height(const struct reeve_map *map)
{
	struct walk walk = { .map = map };
	struct row row;
	double height = 0;

	while (row_take(&walk, &row))
		height += row_height(&row);
	return height;
}

/* ---- Drawing ---- */

/* The place and the scale of the bar. */
struct bar {
	double y;
	double height;
	double scale; /* pixels per byte */
};

static double bar_y(const struct bar *bar, uint64_t ipa)
{
	return bar->y + (double)ipa * bar->scale;
}

/* Draws a part of the bar. It is at least one pixel high, so that it can be
 * seen. */
static void bar_part(struct svg *svg, const struct bar *bar,
		     const struct map_area *area)
{
	double height = (double)area->size * bar->scale;

	svg_rect(svg, BAR_X, bar_y(bar, area->ipa), BAR_WIDTH,
		 height < 1 ? 1 : height, map_look(area->kind)->colour);
}

static void bar_draw(struct svg *svg, const struct bar *bar)
{
	const struct reeve_map *map = svg->map;
	double middle = bar_y(bar, map->shared_base);

	svg_rect(svg, BAR_X, bar->y, BAR_WIDTH, bar->height, "#f1f3f5");
	for (size_t i = 0; i < map->count; i++)
		bar_part(svg, bar, &map->areas[i]);
	fprintf(svg->to,
		"<rect x='%d' y='%.1f' width='%d' height='%.1f' fill='none' "
		"stroke='#7b8790'/>\n",
		BAR_X, bar->y, BAR_WIDTH, bar->height);
	svg_address(svg, BAR_X - 8, bar->y + 10, "ipa", 0);
	svg_address(svg, BAR_X - 8, bar->y + bar->height, "ipa", map->top);
	if (map->shared_base == 0)
		return;
	svg_address(svg, BAR_X - 8, middle + 4, "ipa", map->shared_base);
	fprintf(svg->to,
		"<line x1='%d' y1='%.1f' x2='%d' y2='%.1f' stroke='#a4460a' "
		"stroke-width='2'/>\n",
		BAR_X - 4, middle, BAR_X + BAR_WIDTH + 4, middle);
}

/* Draws the polygon from the row's place on the bar to its box. */
static void tie_draw(struct svg *svg, const struct bar *bar,
		     const struct row *row, double y)
{
	fprintf(svg->to,
		"<polygon points='%d,%.2f %d,%.2f %d,%.2f %d,%.2f' fill='%s' "
		"fill-opacity='0.22'/>\n",
		BAR_X + BAR_WIDTH, bar_y(bar, row->ipa), BOX_X - 88, y,
		BOX_X - 88, y + BOX, BAR_X + BAR_WIDTH, bar_y(bar, row->end),
		map_look(row->area->kind)->colour);
}

static bool is_dark(enum map_kind kind)
{
	return kind != MAP_RAM && kind != MAP_ALIAS && kind != MAP_UNTOUCHED &&
	       kind != MAP_UNSHARED;
}

/* Draws how much of the box each kind takes, at its lower edge. */
static void box_shares(struct svg *svg, const struct row *row, double y)
{
	uint64_t sums[MAP_KINDS] = { 0 };
	double x = BOX_X;

	for (size_t i = 0; i < row->count; i++)
		sums[row->area[i].kind] += row->area[i].size;
	for (unsigned kind = 0; kind < MAP_KINDS; kind++) {
		double width = BOX_WIDTH * (double)sums[kind] /
			       (double)(row->end - row->ipa);

		if (width > 0) {
			svg_rect(svg, x, y + BOX - 12, width, 9,
				 map_look(kind)->colour);
		}
		x += width;
	}
}

/* Writes the size and the RIPAS at the right end of a box. */
static void box_facts(struct svg *svg, const struct row *row, double y,
		      const char *class)
{
	const struct map_look *look = map_look(row->area->kind);
	struct map_text size = map_size_text(row->end - row->ipa);
	char text[80];

	if (svg->map->realm && row->count == 1 && look->ripas[0] != '\0') {
		snprintf(text, sizeof(text), "%s, RIPAS %s", size.text,
			 look->ripas);
	} else {
		snprintf(text, sizeof(text), "%s", size.text);
	}
	svg_text(svg, SVG_RIGHT - 12, y, class, text);
}

static void box_draw(struct svg *svg, const struct row *row, double y)
{
	const struct map_area *area = row->area;
	bool several = row->count > 1;
	bool dark = !several && is_dark(area->kind);
	const char *word = map_look(area->kind)->word;
	double line = y + (several ? 18 : 25);
	char text[120];

	svg_rect(svg, BOX_X, y + 1, BOX_WIDTH, BOX - 2,
		 several ? "#eef1f4" : map_look(area->kind)->colour);
	if (several || strcmp(area->name, word) == 0)
		snprintf(text, sizeof(text), "%s", area->name);
	else
		snprintf(text, sizeof(text), "%s (%s)", area->name, word);
	svg_text(svg, BOX_X + 12, line, dark ? "name on" : "name", text);
	box_facts(svg, row, line, dark ? "right on" : "right");
	if (several)
		box_shares(svg, row, y);
	svg_address(svg, BOX_X - 8, y + 12, "ipa", row->ipa);
}

static void break_draw(struct svg *svg, const struct row *row, double y)
{
	char text[80];

	fprintf(svg->to,
		"<path d='M%d,%.1f l6,5 l-12,7 l12,7 l-6,5' fill='none' "
		"stroke='#9aa5ae'/>\n",
		BOX_X + 24, y);
	snprintf(text, sizeof(text), "break: %s with nothing in it",
		 map_size_text(row->end - row->ipa).text);
	svg_text(svg, BOX_X + 44, y + 16, "note", text);
	svg_address(svg, BOX_X - 8, y + 12, "ipa", row->ipa);
}

/* Draws the line between the halves of a Realm's IPA space. */
static void half_draw(struct svg *svg, double y)
{
	fprintf(svg->to,
		"<line x1='%d' y1='%.1f' x2='%d' y2='%.1f' stroke='#a4460a' "
		"stroke-width='2'/>\n",
		BOX_X - 88, y, SVG_RIGHT, y);
	svg_text(svg, SVG_RIGHT, y - 7, "half right", "private, above");
	svg_text(svg, SVG_RIGHT, y + 16, "half right",
		 "shared with the host, from here on");
}

static void row_draw(struct svg *svg, const struct bar *bar,
		     const struct row *row, double y)
{
	if (row->area == NULL) {
		break_draw(svg, row, y);
		return;
	}
	tie_draw(svg, bar, row, y);
	box_draw(svg, row, y);
}

void svg_stack(struct svg *svg)
{
	const struct reeve_map *map = svg->map;
	struct walk walk = { .map = map };
	struct bar bar = { .height = rows_height(map) };
	struct row row;
	double y;

	svg_heading(svg, "All addresses",
		    "left: to scale; right: not to scale, with breaks");
	y = svg->y;
	bar.y = y;
	bar.scale = bar.height / (double)map->top;
	bar_draw(svg, &bar);
	while (row_take(&walk, &row)) {
		row_draw(svg, &bar, &row, y);
		if (row.ipa == map->shared_base && row.ipa != 0)
			half_draw(svg, y);
		y += row_height(&row);
	}
	svg->y = y;
}
