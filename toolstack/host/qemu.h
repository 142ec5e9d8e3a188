/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine: QEMU's command line, and QEMU as a process of its own. */
#ifndef REEVE_TOOLSTACK_HOST_QEMU_H
#define REEVE_TOOLSTACK_HOST_QEMU_H

#include <sys/types.h>

#include "toolstack/host/folder.h"
#include "toolstack/host/share.h"

struct qemu_options {
	uint64_t memory; /* bytes, whole MiB */
	unsigned cpus;
	struct shares shares;
};

/* Makes the command line for a machine in a folder, an argv that
 * qemu_arguments_free() frees. Returns NULL if memory is short. The program is
 * $REEVE_QEMU, or qemu-system-aarch64. */
char **qemu_arguments(const struct folder *folder,
		      const struct qemu_options *options);
void qemu_arguments_free(char **arguments);

/* The descriptor under which QEMU has the lock of its folder. */
#define QEMU_LOCK_FD 3

/* The files that QEMU inherits. */
struct qemu_files {
	int lock; /* of the folder */
	int ram; /* of the RAM outside of the folder; -1: there is none */
};

/* Runs QEMU in a session of its own. Besides *files it inherits only qemu.log,
 * which takes its output. Returns REEVE_ERR_HOST if it cannot be run. */
int qemu_spawn(const struct folder *folder, char **arguments,
	       const struct qemu_files *files, pid_t *pid,
	       struct reeve_report *report);

/* Reports why a QEMU that has ended did not work. Returns REEVE_ERR_HOST. */
int qemu_blame(const struct folder *folder, const char *program,
	       struct reeve_report *report);
/* The same for a machine that runs but does not answer. */
int qemu_blame_silence(const struct folder *folder, struct reeve_report *report);

#endif
