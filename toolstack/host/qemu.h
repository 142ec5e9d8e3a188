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
	struct shares shares; /* for a machine with our hypervisor only */
	bool shares_plain; /* they are offered in both ways */
	/* For a hypervisor that serves no control interface: the machine has no
	 * ports and no device that accesses memory; its UART is a console; and
	 * a reset starts it again. The rest is for such a machine only. */
	bool foreign;
	bool tree; /* it has BOOT_TREE of the folder (boot.h), not QEMU's own */
	uint64_t kernel_at; /* where BOOT_KERNEL is; 0: there is none */
	uint64_t initrd_at; /* the same of BOOT_INITRD */
	bool dump; /* QEMU only writes BOOT_QEMU_TREE */
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

/* Returns true once QEMU runs the machine, which it then tells over its socket
 * for commands. *stream is -1 at first, and the caller closes it at the end. */
bool qemu_runs(const struct folder *folder, int *stream);

/* Reports why a QEMU that has ended did not work. Returns REEVE_ERR_HOST. */
int qemu_blame(const struct folder *folder, const char *program,
	       struct reeve_report *report);
/* The same for a machine that runs but does not answer. */
int qemu_blame_silence(const struct folder *folder, struct reeve_report *report);

#endif
