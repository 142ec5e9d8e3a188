/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's device tree: the nodes and properties that libxl writes, and
 * those of the two devices that only our hosts have. */
#ifndef REEVE_TOOLSTACK_IMAGE_FDT_GUEST_H
#define REEVE_TOOLSTACK_IMAGE_FDT_GUEST_H

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"
#include "toolstack/image/fdt_writer.h"
#include "toolstack/image/image.h"

/* The version in the tree's model and compatible strings. It is fixed and does
 * not follow the host, because the tree is measured. */
#define FDT_XEN_VERSION "4.22"

/* Phandles that a partial tree must not use. */
#define FDT_PHANDLE_GIC   65000
#define FDT_PHANDLE_IOMMU 65001

/* The bus clock of the real-time clock. A guest that has one is for our hosts,
 * which take no partial tree. */
#define FDT_PHANDLE_CLOCK 65002

/* The largest device tree that Linux maps. */
#define FDT_SIZE_MAX ((size_t)2 << 20)

/* Everything that the tree is made from. */
struct fdt_plan {
	const struct image_request *request;
	struct image_bank banks[2];
	struct fdt_range initrd; /* size 0: none */
	struct span partial; /* checked by fdt_partial_check(), or empty */
};

/*
 * Writes the tree, packed, into *out (an empty blob). The same plan always
 * gives the same bytes. Plans that differ only in addresses give trees of the
 * same size. Returns 0, REEVE_ERR_MEMORY, or REEVE_ERR_IMAGE: larger than
 * FDT_SIZE_MAX.
 */
int fdt_guest_write(const struct fdt_plan *plan, struct blob *out);

/* The nodes that an ordinary guest may have and a Realm never has. */
void fdt_put_hypervisor(struct fdt_writer *w, const struct image_bank banks[2]);
void fdt_put_optee(struct fdt_writer *w);
void fdt_put_vpci(struct fdt_writer *w);

/* The virtio-mmio devices of any guest. */
void fdt_put_virtio(struct fdt_writer *w, const struct image_virtio *devices,
		    size_t count);

/* Checks that the bytes of a file are a partial tree that can be merged.
 * Returns NULL, or what is wrong with it. The bytes must be aligned to 8. */
const char *fdt_partial_check(struct span partial);

/* Copies /passthrough, and /aliases if there is one. */
void fdt_put_partial(struct fdt_writer *w, struct span partial);

/* The flags of an interrupt, which takes three cells: type, number, flags. */
enum fdt_irq_flags {
	FDT_IRQ_EDGE_RISING = 0x1,
	FDT_IRQ_LEVEL_HIGH = 0x4,
	FDT_IRQ_LEVEL_LOW = 0x8,
};
void fdt_put_interrupts(struct fdt_writer *w, const unsigned *intids,
			size_t count, enum fdt_irq_flags flags);

#endif
