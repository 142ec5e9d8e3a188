/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at a RAM disk: Linux takes a cpio archive or the image of a file system,
 * plain or compressed, and panics much later if it gets something else. */
#ifndef REEVE_TOOLSTACK_IMAGE_RAMDISK_H
#define REEVE_TOOLSTACK_IMAGE_RAMDISK_H

#include "toolstack/image/bytes.h"
#include "toolstack/image/image.h"

/*
 * Warns of bytes that are surely no RAM disk: those of another kind of file
 * that is known, and text. Everything else may be a file system, and is passed
 * without a word.
 */
void ramdisk_check(struct span bytes, const struct image_file *file,
		   struct reeve_report *report);

/*
 * Unpacks a compressed RAM disk, which takes its time, and warns if the data is
 * incomplete, corrupt, no RAM disk itself, or larger than the guest's memory.
 * Other bytes are passed without a word.
 */
void ramdisk_unpack_check(struct span bytes, const struct image_file *file,
			  uint64_t memory, struct reeve_report *report);

#endif
