/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts the devices of a guest on its map. */
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "abi/guest_map.h"
#include "toolstack/map/map.h"

#define GICD_NAME    "GIC distributor"
#define GICR_NAME    "GIC redistributors"
#define GICC_NAME    "GIC CPU interface"
#define UART_NAME    "UART"
#define RTC_NAME     "RTC"
#define PVPANIC_NAME "pvpanic"

/* A range in a node's reg: an address and a size, of two cells each. All trees
 * of the toolstack have those (image/fdt_writer.h). */
#define CELLS_SIZE sizeof(fdt64_t)
#define RANGE_SIZE (2 * CELLS_SIZE)

/* The meaning of the first two ranges of a node's reg, for the bindings that
 * define it. */
static const struct {
	const char *compatible;
	const char *names[2];
} known[] = {
	{ "arm,gic-v3", { GICD_NAME, GICR_NAME } },
	{ "arm,gic-400", { GICD_NAME, GICC_NAME } },
	{ "arm,cortex-a15-gic", { GICD_NAME, GICC_NAME } },
	{ "arm,sbsa-uart", { UART_NAME } },
	{ "arm,pl011", { UART_NAME } },
	{ "arm,pl031", { RTC_NAME } },
	{ "qemu,pvpanic-mmio", { PVPANIC_NAME } },
	{ "virtio,mmio", { "virtio" } },
};

static const char *device_name(const void *dtb, int node, unsigned index)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (index < 2 && known[i].names[index] != NULL &&
		    fdt_node_check_compatible(dtb, node, known[i].compatible) ==
			    0)
			return known[i].names[index];
	}
	return fdt_get_name(dtb, node, NULL);
}

/* Reads two cells. They need not be aligned as a uint64_t must be, so they are
 * copied. */
static uint64_t cells_read(const uint8_t *bytes)
{
	fdt64_t value;

	memcpy(&value, bytes, sizeof(value));
	return fdt64_to_cpu(value);
}

static void node_put(struct reeve_map *map, const void *dtb, int node)
{
	int size;
	const uint8_t *reg = fdt_getprop(dtb, node, "reg", &size);
	const char *type = fdt_getprop(dtb, node, "device_type", NULL);

	if (reg == NULL || (type != NULL && strcmp(type, "memory") == 0))
		return;
	for (unsigned i = 0; i < (unsigned)size / RANGE_SIZE; i++) {
		const uint8_t *range = &reg[i * RANGE_SIZE];

		map_put(map, MAP_DEVICE, device_name(dtb, node, i),
			cells_read(range), cells_read(range + CELLS_SIZE));
	}
}

void map_put_tree(struct reeve_map *map, const void *dtb, size_t size)
{
	int node;

	if (fdt_check_full(dtb, size) != 0)
		return;
	fdt_for_each_subnode(node, dtb, 0) node_put(map, dtb, node);
}

void map_put_machine(struct reeve_map *map, const struct reeve_domain *domain)
{
	map_put(map, MAP_DEVICE, GICD_NAME, GUEST_GICV3_GICD_BASE,
		GUEST_GICV3_GICD_SIZE);
	map_put(map, MAP_DEVICE, GICR_NAME, GUEST_GICV3_GICR_BASE,
		(uint64_t)map->vcpus * GUEST_GICV3_GICR_STEP);
	if (domain->vuart) {
		map_put(map, MAP_DEVICE, UART_NAME, GUEST_PL011_BASE,
			GUEST_PL011_SIZE);
	}
	if (domain->rtc) {
		map_put(map, MAP_DEVICE, RTC_NAME, GUEST_PL031_BASE,
			GUEST_PL031_SIZE);
	}
	if (domain->pvpanic) {
		map_put(map, MAP_DEVICE, PVPANIC_NAME, GUEST_PVPANIC_BASE,
			GUEST_PVPANIC_SIZE);
	}
}
