/* SPDX-License-Identifier: BSD-3-Clause */
/* A hypervisor that the user brings, and what it boots from if it is not one of
 * ours: files in RAM, and a device tree that names them. */
#ifndef REEVE_TOOLSTACK_HOST_BOOT_H
#define REEVE_TOOLSTACK_HOST_BOOT_H

#include "toolstack/host/folder.h"
#include "toolstack/image/kernel.h"

struct boot {
	struct kernel hypervisor; /* unpacked; no bytes: ours is used */
	/* It does not serve our control interface (abi/hypervisor_mark.h). */
	bool foreign;
	struct kernel kernel; /* the one it starts; no bytes: none */
	struct blob initrd; /* no bytes: none */
	/* Addresses in the machine; 0: there is no such file. */
	uint64_t kernel_at;
	uint64_t initrd_at;
};

#define BOOT_NONE                                                              \
	((struct boot){ .hypervisor = KERNEL_NONE,                             \
			.kernel = KERNEL_NONE,                                 \
			.initrd = BLOB_NONE })

/* Returns true if these bytes say that they serve our control interface: at the
 * start of an image, or anywhere in a flash that contains it. */
bool boot_is_marked(struct span image);
bool boot_has_marked(struct span flash);

/* Loads the files that the options name into *boot, which is BOOT_NONE, and
 * places them in a machine with that much memory. The caller frees *boot in any
 * case. */
int boot_load(struct boot *boot, const struct reeve_host_options *options,
	      uint64_t memory, struct reeve_report *report);

/* Refuses options that only foreign hypervisors have with a hypervisor of ours,
 * and the other way round. boot->foreign is final. */
int boot_check(const struct boot *boot, const struct reeve_host_options *options,
	       struct reeve_report *report);

/* Writes the files and the edited tree into the folder, in which QEMU has put
 * its own tree as BOOT_QEMU_TREE. */
int boot_write(const struct boot *boot, const struct folder *folder,
	       const struct reeve_host_options *options,
	       struct reeve_report *report);
/* Removes what QEMU has read by now. */
void boot_unlink(const struct folder *folder);

#define BOOT_QEMU_TREE "tree.qemu"
#define BOOT_TREE      "tree"
#define BOOT_KERNEL    "kernel"
#define BOOT_INITRD    "initrd"

void boot_free(struct boot *boot);

#endif
