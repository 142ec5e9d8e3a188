/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes in pages of their own: those of a file, or those that were unpacked
 * from it. The last page is filled up with zeros, so that whole pages can be
 * loaded into a guest from where they lie. */
#ifndef REEVE_TOOLSTACK_IMAGE_BLOB_H
#define REEVE_TOOLSTACK_IMAGE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/image.h"

struct blob {
	uint8_t *data;
	size_t size;
	size_t mapped; /* bytes to unmap; 0: data is borrowed or NULL */
	int lease_fd; /* keeps writers away from a mapped file; or -1 */
};

#define BLOB_NONE ((struct blob){ .lease_fd = -1 })

/* Makes room for capacity bytes and keeps the bytes that are there; new
 * room is zero. The blob must not be mapped from a file. Returns 0 or
 * REEVE_ERR_MEMORY. */
int blob_reserve(struct blob *blob, size_t capacity);

/* Makes the first size bytes of the room the content: gives back the pages
 * behind them and zeroes the rest of the last page. */
void blob_trim(struct blob *blob, size_t size);

/*
 * Loads a regular file of at most limit bytes; key names the setting in errors.
 *
 * If the kernel grants a lease on the file, the file is mapped, and the lease
 * keeps its bytes unchanged while the blob lives. Only a writer who waits
 * longer than /proc/sys/fs/lease-break-time gets through. Without a lease the
 * bytes are copied.
 *
 * Returns 0, REEVE_ERR_IO, REEVE_ERR_IMAGE (too large) or REEVE_ERR_MEMORY.
 */
int blob_load(struct blob *blob, const struct image_file *file, const char *key,
	      size_t limit, struct reeve_report *report);

void blob_free(struct blob *blob); /* leaves BLOB_NONE; may be repeated */

#endif
