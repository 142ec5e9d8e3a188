/* SPDX-License-Identifier: BSD-3-Clause */
/* From a kernel's file to the bytes that are loaded at the entry point. */
#ifndef REEVE_TOOLSTACK_IMAGE_KERNEL_H
#define REEVE_TOOLSTACK_IMAGE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"
#include "toolstack/image/image.h"

/* The size limit of a kernel's file, packed or unpacked. */
#define KERNEL_SIZE_MAX ((size_t)1 << 30)

struct kernel {
	struct blob bytes; /* an arm64 Image */
	struct image_kernel_info info;
	uint64_t memory_size; /* that it needs from its start, whole pages */
};

#define KERNEL_NONE ((struct kernel){ .bytes = BLOB_NONE })

/* Reads the file and makes a kernel of it. Returns 0, REEVE_ERR_IO,
 * REEVE_ERR_IMAGE or REEVE_ERR_MEMORY. *kernel is KERNEL_NONE on failure. */
int kernel_load(struct kernel *kernel, const struct image_file *file,
		struct reeve_report *report);

/* The same for bytes in memory, which the function takes over (*raw becomes
 * BLOB_NONE), with a limit on their unpacked size. Errors name file. */
int kernel_unpack(struct kernel *kernel, struct blob *raw, size_t limit,
		  const struct image_file *file, struct reeve_report *report);

void kernel_free(struct kernel *kernel); /* leaves KERNEL_NONE */

/* Tells what the bytes seem to be if they are no kernel for us, such as "an ELF
 * file". */
const char *foreign_format(struct span bytes);

/* Tells the same of bytes that are no RAM disk. Returns NULL if they may be one
 * or are not known. */
const char *foreign_to_ramdisk(struct span bytes);

/* Returns true if the bytes begin as an arm64 Image or a zboot image does. */
bool kernel_begins(struct span bytes);

/* Looks for "Linux version X.Y". If it is found, fills the version and the
 * banner, which is allocated and is freed with the kernel. Returns 0 or
 * REEVE_ERR_MEMORY. */
int banner_find(struct span bytes, struct image_kernel_info *info);

#endif
