/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a device tree from front to back. The first error sticks and makes all
 * later calls do nothing. So the code of a node reads as a list of its
 * properties. Addresses and sizes take two cells each, as the root of a guest's
 * tree says.
 */
#ifndef REEVE_TOOLSTACK_IMAGE_FDT_WRITER_H
#define REEVE_TOOLSTACK_IMAGE_FDT_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct fdt_writer {
	void *fdt; /* zeroed before: libfdt does not write the padding */
	int error; /* 0 or a negative FDT_ERR_* */
};

struct fdt_range {
	uint64_t base;
	uint64_t size;
};

void fdt_writer_start(struct fdt_writer *w, void *buffer, size_t size);
void fdt_writer_finish(struct fdt_writer *w);
/* Records a negative FDT_ERR_* that the caller found, unless there is an error
 * already. */
void fdt_fail(struct fdt_writer *w, int error);

void fdt_open(struct fdt_writer *w, const char *name);
void fdt_open_at(struct fdt_writer *w, const char *name, uint64_t unit);
void fdt_close(struct fdt_writer *w);

/* Puts the bytes as they are. A constant list of strings is put this way. */
void fdt_put(struct fdt_writer *w, const char *name, const void *data,
	     size_t size);
void fdt_put_empty(struct fdt_writer *w, const char *name);
void fdt_put_string(struct fdt_writer *w, const char *name, const char *text);
void fdt_put_cell(struct fdt_writer *w, const char *name, uint32_t cell);
void fdt_put_cells(struct fdt_writer *w, const char *name,
		   const uint32_t *cells, size_t count);
void fdt_put_u64(struct fdt_writer *w, const char *name, uint64_t value);
void fdt_put_ranges(struct fdt_writer *w, const char *name,
		    const struct fdt_range *ranges, size_t count);

#endif
