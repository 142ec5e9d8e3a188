/* SPDX-License-Identifier: BSD-3-Clause */
/* Draws the picture of a map: an SVG 1.1 document without scripts or links. */
#include "toolstack/map/svg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"

#define LEGEND_STEP  190
#define PAGES_BAR_X  232
#define PAGES_HEIGHT 20

static const char style[] =
	"text{font-family:system-ui,'DejaVu Sans',Helvetica,sans-serif;"
	"font-size:12px;fill:#22303c}"
	".title{font-size:22px;font-weight:600}"
	".head{font-size:14px;font-weight:600}"
	".note{fill:#66727d}"
	".name{font-weight:600}"
	".on{fill:#fff}"
	".ipa{font-family:ui-monospace,'DejaVu Sans Mono',monospace;"
	"font-size:11px;fill:#4c5862;text-anchor:end}"
	".right{text-anchor:end}"
	".half{font-weight:600;fill:#a4460a}";

/* ---- Elements ---- */

static void svg_escape(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		default:
			fputc(*text, to);
		}
	}
}

void svg_text(struct svg *svg, double x, double y, const char *class,
	      const char *text)
{
	fprintf(svg->to, "<text x='%.1f' y='%.1f' class='%s'>", x, y, class);
	svg_escape(svg->to, text);
	fputs("</text>\n", svg->to);
}

void svg_address(struct svg *svg, double x, double y, const char *class,
		 uint64_t ipa)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, ipa);
	svg_text(svg, x, y, class, text);
}

void svg_heading(struct svg *svg, const char *title, const char *remark)
{
	svg->y += 40;
	svg_text(svg, SVG_MARGIN, svg->y, "head", title);
	svg_text(svg, SVG_RIGHT, svg->y, "note right", remark);
	svg->y += 14;
}

void svg_rect(struct svg *svg, double x, double y, double width, double height,
	      const char *colour)
{
	fprintf(svg->to,
		"<rect x='%.2f' y='%.2f' width='%.2f' height='%.2f' "
		"fill='%s'/>\n",
		x, y, width, height, colour);
}

/* ---- Parts ---- */

static void svg_header(struct svg *svg)
{
	svg->y = 46;
	svg_text(svg, SVG_MARGIN, svg->y, "title", svg->map->name);
	svg->y += 22;
	svg_text(svg, SVG_MARGIN, svg->y, "note", map_title(svg->map).text);
}

/* Draws the legend: the kinds that the map has. */
static void svg_legend(struct svg *svg)
{
	double x = SVG_MARGIN;

	svg->y += 22;
	for (unsigned kind = 0; kind < MAP_KINDS; kind++) {
		const struct map_look *look = map_look(kind);

		if (map_sum(svg->map, kind) == 0)
			continue;
		if (x + LEGEND_STEP > SVG_RIGHT) {
			x = SVG_MARGIN;
			svg->y += 20;
		}
		svg_rect(svg, x, svg->y, 12, 12, look->colour);
		svg_text(svg, x + 18, svg->y + 10.5, "key", look->word);
		x += LEGEND_STEP;
	}
	svg->y += 12;
}

/* Draws the number of pages of each kind as bars, to scale. */
static void svg_pages(struct svg *svg)
{
	const uint64_t *held = svg->map->pages;
	const double width = SVG_RIGHT - PAGES_BAR_X - 150;
	uint64_t most = 1;
	char text[64];

	svg_heading(svg, "Pages that the host has in it", "to scale");
	for (unsigned kind = 0; kind < ENGINE_PAGE_KINDS; kind++)
		most = larger(most, held[kind]);
	for (unsigned kind = 0; kind < ENGINE_PAGE_KINDS; kind++) {
		double bar = width * (double)held[kind] / (double)most;

		svg_text(svg, SVG_MARGIN, svg->y + 13, "key",
			 map_page_word(kind));
		svg_rect(svg, PAGES_BAR_X, svg->y + 2, bar, PAGES_HEIGHT - 6,
			 "#4f6b86");
		snprintf(text, sizeof(text), "%" PRIu64 " (%s)", held[kind],
			 map_size_text(held[kind] * 4096).text);
		svg_text(svg, PAGES_BAR_X + bar + 8, svg->y + 13, "note", text);
		svg->y += PAGES_HEIGHT;
	}
}

static void svg_body(struct svg *svg)
{
	svg_header(svg);
	svg_legend(svg);
	svg_stack(svg);
	svg_bands(svg);
	if (svg->map->domid != 0)
		svg_pages(svg);
	svg->y += SVG_MARGIN;
}

/* ---- The document ---- */

static void svg_document(FILE *to, const struct reeve_map *map,
			 const char *parts, double height)
{
	fputs("<?xml version='1.0' encoding='UTF-8'?>\n", to);
	fprintf(to,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' "
		"height='%.0f' viewBox='0 0 %d %.0f' role='img' "
		"aria-labelledby='title desc'>\n",
		SVG_WIDTH, height, SVG_WIDTH, height);
	fputs("<title id='title'>", to);
	svg_escape(to, map->name);
	fputs("</title>\n<desc id='desc'>The guest's address space: ", to);
	svg_escape(to, map_title(map).text);
	fprintf(to, ".</desc>\n<style>%s</style>\n", style);
	fprintf(to, "<rect width='%d' height='%.0f' fill='#fff'/>\n%s</svg>\n",
		SVG_WIDTH, height, parts);
}

/* Passed through map_print() to the functions that print. */
struct printing {
	const struct reeve_map *map;
	const char *parts;
	double height;
};

static void write_parts(FILE *to, void *with)
{
	struct printing *printing = with;
	struct svg svg = { .to = to, .map = printing->map };

	svg_body(&svg);
	printing->height = svg.y;
}

static void write_document(FILE *to, void *with)
{
	const struct printing *printing = with;

	svg_document(to, printing->map, printing->parts, printing->height);
}

/* The parts are printed first, because the head of the document holds their
 * height. */
char *reeve_map_svg(const struct reeve_map *map)
{
	struct printing with = { .map = map };
	char *parts = map_print(write_parts, &with);
	char *text;

	if (parts == NULL)
		return NULL;
	with.parts = parts;
	text = map_print(write_document, &with);
	free(parts);
	return text;
}
