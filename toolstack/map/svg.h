/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the picture of a map. All lengths are in pixels. */
#ifndef REEVE_TOOLSTACK_MAP_SVG_H
#define REEVE_TOOLSTACK_MAP_SVG_H

#include <stdio.h>

#include "toolstack/map/map.h"

#define SVG_WIDTH  960
#define SVG_MARGIN 32
#define SVG_RIGHT  (SVG_WIDTH - SVG_MARGIN)

/* A picture that is being drawn. */
struct svg {
	FILE *to;
	const struct reeve_map *map;
	double y; /* where the next part begins */
};

/* Draws text, in which it escapes the characters that have a meaning in XML.
 * class is a style of svg.c. */
void svg_text(struct svg *svg, double x, double y, const char *class,
	      const char *text);
void svg_address(struct svg *svg, double x, double y, const char *class,
		 uint64_t ipa);
/* Draws the title of a part, and moves y below it. */
void svg_heading(struct svg *svg, const char *title, const char *remark);
void svg_rect(struct svg *svg, double x, double y, double width, double height,
	      const char *colour);

/* svg_stack.c: draws the whole IPA space to scale and, beside it, its areas,
 * not to scale. */
void svg_stack(struct svg *svg);

/* svg_bands.c: draws RAM to scale, in lines. If the Realm shares memory, draws
 * the shared alias too. */
void svg_bands(struct svg *svg);

#endif
