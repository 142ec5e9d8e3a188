/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels: from the file to the bytes at the entry point. */
#ifndef REEVE_TOOLSTACK_IMAGE_KERNEL_H
#define REEVE_TOOLSTACK_IMAGE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"
#include "toolstack/image/image.h"

/* Files may not be larger, packed or unpacked. */
#define KERNEL_SIZE_MAX ((size_t)1 << 30)

struct kernel {
	struct blob bytes; /* an arm64 Image */
	struct image_kernel_info info;
	uint64_t memory_size; /* what it needs from its start, whole pages */
};

#define KERNEL_NONE ((struct kernel){ .bytes = BLOB_NONE })

/*
 * Reads the file and makes a kernel of it. 0, REEVE_ERR_IO, REEVE_ERR_IMAGE
 * or REEVE_ERR_MEMORY; *kernel is KERNEL_NONE on failure.
 */
int kernel_load(struct kernel *kernel, const struct image_file *file,
		struct reeve_report *report);

/*
 * The same of bytes in memory, which it takes over (*raw becomes BLOB_NONE),
 * with a bound on their unpacked size; file is named in errors.
 */
int kernel_unpack(struct kernel *kernel, struct blob *raw, size_t limit,
		  const struct image_file *file, struct reeve_report *report);

void kernel_free(struct kernel *kernel); /* leaves KERNEL_NONE */

/* What the bytes seem to be when they are no kernel for us: "an ELF file". */
const char *foreign_format(struct span bytes);

/*
 * Looks for "Linux version X.Y" and fills the banner, allocated and freed
 * with the kernel, and the version, if there is one. 0 or REEVE_ERR_MEMORY.
 */
int banner_find(struct span bytes, struct image_kernel_info *info);

#endif
