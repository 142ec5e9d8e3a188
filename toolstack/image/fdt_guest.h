/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's device tree: libxl's, node by node and property by property. */
#ifndef REEVE_TOOLSTACK_IMAGE_FDT_GUEST_H
#define REEVE_TOOLSTACK_IMAGE_FDT_GUEST_H

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"
#include "toolstack/image/fdt_writer.h"
#include "toolstack/image/image.h"

/*
 * The version that the tree names in model and compatible strings. It is
 * fixed, because the tree is measured: it does not follow the host.
 */
#define FDT_XEN_VERSION "4.22"

/* A partial tree must not use them. */
#define FDT_PHANDLE_GIC   65000
#define FDT_PHANDLE_IOMMU 65001

/* Linux maps no more of a tree than this. */
#define FDT_SIZE_MAX ((size_t)2 << 20)

/* What the tree is made from. */
struct fdt_plan {
	const struct image_request *request;
	struct image_bank banks[2];
	struct fdt_range initrd; /* size 0: none */
	struct span partial; /* checked by fdt_partial_check(); or empty */
};

/*
 * Writes the tree, packed, into *out (an empty blob). The same plan gives the
 * same bytes, and plans that differ in addresses only the same size. 0,
 * REEVE_ERR_MEMORY, or REEVE_ERR_IMAGE: larger than FDT_SIZE_MAX.
 */
int fdt_guest_write(const struct fdt_plan *plan, struct blob *out);

/* The nodes that an ordinary guest may have and a Realm never has. */
void fdt_put_hypervisor(struct fdt_writer *w, const struct image_bank banks[2]);
void fdt_put_optee(struct fdt_writer *w);
void fdt_put_vpci(struct fdt_writer *w);
void fdt_put_virtio(struct fdt_writer *w, const struct image_virtio *devices,
		    size_t count);

/*
 * Whether bytes from a file are a partial tree that can be merged: NULL, or
 * what is wrong with it. The bytes must be aligned to 8.
 */
const char *fdt_partial_check(struct span partial);

/* Copies /passthrough and, if there is one, /aliases. */
void fdt_put_partial(struct fdt_writer *w, struct span partial);

/* <type number flags> of an interrupt, as three cells. */
enum fdt_irq_flags {
	FDT_IRQ_EDGE_RISING = 0x1,
	FDT_IRQ_LEVEL_HIGH = 0x4,
	FDT_IRQ_LEVEL_LOW = 0x8,
};
void fdt_put_interrupts(struct fdt_writer *w, const unsigned *intids,
			size_t count, enum fdt_irq_flags flags);

#endif
