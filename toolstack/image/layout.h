/* SPDX-License-Identifier: BSD-3-Clause */
/* Places kernel, initrd and device tree by libxl's rules, but reserves the
 * kernel's BSS as its header asks. The result depends on the sizes only. */
#ifndef REEVE_TOOLSTACK_IMAGE_LAYOUT_H
#define REEVE_TOOLSTACK_IMAGE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "toolstack/image/image.h"

/* All sizes are in bytes. */
struct layout_sizes {
	uint64_t ram; /* rounded down to whole MiB */
	uint64_t text_offset; /* of the kernel, whole pages */
	uint64_t kernel; /* including its BSS */
	uint64_t initrd; /* 0: none */
	uint64_t dtb;
};

/* All are IPAs and page-aligned. */
struct layout {
	uint64_t kernel;
	uint64_t initrd; /* meaningless if there is none */
	uint64_t dtb; /* directly behind the initrd's last page */
};

/* Splits RAM into banks. Bank 0 is filled before bank 1. RAM beyond both is
 * dropped. */
void layout_banks(uint64_t ram, struct image_bank banks[2]);

/* Places the images. Returns false, and leaves *layout alone, if they do not
 * fit. */
bool layout_place(const struct layout_sizes *sizes, struct layout *layout);

/* Returns the least RAM, in bytes and a multiple of 1 MiB, with which
 * layout_place() succeeds; sizes->ram is ignored. Returns 0 if there is none
 * because the first bank is too small. */
uint64_t layout_minimum(const struct layout_sizes *sizes);

#endif
