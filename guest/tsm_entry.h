/* SPDX-License-Identifier: BSD-3-Clause */
/* One entry of the TSM reports, as files. Tests have another kernel. Every
 * function sets errno when it fails. */
#ifndef REEVE_GUEST_TSM_ENTRY_H
#define REEVE_GUEST_TSM_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tsm_entry {
	char path[256];
};

/* Makes a new entry; it exists until tsm_entry_remove(). */
bool tsm_entry_make(const char *folder, struct tsm_entry *out);
void tsm_entry_remove(const struct tsm_entry *entry);

/* Reads at most capacity bytes of a file of the entry. Returns their number, or
 * -1. */
ssize_t tsm_entry_read(const struct tsm_entry *entry, const char *name,
		       void *to, size_t capacity);
/* Writes a file of the entry in one piece. */
bool tsm_entry_write(const struct tsm_entry *entry, const char *name,
		     const void *data, size_t size);

#endif
