/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The private runtime folder of a host, and the lock in it. The process that
 * holds the lock owns the folder. That is first the process that makes the
 * host, then QEMU, which inherits the lock. So a host lives exactly as long as
 * its lock is held. A host whose folder was removed has lost it, and lives on
 * (lost.c). A folder whose lock nobody holds is a leftover.
 *
 *   lock            held as described above
 *   ram             the machine's RAM, or a link to it in /dev/shm
 *   flash           firmware, keys and platform token
 *   host.json       pid, memory, cpus ... (record.h)
 *   pid             the same pid, written by QEMU itself
 *   platform.pem    the public platform key
 *   control-N.sock  a control port; control-N.lock names its client
 *   console-N.sock  a console; console-N.lock likewise; console-N.log
 *   qmp.sock        QEMU's own commands, for devices; devices.lock names the
 *                   client
 *   guest-ID.json   the measurement that was predicted of a Realm
 *   serial.log, monitor.log, qemu.log
 *   serial.sock     the UART of a machine whose hypervisor is not ours;
 *                   serial.lock names the client
 */
#ifndef REEVE_TOOLSTACK_HOST_FOLDER_H
#define REEVE_TOOLSTACK_HOST_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/report/report.h"

#define FOLDER_PATH_SIZE 108 /* that of sockaddr_un, with the NUL */

struct folder {
	char name[REEVE_HOST_NAME_SIZE];
	char path[FOLDER_PATH_SIZE];
};

/* The path of a file in a host's folder. */
struct folder_path {
	char text[FOLDER_PATH_SIZE + 32];
};
__attribute__((format(printf, 2, 3))) struct folder_path
folder_path(const struct folder *folder, const char *format, ...);

/* Finds the folder of the host of that name (NULL: the default host). The
 * folder itself need not exist, but the folder that contains it does, and only
 * this user has access to it. */
int folder_of(const char *name, struct folder *out, struct reeve_report *report);
/* Returns true if the path is a folder that belongs to this user and that
 * nobody else has access to. */
bool folder_is_private(const char *path);
/* Notes that the host is being stopped, so that nobody who was connected to it
 * is sent to logs which are removed with the folder. */
void folder_note_stop(const struct folder *folder);
/* Returns true if the host was stopped, or if its folder is gone already. */
bool folder_is_stopped(const struct folder *folder);
/* Reports that no host of the folder's name runs, where the logs of one that
 * has ended are, and how to start one. Returns REEVE_ERR_HOST. */
int folder_tell_no_host(const struct folder *folder,
			struct reeve_report *report);
/* Lists the names of all folders, sorted. folder_names_free() frees the
 * list. */
int folder_names(char ***names, size_t *count, struct reeve_report *report);
void folder_names_free(char **names, size_t count);

enum folder_state {
	FOLDER_ABSENT,
	FOLDER_STALE, /* nobody holds the lock: a leftover */
	FOLDER_HELD,
};
enum folder_state folder_state(const struct folder *folder);

/* Takes the lock, which makes the folder if it is absent, and removes
 * everything else in the folder. *lock is closed on exec. Returns
 * REEVE_ERR_HOST if another process holds the lock. */
int folder_take(const struct folder *folder, int *lock,
		struct reeve_report *report);
/* The same for a folder that exists. If it does not, returns REEVE_OK and *lock
 * is -1. Nothing is removed. */
int folder_take_stale(const struct folder *folder, int *lock,
		      struct reeve_report *report);
/* Removes the folder. The caller holds its lock. */
void folder_remove(const struct folder *folder);
/* Removes all but the log of the machine's console. Returns false, and removes
 * nothing, if it is empty. */
bool folder_keep_log(const struct folder *folder);
#define FOLDER_LOG "serial.log"

/*
 * Makes the RAM file, sparse. It lies in memory if there is a file system in
 * memory with room for it. Returns REEVE_ERR_IO if there is no room, or on an
 * error. *fd: the RAM lies outside of the folder, and is a leftover as soon as
 * this descriptor and all that were inherited from it are closed; -1: it lies
 * in the folder.
 */
int folder_ram(const struct folder *folder, uint64_t size, int *fd,
	       struct reeve_report *report);
/* The same, outside in any case. */
int folder_ram_outside(const struct folder *folder, uint64_t size, int *fd,
		       struct reeve_report *report);
/* Removes what is left outside of folders, of all hosts of this user. */
void folder_ram_clean(void);

/*
 * Finds a host that has lost its folder: its process runs, but cannot be
 * reached any more. Returns its pid; 0: there is none. *process is a pidfd of
 * it that the caller closes.
 */
long folder_lost(const struct folder *folder, int *process);
/* Calls found for each such host of this user. A result other than 0 ends the
 * search, and is returned. */
typedef int folder_lost_fn(void *ctx, const struct folder *folder, long pid);
int folder_lost_each(folder_lost_fn *found, void *ctx);

/* Returns true if systemd removes the folder when this user logs out for the
 * last time. root is put before the paths of systemd: "" but in tests. */
bool folder_is_of_session(const char *path, const char *root);

/* Writes a file of mode 0600, either as a whole or not at all. */
int folder_write(const struct folder *folder, const char *name,
		 const void *data, size_t size, struct reeve_report *report);
/* Reads a file of at most max bytes and puts a NUL behind them; the caller
 * frees. Returns NULL if it cannot be read, and errno tells why (EFBIG: the
 * file is larger). */
char *folder_file_read(const char *path, size_t max, size_t *size);

#endif
