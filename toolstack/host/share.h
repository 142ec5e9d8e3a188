/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Folders of this computer that a host offers to its guests (p9). QEMU learns
 * of them when it starts, and knows each by an id that is made of its path: so
 * whoever makes a guest's device later needs no record of them.
 */
#ifndef REEVE_TOOLSTACK_HOST_SHARE_H
#define REEVE_TOOLSTACK_HOST_SHARE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define SHARES_MAX 16
#define SHARE_ID   24 /* bytes, with its NUL */

struct shares {
	char paths[SHARES_MAX][PATH_MAX]; /* without links, as realpath(3) */
	unsigned count;
};

/* Reads a list of folders, separated by colons. Returns NULL, or what is wrong
 * with the first length bytes at *at. */
const char *shares_read(const char *list, struct shares *shares,
			const char **at, size_t *length);

/* Makes the id of a path of struct shares. */
void share_id(const char *path, char id[SHARE_ID]);

#endif
