/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds what fdt_check_full() of libfdt 1.6.1 (Debian 12) misses. That version
 * follows the lengths of properties without a check for overflow. A length near
 * 2^32 makes it go backwards, loop for ever, or take the property for a small
 * one. libfdt 1.7.0 checks.
 */
#include "toolstack/image/fdt_check.h"

#include <libfdt.h>
#include <string.h>

#include "lib/number.h"

/* Since this version node names are stored without their paths. */
#define FDT_VERSION_MIN 16
/* Since this version the header tells the size of the structure block. */
#define FDT_VERSION_SIZE 17

/* A position in the structure block (Devicetree Specification 0.4, 5.4). */
struct walk {
	struct span block;
	size_t at; /* a multiple of 4; past the end: the block is too short */
};

static uint32_t cell_next(struct walk *walk)
{
	size_t at = walk->at;
	fdt32_t cell;

	walk->at += sizeof(cell);
	if (!span_holds(walk->block, at, sizeof(cell)))
		return FDT_END;
	memcpy(&cell, &walk->block.data[at], sizeof(cell));
	return fdt32_to_cpu(cell);
}

static bool name_skip(struct walk *walk)
{
	struct span rest = span_skip(walk->block, walk->at);
	const uint8_t *end = memchr(rest.data, '\0', rest.size);

	if (end == NULL)
		return false;
	walk->at =
		align_up(walk->at + (size_t)(end - rest.data) + 1, FDT_TAGSIZE);
	return true;
}

static bool property_skip(struct walk *walk)
{
	uint32_t size = cell_next(walk);

	(void)cell_next(walk); /* its name: fdt_check_full() checks that */
	if (!span_holds(walk->block, walk->at, size))
		return false;
	walk->at = align_up(walk->at + size, FDT_TAGSIZE);
	return true;
}

static bool lengths_fit(struct span block)
{
	struct walk walk = { block, 0 };

	for (;;) {
		switch (cell_next(&walk)) {
		case FDT_BEGIN_NODE:
			if (!name_skip(&walk))
				return false;
			break;
		case FDT_PROP:
			if (!property_skip(&walk))
				return false;
			break;
		case FDT_END_NODE:
		case FDT_NOP:
			break;
		default:
			return walk.at <= block.size;
		}
	}
}

/* Returns the structure block. The blob's header has passed fdt_check_header(),
 * and the blob is complete. */
static struct span structure_block(struct span blob)
{
	struct span rest = span_skip(blob, fdt_off_dt_struct(blob.data));

	if (fdt_version(blob.data) >= FDT_VERSION_SIZE)
		rest.size = fdt_size_dt_struct(blob.data);
	return rest;
}

const char *fdt_blob_check(struct span blob)
{
	static const char damaged[] = "not a device tree blob, or a damaged one";
	const void *fdt = blob.data;

	if (blob.size < sizeof(struct fdt_header) ||
	    fdt_check_header(fdt) != 0 || fdt_totalsize(fdt) > blob.size)
		return damaged;
	if (fdt_version(fdt) < FDT_VERSION_MIN)
		return "a device tree blob of a version before 16";
	blob.size = fdt_totalsize(fdt);
	if (!is_aligned(fdt_off_dt_struct(fdt), FDT_TAGSIZE) ||
	    !lengths_fit(structure_block(blob)) ||
	    fdt_check_full(fdt, blob.size) != 0)
		return damaged;
	return NULL;
}
