/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds files whose storage is silent: a server that is gone, a file system of
 * a process that hangs. Whatever opens, looks at or closes such a file waits,
 * perhaps for ever. If that is QEMU, the whole host stands still. So the file
 * is accessed by a process of its own first, which is killed if it gets no
 * answer. An error is an answer, too.
 */
#ifndef REEVE_TOOLSTACK_DEVICES_IMAGES_H
#define REEVE_TOOLSTACK_DEVICES_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "toolstack/report/report.h"

/* These return 0, REEVE_ERR_HOST or REEVE_ERR_CONFIG (a file does not answer),
 * REEVE_ERR_MEMORY, or REEVE_ERR_STOPPED. */

/* Looks at all files that a process has open, as QEMU does itself when it is
 * asked about its disks. Reports the one that does not answer. */
int images_look(pid_t process, const struct reeve_watch *watch,
		struct reeve_report *report);
/* Has all that was written to a file reach its storage, for which it may have
 * to wait, so that QEMU need not do that when it closes the file. */
int image_flush(const char *path, const struct reeve_watch *watch,
		struct reeve_report *report);
/* Opens the file and closes it. Reports nothing if it does not answer. */
int image_try(const char *path, bool writable, const struct reeve_watch *watch);

/* Calls a function for each path, in a process of its own. *silent becomes the
 * index of the path for which it takes longer than patience_ms; or count. For
 * tests. */
typedef void images_touch_fn(const char *path);
int images_touch(images_touch_fn *touch, const char *const *paths, size_t count,
		 int patience_ms, const struct reeve_watch *watch,
		 size_t *silent);

#endif
