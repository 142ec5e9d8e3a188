/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where kernel, initrd and device tree go: libxl's rules, with the kernel's
 * BSS reserved as its header asks. A pure function of the sizes.
 */
#ifndef REEVE_TOOLSTACK_IMAGE_LAYOUT_H
#define REEVE_TOOLSTACK_IMAGE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "toolstack/image/image.h"

/* All in bytes. */
struct layout_sizes {
	uint64_t ram; /* rounded down to whole MiB */
	uint64_t text_offset; /* the kernel's, whole pages */
	uint64_t kernel; /* with its BSS */
	uint64_t initrd; /* 0: none */
	uint64_t dtb;
};

/* IPAs, all page-aligned. */
struct layout {
	uint64_t kernel;
	uint64_t initrd; /* means nothing if there is none */
	uint64_t dtb; /* directly behind the initrd's last page */
};

/* Bank 0 is filled before bank 1; beyond both, RAM is cut off. */
void layout_banks(uint64_t ram, struct image_bank banks[2]);

/* Whether everything fits; *layout is written only then. */
bool layout_place(const struct layout_sizes *sizes, struct layout *layout);

/*
 * The least RAM, in bytes and a multiple of 1 MiB, for which layout_place()
 * succeeds, whatever sizes->ram says. 0: none, the first bank is too small.
 */
uint64_t layout_minimum(const struct layout_sizes *sizes);

#endif
