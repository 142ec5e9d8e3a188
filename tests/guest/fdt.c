/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads what the probe needs from a flattened device tree (Devicetree
 * Specification 0.4, 5). Nodes are read in their order; a node is evaluated at
 * its end, when all of its properties are known. The probe trusts the device
 * tree.
 */
#include <stddef.h>
#include <string.h>

#include "tests/guest/probe.h"

#define FDT_MAGIC      0xd00dfeed
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4

#define DEPTH_MAX 8

struct property {
	const uint8_t *data; /* NULL: the node has none */
	uint32_t size;
};

/* The properties of a node, and how its children's addresses are encoded. */
struct node {
	const char *name;
	struct property compatible, device_type, reg, method, bootargs, status;
	uint32_t address_cells, size_cells; /* of its children */
};

static uint32_t be32(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	       (uint32_t)data[2] << 8 | data[3];
}

/* Returns true if text is one of the strings of a property. */
static bool has_string(struct property property, const char *text)
{
	const char *next = (const char *)property.data;
	uint32_t left = property.size;

	while (left > 0) {
		uint32_t length = (uint32_t)strlen(next) + 1;

		if (strcmp(next, text) == 0)
			return true;
		if (length > left)
			return false;
		next += length;
		left -= length;
	}
	return false;
}

static uint64_t cells_value(struct property reg, uint32_t first, uint32_t count)
{
	uint64_t value = 0;

	for (uint32_t i = first; i < first + count; i++) {
		if (4 * (i + 1) <= reg.size)
			value = value << 32 | be32(reg.data + 4 * (size_t)i);
	}
	return value;
}

/* Returns the base of the n-th range of a node's reg property. */
static uint64_t reg_base(const struct node *node, const struct node *parent,
			 uint32_t n)
{
	uint32_t step = parent->address_cells + parent->size_cells;

	return cells_value(node->reg, n * step, parent->address_cells);
}

static uint64_t reg_size(const struct node *node, const struct node *parent)
{
	return cells_value(node->reg, parent->address_cells, parent->size_cells);
}

static bool is_usable(const struct node *node)
{
	return node->status.data == NULL || has_string(node->status, "okay");
}

static bool is_uart(const struct node *node)
{
	return has_string(node->compatible, "arm,pl011") ||
	       has_string(node->compatible, "arm,sbsa-uart");
}

static void node_read(const struct node *node, const struct node *parent)
{
	if (node->bootargs.data != NULL)
		machine.arguments = (const char *)node->bootargs.data;
	if (!is_usable(node))
		return;
	if (has_string(node->device_type, "memory") && machine.ram_size == 0) {
		machine.ram_base = reg_base(node, parent, 0);
		machine.ram_size = reg_size(node, parent);
	} else if (has_string(node->device_type, "cpu")) {
		if (machine.vcpus < VCPUS_MAX) {
			machine.mpidr[machine.vcpus++] =
				reg_base(node, parent, 0);
		}
	} else if (has_string(node->compatible, "arm,gic-v3")) {
		machine.gicd = reg_base(node, parent, 0);
		machine.gicr = reg_base(node, parent, 1);
	} else if (is_uart(node) && machine.uart == 0) {
		machine.uart = reg_base(node, parent, 0);
	} else if (has_string(node->compatible, "qemu,pvpanic-mmio")) {
		machine.pvpanic = reg_base(node, parent, 0);
	} else if (node->method.data != NULL) {
		machine.is_psci_smc = has_string(node->method, "smc");
	}
}

static void property_store(struct node *node, const char *name,
			   struct property property)
{
	if (strcmp(name, "compatible") == 0)
		node->compatible = property;
	else if (strcmp(name, "device_type") == 0)
		node->device_type = property;
	else if (strcmp(name, "reg") == 0)
		node->reg = property;
	else if (strcmp(name, "method") == 0)
		node->method = property;
	else if (strcmp(name, "bootargs") == 0)
		node->bootargs = property;
	else if (strcmp(name, "status") == 0)
		node->status = property;
	else if (strcmp(name, "#address-cells") == 0)
		node->address_cells = be32(property.data);
	else if (strcmp(name, "#size-cells") == 0)
		node->size_cells = be32(property.data);
}

static const uint8_t *aligned(const uint8_t *data)
{
	return (const uint8_t *)(((uintptr_t)data + 3) & ~(uintptr_t)3);
}

/* The path to the node that is being read. The first entry is an empty parent
 * of the root. */
struct walk {
	struct node path[DEPTH_MAX];
	unsigned depth;
	const char *strings;
};

static const uint8_t *walk_begin(struct walk *walk, const uint8_t *next)
{
	const char *name = (const char *)next;

	if (walk->depth < DEPTH_MAX - 1)
		walk->depth++;
	walk->path[walk->depth] = (struct node){ .name = name,
						 .address_cells = 2,
						 .size_cells = 1 };
	return aligned(next + strlen(name) + 1);
}

static const uint8_t *walk_property(struct walk *walk, const uint8_t *next)
{
	const struct property property = { next + 8, be32(next) };

	property_store(&walk->path[walk->depth], walk->strings + be32(next + 4),
		       property);
	return aligned(next + 8 + property.size);
}

static void walk_end(struct walk *walk)
{
	node_read(&walk->path[walk->depth], &walk->path[walk->depth - 1]);
	walk->depth--;
}

bool machine_read(const void *fdt)
{
	const uint8_t *base = fdt;
	const uint8_t *next = base + be32(base + 8);
	struct walk walk = { .strings = (const char *)base + be32(base + 12) };

	if (be32(base) != FDT_MAGIC)
		return false;
	for (;;) {
		uint32_t token = be32(next);

		next += 4;
		if (token == FDT_BEGIN_NODE)
			next = walk_begin(&walk, next);
		else if (token == FDT_PROP)
			next = walk_property(&walk, next);
		else if (token == FDT_END_NODE)
			walk_end(&walk);
		else if (token != FDT_NOP)
			return true;
	}
}
