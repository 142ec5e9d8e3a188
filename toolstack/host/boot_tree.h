/* SPDX-License-Identifier: BSD-3-Clause */
/* The device tree of a hypervisor that is not ours: QEMU's own, with what our
 * firmware changes about the machine. */
#ifndef REEVE_TOOLSTACK_HOST_BOOT_TREE_H
#define REEVE_TOOLSTACK_HOST_BOOT_TREE_H

#include <stddef.h>
#include <stdint.h>

struct boot_range {
	uint64_t base;
	uint64_t size; /* 0: there is nothing */
};

struct boot_tree {
	/* The kernel that the hypervisor starts. Without, the hypervisor is
	 * itself a kernel, and has the initrd. */
	struct boot_range kernel;
	struct boot_range initrd;
	const char *cmdline; /* of the kernel, whichever it is; NULL: none */
	const char *hypervisor_cmdline; /* NULL: none */
};

/*
 * Edits a tree of *size bytes. Returns NULL with the new tree in *out, which
 * the caller frees, and its size; or what is wrong.
 *
 * The firmware's PSCI is added and its memory reserved; the devices that it has
 * closed, because they access memory past it, are removed.
 */
const char *boot_tree_make(const struct boot_tree *boot, const void *tree,
			   size_t tree_size, void **out, size_t *size);

#endif
