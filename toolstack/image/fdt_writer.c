/* SPDX-License-Identifier: BSD-3-Clause */
/* Drives libfdt's sequential writer, with an error that sticks. */
#include "toolstack/image/fdt_writer.h"

#include <inttypes.h>
#include <libfdt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Longer than every "name@unit" that we write. */
#define NAME_MAX_SIZE 64

void fdt_writer_start(struct fdt_writer *w, void *buffer, size_t size)
{
	w->fdt = buffer;
	w->error = size <= INT_MAX ? fdt_create(buffer, (int)size)
				   : -FDT_ERR_NOSPACE;
	if (w->error == 0)
		w->error = fdt_finish_reservemap(buffer);
}

void fdt_writer_finish(struct fdt_writer *w)
{
	if (w->error == 0)
		w->error = fdt_finish(w->fdt);
}

void fdt_fail(struct fdt_writer *w, int error)
{
	if (w->error == 0)
		w->error = error;
}

void fdt_open(struct fdt_writer *w, const char *name)
{
	if (w->error == 0)
		w->error = fdt_begin_node(w->fdt, name);
}

void fdt_open_at(struct fdt_writer *w, const char *name, uint64_t unit)
{
	char full[NAME_MAX_SIZE];
	int length = snprintf(full, sizeof(full), "%s@%" PRIx64, name, unit);

	if (length < 0 || (size_t)length >= sizeof(full))
		fdt_fail(w, -FDT_ERR_INTERNAL);
	fdt_open(w, full);
}

void fdt_close(struct fdt_writer *w)
{
	if (w->error == 0)
		w->error = fdt_end_node(w->fdt);
}

/* Makes the property and returns its value, which the caller fills, or NULL. */
static void *property_reserve(struct fdt_writer *w, const char *name,
			      size_t size)
{
	void *value = NULL;

	if (size > INT_MAX)
		fdt_fail(w, -FDT_ERR_NOSPACE);
	if (w->error == 0) {
		w->error = fdt_property_placeholder(w->fdt, name, (int)size,
						    &value);
	}
	return w->error == 0 ? value : NULL;
}

void fdt_put(struct fdt_writer *w, const char *name, const void *data,
	     size_t size)
{
	void *value = property_reserve(w, name, size);

	if (value != NULL && size != 0)
		memcpy(value, data, size);
}

void fdt_put_empty(struct fdt_writer *w, const char *name)
{
	(void)property_reserve(w, name, 0); /* nothing to fill */
}

void fdt_put_string(struct fdt_writer *w, const char *name, const char *text)
{
	fdt_put(w, name, text, strlen(text) + 1);
}

void fdt_put_cells(struct fdt_writer *w, const char *name,
		   const uint32_t *cells, size_t count)
{
	fdt32_t *value = property_reserve(w, name, count * sizeof(*value));

	for (size_t i = 0; value != NULL && i < count; i++)
		value[i] = cpu_to_fdt32(cells[i]);
}

void fdt_put_cell(struct fdt_writer *w, const char *name, uint32_t cell)
{
	fdt_put_cells(w, name, &cell, 1);
}

void fdt_put_u64(struct fdt_writer *w, const char *name, uint64_t value)
{
	uint32_t cells[] = { (uint32_t)(value >> 32), (uint32_t)value };

	fdt_put_cells(w, name, cells, 2);
}

void fdt_put_ranges(struct fdt_writer *w, const char *name,
		    const struct fdt_range *ranges, size_t count)
{
	fdt32_t *value = property_reserve(w, name, count * 4 * sizeof(*value));

	for (size_t i = 0; value != NULL && i < count; i++) {
		*value++ = cpu_to_fdt32((uint32_t)(ranges[i].base >> 32));
		*value++ = cpu_to_fdt32((uint32_t)ranges[i].base);
		*value++ = cpu_to_fdt32((uint32_t)(ranges[i].size >> 32));
		*value++ = cpu_to_fdt32((uint32_t)ranges[i].size);
	}
}
