/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The private runtime folder of a host, and the lock in it. Whoever holds the
 * lock owns the folder: first the process that makes the host, then QEMU,
 * which inherits it. So a host lives exactly as long as its lock is held, and
 * what nobody holds is a leftover.
 *
 *   lock            held as said
 *   ram             the machine's RAM, or a link to it in /dev/shm
 *   flash           firmware, keys and platform token
 *   host.json       pid, memory, cpus ... (record.h)
 *   pid             the same pid, by QEMU itself
 *   platform.pem    the public platform key
 *   control-N.sock  control ports; control-N.lock: who uses one
 *   console-N.sock  consoles; console-N.lock; console-N.log
 *   guest-ID.json   what was predicted of a Realm
 *   serial.log, monitor.log, qemu.log
 */
#ifndef REEVE_TOOLSTACK_HOST_FOLDER_H
#define REEVE_TOOLSTACK_HOST_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/report/report.h"

#define FOLDER_PATH_SIZE 108 /* of sockaddr_un, with the NUL */

struct folder {
	char name[REEVE_HOST_NAME_SIZE];
	char path[FOLDER_PATH_SIZE];
};

/* The path of a file in it. */
struct folder_path {
	char text[FOLDER_PATH_SIZE + 32];
};
__attribute__((format(printf, 2, 3))) struct folder_path
folder_path(const struct folder *folder, const char *format, ...);

/*
 * The folder of the host of that name (NULL: the default). It need not exist,
 * but all above it does, and is this user's alone.
 */
int folder_of(const char *name, struct folder *out, struct reeve_report *report);
/* The names of all folders, sorted, each to be freed with the list. */
int folder_names(char ***names, size_t *count, struct reeve_report *report);
void folder_names_free(char **names, size_t count);

enum folder_state {
	FOLDER_ABSENT,
	FOLDER_STALE, /* nobody holds the lock */
	FOLDER_HELD,
};
enum folder_state folder_state(const struct folder *folder);

/*
 * Takes the lock, making the folder if it is absent, and removes all else in
 * it. *lock is closed on exec. REEVE_ERR_HOST: somebody holds the lock.
 */
int folder_take(const struct folder *folder, int *lock,
		struct reeve_report *report);
/* The same for a folder that is there; REEVE_OK and *lock -1: it is not. */
int folder_take_stale(const struct folder *folder, int *lock,
		      struct reeve_report *report);
/* Removes the folder, whose lock the caller holds. */
void folder_remove(const struct folder *folder);

/*
 * Makes the RAM file, sparse: in memory if there is a file system for that
 * with room for it. REEVE_ERR_IO: no room, or an error.
 */
int folder_ram(const struct folder *folder, uint64_t size,
	       struct reeve_report *report);

/* Writes a file of mode 0600, whole or not at all. */
int folder_write(const struct folder *folder, const char *name,
		 const void *data, size_t size, struct reeve_report *report);
/* Reads a file of at most max bytes, with a NUL behind it; the caller frees.
 * NULL: it cannot be read, and errno tells why (EFBIG: it is larger). */
char *folder_file_read(const char *path, size_t max, size_t *size);

#endif
