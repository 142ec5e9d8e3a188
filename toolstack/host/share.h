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

/*
 * The ways in which QEMU keeps what a guest makes in a folder. Mapped: owner,
 * mode and kind are extended attributes of plain files, which belong to QEMU's
 * user. Plain, as with xl: the files are what the guest made, as far as QEMU's
 * user may make it. QEMU of root could make anything: it offers the first only.
 */
enum share_way {
	SHARE_MAPPED,
	SHARE_PLAIN,
};

struct shares {
	char paths[SHARES_MAX][PATH_MAX]; /* without links, as realpath(3) */
	unsigned count;
};

/* Reads a list of folders, separated by colons. Returns NULL, or what is wrong
 * with the first length bytes at *at. */
const char *shares_read(const char *list, struct shares *shares,
			const char **at, size_t *length);

/* Makes the id of a path of struct shares. */
void share_id(const char *path, enum share_way way, char id[SHARE_ID]);

/* Returns true if this process, and its QEMU, may offer folders in a way. */
bool share_is_offered(enum share_way way);

/* Returns true if a folder's file system keeps the attributes of mapped
 * files. */
bool share_keeps_attributes(const char *path);

#endif
