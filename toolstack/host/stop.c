/* SPDX-License-Identifier: BSD-3-Clause */
/* Stops a host, and lists the hosts that there are. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/folder.h"
#include "toolstack/host/record.h"

/* The time that QEMU gets to end in good order, and then after it was
 * killed. */
#define TERM_PATIENCE_MS 5000
#define KILL_PATIENCE_MS 5000
/* The pause between two looks at the folder's lock. */
#define RELEASE_POLL_MS 10

#define KEY_MAX 4096 /* bytes, the largest platform.pem */

static void entry_fill(const struct folder *folder,
		       struct reeve_host_entry *entry)
{
	*entry = (struct reeve_host_entry){ .state = REEVE_HOST_DEAD };
	if (folder_state(folder) == FOLDER_HELD) {
		entry->state = record_read(folder, entry) ? REEVE_HOST_RUNNING
							  : REEVE_HOST_STARTING;
	}
	memcpy(entry->name, folder->name, sizeof(entry->name));
	memcpy(entry->folder, folder->path, sizeof(entry->folder));
}

static int tell_none(const struct folder *folder, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    "start it with reeve host start",
			    "there is no host \"%s\"", folder->name);
}

int reeve_host_find(const char *name, struct reeve_host_entry *out,
		    struct reeve_report *report)
{
	struct folder folder;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	if (folder_state(&folder) == FOLDER_ABSENT)
		return tell_none(&folder, report);
	entry_fill(&folder, out);
	return REEVE_OK;
}

int reeve_host_list(struct reeve_host_entry **list, size_t *count,
		    struct reeve_report *report)
{
	struct reeve_host_entry *entries;
	char **names;
	size_t found;
	size_t used = 0;
	int result = folder_names(&names, &found, report);

	if (result != REEVE_OK)
		return result;
	entries = calloc(found + 1, sizeof(*entries));
	for (size_t i = 0; entries != NULL && i < found; i++) {
		struct folder folder;

		result = folder_of(names[i], &folder, report);
		if (result != REEVE_OK)
			break;
		if (folder_state(&folder) != FOLDER_ABSENT)
			entry_fill(&folder, &entries[used++]);
	}
	folder_names_free(names, found);
	if (entries == NULL)
		return REEVE_ERR_MEMORY;
	if (result != REEVE_OK) {
		free(entries);
		return result;
	}
	*list = entries;
	*count = used;
	return REEVE_OK;
}

int reeve_host_key(const char *name, char **pem, struct reeve_report *report)
{
	struct folder_path path;
	struct folder folder;
	size_t size;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	if (folder_state(&folder) != FOLDER_HELD)
		return tell_none(&folder, report);
	path = folder_path(&folder, "platform.pem");
	*pem = folder_file_read(path.text, KEY_MAX, &size);
	if (*pem != NULL)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s cannot be read: %s", path.text, strerror(errno));
}

/* ---- Stopping ------------------------------------------------------------ */

/* Sends a signal and waits until the process has ended. */
static bool signal_and_wait(int process, int signal, int patience_ms)
{
	struct pollfd poller = { .fd = process, .events = POLLIN };
	int ready;

	if (syscall(SYS_pidfd_send_signal, process, signal, NULL, 0) != 0)
		return errno == ESRCH;
	do {
		ready = poll(&poller, 1, patience_ms);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/* Ends QEMU. While the lock is held, the process with the recorded pid is QEMU.
 * So the lock is looked at again after the process was opened: if it is still
 * held, the process that was opened is QEMU. */
static int process_end(const struct folder *folder, struct reeve_report *report)
{
	long pid = record_pid(folder);
	bool ended;
	int process;

	if (pid == 0) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL,
				    "try again when it has started",
				    "the host \"%s\" is being started",
				    folder->name);
	}
	process = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (process < 0 && errno == ESRCH)
		return REEVE_OK;
	if (process >= 0 && folder_state(folder) != FOLDER_HELD) {
		close(process);
		return REEVE_OK;
	}
	ended = process >= 0 &&
		(signal_and_wait(process, SIGTERM, TERM_PATIENCE_MS) ||
		 signal_and_wait(process, SIGKILL, KILL_PATIENCE_MS));
	if (process >= 0)
		close(process);
	if (ended)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "QEMU, process %ld, cannot be ended: %s", pid,
			    process < 0 ? strerror(errno) : "it does not go");
}

/* Waits until the lock is free: a process that is still starting this host
 * undoes its work once the machine has gone. */
static void await_release(const struct folder *folder)
{
	for (int waited = 0;
	     waited < KILL_PATIENCE_MS && folder_state(folder) == FOLDER_HELD;
	     waited += RELEASE_POLL_MS) {
		clock_pause(RELEASE_POLL_MS);
	}
}

int reeve_host_stop(const char *name, struct reeve_report *report)
{
	struct folder folder;
	int lock = -1;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	if (folder_state(&folder) == FOLDER_ABSENT)
		return tell_none(&folder, report);
	if (folder_state(&folder) == FOLDER_HELD)
		result = process_end(&folder, report);
	if (result == REEVE_OK) {
		await_release(&folder);
		result = folder_take_stale(&folder, &lock, report);
	}
	if (lock >= 0) {
		folder_remove(&folder);
		close(lock);
	}
	return result;
}
