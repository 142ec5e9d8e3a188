/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Edits QEMU's device tree (Devicetree Specification 0.4). The module nodes in
 * /chosen are those of Xen, docs/misc/arm/device-tree/booting.txt; the initrd
 * of a kernel is named as in Linux, Documentation/devicetree/bindings/chosen.txt.
 */
#include "toolstack/host/boot_tree.h"

#include <inttypes.h>
#include <libfdt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/machine_map.h"

/* More bytes than all additions but the command lines need. */
#define ROOM 8192
/* The longest tree that QEMU may write: it has room for more than it holds. */
#define TREE_MAX (2 << 20)
/* QEMU reserves more than twice the size of a tree that it is given. */
#define TREE_GIVEN_MAX (MACHINE_DTB_MAX / 3)

/* The memory at the start of DRAM that our firmware keeps, in one piece. */
#define FIRMWARE_BASE MACHINE_SMMU_TABLES_BASE
#define FIRMWARE_SIZE (MACHINE_RMM_BASE + MACHINE_RMM_SIZE - FIRMWARE_BASE)

/* A node of the tree; error sticks. */
struct editor {
	void *tree;
	int error; /* 0 or a negative FDT_ERR_* */
};

static void note(struct editor *e, int error)
{
	if (e->error == 0 && error < 0)
		e->error = error;
}

/* Finds a node below another, or makes it. */
static int node_open(struct editor *e, int parent, const char *name)
{
	int node;

	if (e->error != 0)
		return 0;
	node = fdt_subnode_offset(e->tree, parent, name);
	if (node == -FDT_ERR_NOTFOUND)
		node = fdt_add_subnode(e->tree, parent, name);
	note(e, node);
	return node < 0 ? 0 : node;
}

static int node_open_at(struct editor *e, int parent, const char *name,
			uint64_t unit)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%" PRIx64, name, unit);
	return node_open(e, parent, full);
}

static void put(struct editor *e, int node, const char *name, const void *data,
		size_t size)
{
	if (e->error == 0) {
		note(e, fdt_setprop(e->tree, node, name, data,
				    size <= INT_MAX ? (int)size : INT_MAX));
	}
}

static void put_text(struct editor *e, int node, const char *name,
		     const char *text)
{
	if (text != NULL)
		put(e, node, name, text, strlen(text) + 1);
}

static void put_u64(struct editor *e, int node, const char *name, uint64_t value)
{
	fdt64_t cells = cpu_to_fdt64(value);

	put(e, node, name, &cells, sizeof(cells));
}

static void put_cells_of_children(struct editor *e, int node)
{
	fdt32_t two = cpu_to_fdt32(2);

	put(e, node, "#address-cells", &two, sizeof(two));
	put(e, node, "#size-cells", &two, sizeof(two));
}

static void put_reg(struct editor *e, int node, const struct boot_range *range)
{
	fdt64_t reg[] = { cpu_to_fdt64(range->base), cpu_to_fdt64(range->size) };

	put(e, node, "reg", reg, sizeof(reg));
}

/*
 * The devices that the monitor has closed (monitor/gpc.c): on a machine without
 * an SMMU all that access memory by themselves.
 */
static void closed_remove(struct editor *e)
{
	static const char *const closed[] = {
		"qemu,platform",         "qemu,fw-cfg-mmio", "virtio,mmio",
		"pci-host-ecam-generic", "arm,smmu-v3",      "arm,gic-v3-its",
	};
	int node;

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		while (e->error == 0 && (node = fdt_node_offset_by_compatible(
						 e->tree, -1, closed[i])) >= 0)
			note(e, fdt_del_node(e->tree, node));
	}
}

static void psci_add(struct editor *e)
{
	static const char versions[] = "arm,psci-1.0\0arm,psci-0.2";
	int psci = node_open(e, 0, "psci");
	int cpus, cpu;

	put(e, psci, "compatible", versions, sizeof(versions));
	put_text(e, psci, "method", "smc");
	if (e->error != 0)
		return;
	cpus = fdt_path_offset(e->tree, "/cpus");
	fdt_for_each_subnode(cpu, e->tree, cpus)
	{
		if (fdt_getprop(e->tree, cpu, "device_type", NULL) != NULL)
			put_text(e, cpu, "enable-method", "psci");
	}
	note(e, cpus);
}

static void firmware_reserve(struct editor *e)
{
	static const struct boot_range firmware = { FIRMWARE_BASE,
						    FIRMWARE_SIZE };
	int parent = node_open(e, 0, "reserved-memory");
	int node;

	put_cells_of_children(e, parent);
	put(e, parent, "ranges", NULL, 0);
	node = node_open_at(e, parent, "firmware", FIRMWARE_BASE);
	put_reg(e, node, &firmware);
	put(e, node, "no-map", NULL, 0);
}

static void module_add(struct editor *e, int chosen,
		       const struct boot_range *range, const char *kind,
		       const char *cmdline)
{
	char kinds[64];
	size_t size = (size_t)snprintf(kinds, sizeof(kinds), "%s", kind) + 1;
	int node;

	if (range->size == 0)
		return;
	size += (size_t)snprintf(kinds + size, sizeof(kinds) - size,
				 "multiboot,module") +
		1;
	node = node_open_at(e, chosen, "module", range->base);
	put(e, node, "compatible", kinds, size);
	put_reg(e, node, range);
	put_text(e, node, "bootargs", cmdline);
}

/* A hypervisor with a kernel: Xen and those that boot as it does. */
static void modules_add(struct editor *e, const struct boot_tree *boot)
{
	int chosen = node_open(e, 0, "chosen");

	put_cells_of_children(e, chosen);
	put_text(e, chosen, "xen,xen-bootargs", boot->hypervisor_cmdline);
	module_add(e, chosen, &boot->kernel, "multiboot,kernel", boot->cmdline);
	module_add(e, chosen, &boot->initrd, "multiboot,ramdisk", NULL);
}

/* A hypervisor that is itself a kernel. */
static void initrd_add(struct editor *e, const struct boot_tree *boot)
{
	const struct boot_range *initrd = &boot->initrd;
	int chosen = node_open(e, 0, "chosen");

	put_text(e, chosen, "bootargs", boot->cmdline);
	put_text(e, chosen, "xen,xen-bootargs", boot->hypervisor_cmdline);
	if (initrd->size == 0)
		return;
	put_u64(e, chosen, "linux,initrd-start", initrd->base);
	put_u64(e, chosen, "linux,initrd-end", initrd->base + initrd->size);
}

static const char *tree_edit(struct editor *e, const struct boot_tree *boot)
{
	closed_remove(e);
	psci_add(e);
	firmware_reserve(e);
	if (boot->kernel.size != 0)
		modules_add(e, boot);
	else
		initrd_add(e, boot);
	if (e->error == 0)
		note(e, fdt_pack(e->tree));
	if (e->error != 0)
		return fdt_strerror(e->error);
	return fdt_totalsize(e->tree) <= TREE_GIVEN_MAX
		       ? NULL
		       : "the command lines are too long";
}

static size_t text_size(const char *text)
{
	return text != NULL ? strlen(text) + 1 : 0;
}

const char *boot_tree_make(const struct boot_tree *boot, const void *tree,
			   size_t tree_size, void **out, size_t *size)
{
	size_t room = tree_size + ROOM + text_size(boot->cmdline) +
		      text_size(boot->hypervisor_cmdline);
	struct editor e = { NULL, 0 };
	const char *wrong;

	if (tree_size > TREE_MAX || fdt_check_full(tree, tree_size) != 0)
		return "it is no device tree";
	if (room > INT_MAX)
		return "the command lines are too long";
	e.tree = calloc(1, room);
	if (e.tree == NULL)
		return "no memory for it";
	note(&e, fdt_open_into(tree, e.tree, (int)room));
	wrong = tree_edit(&e, boot);
	if (wrong != NULL) {
		free(e.tree);
		return wrong;
	}
	*out = e.tree;
	*size = fdt_totalsize(e.tree);
	return NULL;
}
