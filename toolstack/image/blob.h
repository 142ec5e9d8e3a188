/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes in whole pages of their own: a file's, or what was unpacked from it.
 * The page after the last byte is filled up with zeros, so that whole pages
 * can be loaded into a guest from where they are.
 */
#ifndef REEVE_TOOLSTACK_IMAGE_BLOB_H
#define REEVE_TOOLSTACK_IMAGE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/image.h"

struct blob {
	uint8_t *data;
	size_t size;
	size_t mapped; /* bytes to unmap, 0: data is borrowed or NULL */
	int lease_fd; /* keeps writers away from a mapped file, or -1 */
};

#define BLOB_NONE ((struct blob){ .lease_fd = -1 })

/*
 * Makes room for capacity bytes, keeping the first ones; new room is zero.
 * Only for a blob that was not mapped from a file. 0 or REEVE_ERR_MEMORY.
 */
int blob_reserve(struct blob *blob, size_t capacity);

/*
 * Says that the first size bytes of the room are the content: gives back the
 * pages behind them and zeroes the rest of the last one.
 */
void blob_trim(struct blob *blob, size_t size);

/*
 * The bytes of a regular file of at most limit bytes; key names the setting
 * in errors. The file is mapped when the kernel grants a lease on it, which
 * keeps its bytes as they are while the blob lives (a writer who waits longer
 * than /proc/sys/fs/lease-break-time gets through), and is copied otherwise.
 * 0, REEVE_ERR_IO, REEVE_ERR_IMAGE (too large) or REEVE_ERR_MEMORY.
 */
int blob_load(struct blob *blob, const struct image_file *file, const char *key,
	      size_t limit, struct reeve_report *report);

void blob_free(struct blob *blob); /* leaves BLOB_NONE; idempotent */

#endif
