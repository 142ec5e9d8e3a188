/* SPDX-License-Identifier: BSD-3-Clause */
/* The device tree of a hypervisor that is not ours. */
#include "toolstack/host/boot_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "abi/machine_map.h"

#define ROOM 4096

static unsigned char qemu[ROOM];

static void text_put(const char *name, const char *text)
{
	assert_int_equal(fdt_property(qemu, name, text, (int)strlen(text) + 1),
			 0);
}

static void node_put(const char *name, const char *compatible)
{
	assert_int_equal(fdt_begin_node(qemu, name), 0);
	if (compatible != NULL)
		text_put("compatible", compatible);
}

static void leaf_put(const char *name, const char *compatible)
{
	node_put(name, compatible);
	assert_int_equal(fdt_end_node(qemu), 0);
}

static void cpu_put(const char *name)
{
	node_put(name, "arm,armv8");
	text_put("device_type", "cpu");
	assert_int_equal(fdt_end_node(qemu), 0);
}

/* A tree with each kind of node that QEMU's has. */
static int tree_setup(void **state)
{
	(void)state;
	assert_int_equal(fdt_create(qemu, ROOM), 0);
	assert_int_equal(fdt_finish_reservemap(qemu), 0);
	node_put("", "linux,dummy-virt");
	leaf_put("platform-bus@c000000", "qemu,platform");
	leaf_put("fw-cfg@9020000", "qemu,fw-cfg-mmio");
	leaf_put("virtio_mmio@a000000", "virtio,mmio");
	leaf_put("virtio_mmio@a000200", "virtio,mmio");
	leaf_put("pcie@10000000", "pci-host-ecam-generic");
	leaf_put("pl011@9000000", "arm,pl011");
	node_put("cpus", NULL);
	leaf_put("cpu-map", NULL);
	cpu_put("cpu@0");
	cpu_put("cpu@1");
	assert_int_equal(fdt_end_node(qemu), 0);
	node_put("chosen", NULL);
	text_put("stdout-path", "/pl011");
	assert_int_equal(fdt_end_node(qemu), 0);
	assert_int_equal(fdt_end_node(qemu), 0);
	assert_int_equal(fdt_finish(qemu), 0);
	return 0;
}

static void *made(const struct boot_tree *boot)
{
	void *tree = NULL;
	size_t size = 0;

	assert_null(boot_tree_make(boot, qemu, sizeof(qemu), &tree, &size));
	assert_int_equal(fdt_totalsize(tree), size);
	assert_int_equal(fdt_check_full(tree, size), 0);
	return tree;
}

static const void *property(const void *tree, const char *path,
			    const char *name, int size)
{
	int found = 0;
	const void *value =
		fdt_getprop(tree, fdt_path_offset(tree, path), name, &found);

	assert_int_equal(found, size);
	return value;
}

static void assert_text(const void *tree, const char *path, const char *name,
			const char *text)
{
	assert_string_equal(property(tree, path, name, (int)strlen(text) + 1),
			    text);
}

static void assert_pair(const void *tree, const char *path, const char *name,
			uint64_t first, uint64_t second)
{
	const fdt64_t *cells = property(tree, path, name, 16);

	assert_int_equal(fdt64_ld(&cells[0]), first);
	assert_int_equal(fdt64_ld(&cells[1]), second);
}

static void closed_devices_are_gone(void **state)
{
	static const char *const gone[] = {
		"/platform-bus@c000000", "/fw-cfg@9020000",
		"/virtio_mmio@a000000", "/virtio_mmio@a000200", "/pcie@10000000"
	};
	const struct boot_tree boot = { .cmdline = NULL };
	void *tree = made(&boot);

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		assert_int_equal(fdt_path_offset(tree, gone[i]),
				 -FDT_ERR_NOTFOUND);
	}
	assert_true(fdt_path_offset(tree, "/pl011@9000000") > 0);
	free(tree);
}

static void psci_starts_cpus(void **state)
{
	const struct boot_tree boot = { .cmdline = NULL };
	void *tree = made(&boot);

	(void)state;
	assert_text(tree, "/psci", "method", "smc");
	assert_memory_equal(property(tree, "/psci", "compatible", 26),
			    "arm,psci-1.0\0arm,psci-0.2", 26);
	assert_text(tree, "/cpus/cpu@0", "enable-method", "psci");
	assert_text(tree, "/cpus/cpu@1", "enable-method", "psci");
	assert_null(fdt_getprop(tree, fdt_path_offset(tree, "/cpus/cpu-map"),
				"enable-method", NULL));
	free(tree);
}

static void firmware_is_reserved(void **state)
{
	const struct boot_tree boot = { .cmdline = NULL };
	void *tree = made(&boot);
	const char *node = "/reserved-memory/firmware@401f0000";
	const fdt64_t *reg = property(tree, node, "reg", 16);

	(void)state;
	/* All that is not Non-secure at the start of DRAM. */
	assert_int_equal(fdt64_ld(&reg[0]), MACHINE_SMMU_TABLES_BASE);
	assert_int_equal(fdt64_ld(&reg[0]) + fdt64_ld(&reg[1]),
			 MACHINE_HYP_BASE);
	(void)property(tree, node, "no-map", 0);
	(void)property(tree, "/reserved-memory", "ranges", 0);
	free(tree);
}

static void modules_are_for_a_hypervisor_with_a_kernel(void **state)
{
	const struct boot_tree boot = {
		.kernel = { 0x44000000, 0x2000001 },
		.initrd = { 0x48000000, 77 },
		.cmdline = "console=hvc0",
		.hypervisor_cmdline = "dom0_mem=1G",
	};
	void *tree = made(&boot);
	const char *kernel = "/chosen/module@44000000";
	const char *initrd = "/chosen/module@48000000";

	(void)state;
	assert_text(tree, "/chosen", "xen,xen-bootargs", "dom0_mem=1G");
	assert_text(tree, "/chosen", "stdout-path", "/pl011");
	assert_memory_equal(property(tree, kernel, "compatible", 34),
			    "multiboot,kernel\0multiboot,module", 34);
	assert_pair(tree, kernel, "reg", 0x44000000, 0x2000001);
	assert_text(tree, kernel, "bootargs", "console=hvc0");
	assert_memory_equal(property(tree, initrd, "compatible", 35),
			    "multiboot,ramdisk\0multiboot,module", 35);
	assert_pair(tree, initrd, "reg", 0x48000000, 77);
	assert_int_equal(
		fdt_address_cells(tree, fdt_path_offset(tree, "/chosen")), 2);
	assert_int_equal(fdt_size_cells(tree, fdt_path_offset(tree, "/chosen")),
			 2);
	free(tree);
}

static void a_kernel_has_the_initrd_itself(void **state)
{
	const struct boot_tree boot = {
		.initrd = { 0x48000000, 77 },
		.cmdline = "quiet",
	};
	void *tree = made(&boot);
	const fdt64_t *end = property(tree, "/chosen", "linux,initrd-end", 8);

	(void)state;
	assert_text(tree, "/chosen", "bootargs", "quiet");
	assert_int_equal(fdt64_ld(end), 0x48000000 + 77);
	end = property(tree, "/chosen", "linux,initrd-start", 8);
	assert_int_equal(fdt64_ld(end), 0x48000000);
	free(tree);
}

static void what_is_no_tree_is_refused(void **state)
{
	const struct boot_tree boot = { .cmdline = NULL };
	void *tree;
	size_t size;

	(void)state;
	assert_non_null(boot_tree_make(&boot, qemu, 20, &tree, &size));
	qemu[0] ^= 1;
	assert_non_null(boot_tree_make(&boot, qemu, sizeof(qemu), &tree, &size));
	qemu[0] ^= 1;
}

static void a_command_line_must_fit(void **state)
{
	static char text[MACHINE_DTB_MAX / 3];
	const struct boot_tree boot = { .cmdline = text };
	void *tree;
	size_t size;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_string_equal(
		boot_tree_make(&boot, qemu, sizeof(qemu), &tree, &size),
		"the command lines are too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_devices_are_gone),
		cmocka_unit_test(psci_starts_cpus),
		cmocka_unit_test(firmware_is_reserved),
		cmocka_unit_test(modules_are_for_a_hypervisor_with_a_kernel),
		cmocka_unit_test(a_kernel_has_the_initrd_itself),
		cmocka_unit_test(what_is_no_tree_is_refused),
		cmocka_unit_test(a_command_line_must_fit),
	};

	return cmocka_run_group_tests(tests, tree_setup, NULL);
}
