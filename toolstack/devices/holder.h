/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the process that has locked a file. */
#ifndef REEVE_TOOLSTACK_DEVICES_HOLDER_H
#define REEVE_TOOLSTACK_DEVICES_HOLDER_H

#include <stdbool.h>

struct holder {
	long pid;
	char program[32];
};

/*
 * Looks for a process that has a lock on the file. Only processes of this user
 * can be looked at. Returns false if none of them has one. QEMU locks images by
 * open file description locks, for which the system names no process.
 */
bool holder_find(const char *path, struct holder *out);

#endif
