/* SPDX-License-Identifier: BSD-3-Clause */
/* A user's partial device tree: checked as an untrusted file, then copied node
 * by node. As in libxl, only /passthrough and /aliases are copied. */
#include <libfdt.h>
#include <limits.h>
#include <string.h>

#include "toolstack/image/fdt_check.h"
#include "toolstack/image/fdt_guest.h"

/* Returns the node directly below the root that has exactly this name, or -1. A
 * name with a unit address does not match. */
static int find_node(const void *fdt, const char *name)
{
	int node;

	fdt_for_each_subnode(node, fdt, 0)
	{
		const char *found = fdt_get_name(fdt, node, NULL);

		if (found != NULL && strcmp(found, name) == 0)
			return node;
	}
	return -1;
}

static bool is_phandle(const char *name)
{
	return strcmp(name, "phandle") == 0 ||
	       strcmp(name, "linux,phandle") == 0;
}

/* Returns true if the property gives its node a phandle that belongs to one of
 * our own nodes. */
static bool takes_reserved_phandle(const void *fdt, int offset)
{
	const char *name;
	int size;
	const void *value = fdt_getprop_by_offset(fdt, offset, &name, &size);
	uint32_t phandle;

	if (value == NULL || size != sizeof(fdt32_t) || !is_phandle(name))
		return false;
	phandle = fdt32_ld(value);
	return phandle == FDT_PHANDLE_GIC || phandle == FDT_PHANDLE_IOMMU;
}

/* Returns the offset behind the tag at offset, and keeps *depth up to date with
 * the nodes. A tree that passed fdt_blob_check() has no other tags below its
 * root. */
static int next_tag(const void *fdt, int offset, uint32_t *tag, int *depth)
{
	int next;

	*tag = fdt_next_tag(fdt, offset, &next);
	if (*tag == FDT_BEGIN_NODE)
		(*depth)++;
	else if (*tag == FDT_END_NODE)
		(*depth)--;
	return next;
}

static bool node_takes_reserved_phandle(const void *fdt, int offset)
{
	int depth = 0, next;
	uint32_t tag;

	do {
		next = next_tag(fdt, offset, &tag, &depth);
		if (tag == FDT_PROP && takes_reserved_phandle(fdt, offset))
			return true;
		offset = next;
	} while (depth > 0);
	return false;
}

const char *fdt_partial_check(struct span partial)
{
	const char *fault = fdt_blob_check(partial);
	const void *fdt = partial.data;
	int node;

	if (fault != NULL)
		return fault;
	node = find_node(fdt, "passthrough");
	if (node < 0)
		return "the partial device tree has no node /passthrough";
	if (node_takes_reserved_phandle(fdt, node))
		return "the partial device tree uses a reserved phandle (65000 or 65001)";
	return NULL;
}

static void copy_property(struct fdt_writer *w, const void *fdt, int offset)
{
	const char *name;
	int size;
	const void *value = fdt_getprop_by_offset(fdt, offset, &name, &size);

	if (value == NULL)
		fdt_fail(w, size);
	else
		fdt_put(w, name, value, (size_t)size);
}

static void copy_node(struct fdt_writer *w, const void *fdt, int offset)
{
	int depth = 0, next;
	uint32_t tag;

	do {
		next = next_tag(fdt, offset, &tag, &depth);
		if (tag == FDT_BEGIN_NODE)
			fdt_open(w, fdt_get_name(fdt, offset, NULL));
		else if (tag == FDT_PROP)
			copy_property(w, fdt, offset);
		else if (tag == FDT_END_NODE)
			fdt_close(w);
		offset = next;
	} while (depth > 0);
}

void fdt_put_partial(struct fdt_writer *w, struct span partial)
{
	const void *fdt = partial.data;
	int aliases = find_node(fdt, "aliases");

	copy_node(w, fdt, find_node(fdt, "passthrough"));
	if (aliases >= 0)
		copy_node(w, fdt, aliases);
}
