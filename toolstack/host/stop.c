/* SPDX-License-Identifier: BSD-3-Clause */
/* Stops a host, and lists the hosts that there are. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/folder.h"
#include "toolstack/host/record.h"
#include "toolstack/host/watch.h"

/* The time that QEMU gets to end in good order, and then after it was
 * killed. */
#define TERM_PATIENCE_MS 5000
#define KILL_PATIENCE_MS 5000
/* The pause between two looks at the folder's lock. */
#define RELEASE_POLL_MS 10

/* A result inside this file: the time is over. */
#define SILENT 1

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

static void entry_fill_lost(const struct folder *folder, long pid,
			    struct reeve_host_entry *entry)
{
	*entry = (struct reeve_host_entry){ .state = REEVE_HOST_LOST,
					    .pid = pid };
	memcpy(entry->name, folder->name, sizeof(entry->name));
	memcpy(entry->folder, folder->path, sizeof(entry->folder));
}

int reeve_host_find(const char *name, struct reeve_host_entry *out,
		    struct reeve_report *report)
{
	struct folder folder;
	int process;
	long lost;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	if (folder_state(&folder) != FOLDER_ABSENT) {
		entry_fill(&folder, out);
		return REEVE_OK;
	}
	lost = folder_lost(&folder, &process);
	if (lost == 0)
		return folder_tell_no_host(&folder, report);
	close(process);
	entry_fill_lost(&folder, lost, out);
	return REEVE_OK;
}

/* ---- The list ------------------------------------------------------------- */

struct list {
	struct reeve_host_entry *entries;
	size_t count;
};

static bool list_add(struct list *list, const struct reeve_host_entry *entry)
{
	struct reeve_host_entry *grown =
		realloc(list->entries, (list->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return false;
	list->entries = grown;
	grown[list->count++] = *entry;
	return true;
}

static int list_add_lost(void *ctx, const struct folder *folder, long pid)
{
	struct reeve_host_entry entry;

	entry_fill_lost(folder, pid, &entry);
	return list_add(ctx, &entry) ? 0 : REEVE_ERR_MEMORY;
}

static int list_add_name(struct list *list, const char *name,
			 struct reeve_report *report)
{
	struct reeve_host_entry entry;
	struct folder folder;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK || folder_state(&folder) == FOLDER_ABSENT)
		return result;
	entry_fill(&folder, &entry);
	return list_add(list, &entry) ? REEVE_OK : REEVE_ERR_MEMORY;
}

static int by_name(const void *a, const void *b)
{
	const struct reeve_host_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int reeve_host_list(struct reeve_host_entry **list, size_t *count,
		    struct reeve_report *report)
{
	struct list found = { calloc(1, sizeof(*found.entries)), 0 };
	char **names;
	size_t named;
	int result = folder_names(&names, &named, report);

	if (result != REEVE_OK)
		goto out;
	for (size_t i = 0; result == REEVE_OK && i < named; i++)
		result = list_add_name(&found, names[i], report);
	folder_names_free(names, named);
	if (result == REEVE_OK)
		result = folder_lost_each(list_add_lost, &found);
	if (result == REEVE_OK && found.entries == NULL)
		result = REEVE_ERR_MEMORY;
out:
	if (result != REEVE_OK) {
		free(found.entries);
		return result;
	}
	qsort(found.entries, found.count, sizeof(*found.entries), by_name);
	*list = found.entries;
	*count = found.count;
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
		return folder_tell_no_host(&folder, report);
	path = folder_path(&folder, "platform.pem");
	*pem = folder_file_read(path.text, KEY_MAX, &size);
	if (*pem != NULL)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s cannot be read: %s", path.text, strerror(errno));
}

/* ---- Stopping ------------------------------------------------------------ */

/* Waits until the process has ended. Returns SILENT if it takes longer than
 * patience_ms. */
static int await_end(int process, long pid, int patience_ms,
		     const struct reeve_watch *watch)
{
	struct pollfd poller = { .fd = process, .events = POLLIN };
	int64_t deadline = clock_ms() + patience_ms;
	char step[64];

	snprintf(step, sizeof(step), "waiting for the end of process %ld", pid);
	while (poll(&poller, 1, WATCH_STEP_MS) <= 0) {
		if (!watch_go_on(watch, step, 0, 0))
			return REEVE_ERR_STOPPED;
		if (clock_ms() >= deadline)
			return SILENT;
	}
	return REEVE_OK;
}

static bool process_signal(int process, int signal)
{
	return syscall(SYS_pidfd_send_signal, process, signal, NULL, 0) == 0;
}

static int tell_unending(long pid, const char *why, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "QEMU, process %ld, cannot be ended: %s", pid, why);
}

/* Ends a process that was opened, in good order if possible. */
static int process_end(int process, long pid, const struct reeve_watch *watch,
		       struct reeve_report *report)
{
	int result = SILENT;

	if (process_signal(process, SIGTERM))
		result = await_end(process, pid, TERM_PATIENCE_MS, watch);
	if (result == SILENT && process_signal(process, SIGKILL))
		result = await_end(process, pid, KILL_PATIENCE_MS, watch);
	else if (result == SILENT && errno == ESRCH)
		result = REEVE_OK;
	else if (result == SILENT)
		return tell_unending(pid, strerror(errno), report);
	return result == SILENT ? tell_unending(pid, "it does not go", report)
				: result;
}

/* Ends QEMU. While the lock is held, the process with the recorded pid is QEMU.
 * So the lock is looked at again after the process was opened: if it is still
 * held, the process that was opened is QEMU. */
static int qemu_end(const struct folder *folder,
		    const struct reeve_watch *watch, struct reeve_report *report)
{
	long pid = record_pid(folder);
	int result = REEVE_OK;
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
	if (process < 0)
		return tell_unending(pid, strerror(errno), report);
	if (folder_state(folder) == FOLDER_HELD) {
		folder_note_stop(folder);
		result = process_end(process, pid, watch, report);
	}
	close(process);
	return result;
}

/* Waits until the lock is free: a process that is still starting this host
 * undoes its work once the machine has gone. */
static int await_release(const struct folder *folder,
			 const struct reeve_watch *watch)
{
	for (int waited = 0;
	     waited < KILL_PATIENCE_MS && folder_state(folder) == FOLDER_HELD;
	     waited += RELEASE_POLL_MS) {
		if (!watch_go_on(watch,
				 "waiting for the process that starts the host",
				 0, 0))
			return REEVE_ERR_STOPPED;
		clock_pause(RELEASE_POLL_MS);
	}
	return REEVE_OK;
}

/* Ends the processes that have lost this folder. Returns how many, or a
 * result. */
static int lost_end(const struct folder *folder,
		    const struct reeve_watch *watch, struct reeve_report *report)
{
	int result = REEVE_OK;
	int count = 0;
	int process;
	long pid;

	while (result == REEVE_OK && (pid = folder_lost(folder, &process)) != 0) {
		result = process_end(process, pid, watch, report);
		close(process);
		count++;
	}
	return result == REEVE_OK ? count : result;
}

int reeve_host_stop(const char *name, const struct reeve_watch *watch,
		    struct reeve_report *report)
{
	struct folder folder;
	int lock = -1;
	int ended;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	ended = lost_end(&folder, watch, report);
	if (ended < 0)
		return ended;
	if (ended == 0 && folder_state(&folder) == FOLDER_ABSENT) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL,
				    "see reeve host list",
				    "there is no host \"%s\"", folder.name);
	}
	if (folder_state(&folder) == FOLDER_HELD)
		result = qemu_end(&folder, watch, report);
	if (result == REEVE_OK)
		result = await_release(&folder, watch);
	if (result == REEVE_OK)
		result = folder_take_stale(&folder, &lock, report);
	if (lock >= 0) {
		folder_remove(&folder);
		close(lock);
	}
	folder_ram_clean();
	return result;
}
