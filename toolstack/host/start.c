/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts a host: folder → flash → RAM → QEMU → an answer. If a step fails, all
 * steps before it are undone; only what the machine said is kept. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/machine_map.h"
#include "toolstack/host/clock.h"
#include "toolstack/host/firmware.h"
#include "toolstack/host/link.h"
#include "toolstack/host/qemu.h"
#include "toolstack/host/record.h"
#include "toolstack/host/watch.h"

#define MIB            ((uint64_t)1 << 20)
#define MEMORY_DEFAULT (2048 * MIB)
#define MEMORY_LEAST   (256 * MIB)
/* The monitor's memory has room for the granule tables of this much RAM. */
#define MEMORY_MOST  (MIB * 1024 * 95)
#define CPUS_DEFAULT 4
/* The monitor maps the memory for devices in blocks of this size. */
#define DMA_BLOCK (2 * MIB)
/* So much beside it is left for the firmware, and for what Realms need. */
#define DMA_REST (128 * MIB)

/* The longest time that a machine may take to boot. */
#define BOOT_PATIENCE_MS 120000
/* The pause between two attempts to greet it. */
#define HELLO_POLL_MS 20

struct start {
	const struct reeve_host_options *options;
	const struct reeve_watch *watch;
	struct reeve_report *report;
	struct folder folder;
	struct qemu_options machine;
	struct boot boot;
	struct qemu_files files; /* lock -1: not taken */
	int commands; /* a stream for commands of QEMU; -1: not connected */
	pid_t pid; /* 0: no process */
};

/* ---- Options ---------------------------------------------------------------- */

static unsigned cpus_default(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus < CPUS_DEFAULT ? (unsigned)cpus : CPUS_DEFAULT;
}

/* Without the attributes a guest can only read. */
static void attributes_check(const struct start *start)
{
	const struct shares *shares = &start->machine.shares;

	for (unsigned i = 0; i < shares->count; i++) {
		if (share_keeps_attributes(shares->paths[i]))
			continue;
		report_add(start->report, REEVE_WARNING, NULL, NULL,
			   start->machine.shares_plain
				   ? "share a folder elsewhere, or write "
				     "security_model=none for the guest"
				   : "share a folder elsewhere",
			   "'%s' keeps no extended attributes of users: guests "
			   "can make nothing there",
			   shares->paths[i]);
	}
}

static int shares_check(struct start *start)
{
	const char *list = start->options->shares;
	const char *at;
	const char *wrong;
	size_t length;

	if (list == NULL)
		return REEVE_OK;
	wrong = shares_read(list, &start->machine.shares, &at, &length);
	start->machine.shares_plain = share_is_offered(SHARE_PLAIN);
	if (wrong == NULL) {
		attributes_check(start);
		return REEVE_OK;
	}
	return report_error(start->report, REEVE_ERR_ARGUMENT, NULL, NULL,
			    "give folders of this computer, separated by colons",
			    "'%.*s' cannot be shared: %s", (int)length, at,
			    wrong);
}

/* A size in the unit in which it was given, for a message. */
struct size_text {
	char text[32];
};

static struct size_text size_of(uint64_t bytes)
{
	bool whole = bytes % MIB == 0;
	struct size_text size;

	(void)snprintf(size.text, sizeof(size.text), "%" PRIu64 " %s",
		       whole ? bytes / MIB : bytes, whole ? "MiB" : "bytes");
	return size;
}

static int options_check(struct start *start)
{
	const struct reeve_host_options *options = start->options;
	uint64_t memory = options->memory;

	if (memory == 0)
		memory = MEMORY_DEFAULT;
	if (memory < MEMORY_LEAST || memory > MEMORY_MOST || memory % MIB != 0) {
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, "give 256 MiB to 95 GiB, whole MiB",
				    "a host cannot have a memory of %s",
				    size_of(memory).text);
	}
	if (options->dma_memory % DMA_BLOCK != 0 ||
	    options->dma_memory > memory - DMA_REST) {
		char hint[64];

		snprintf(hint, sizeof(hint), "give 2 to %" PRIu64 " MiB, even",
			 (memory - DMA_REST) / MIB);
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, hint,
				    "devices cannot have %s of this host's "
				    "memory",
				    size_of(options->dma_memory).text);
	}
	if (options->cpus > MACHINE_MAX_CPUS) {
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, "give 1 to 32",
				    "a host cannot have %u CPUs", options->cpus);
	}
	start->machine.memory = memory;
	start->machine.cpus =
		options->cpus != 0 ? options->cpus : cpus_default();
	return shares_check(start);
}

/* ---- What the machine runs ---------------------------------------------------- */

static int hypervisor_make(struct start *start)
{
	struct boot *boot = &start->boot;
	int result = boot_load(boot, start->options, start->machine.memory,
			       start->report);

	if (result == REEVE_OK) {
		result = firmware_write(&start->folder, start->options, boot,
					start->report);
	}
	if (result == REEVE_OK)
		result = boot_check(boot, start->options, start->report);
	start->machine.foreign = boot->foreign;
	/* A flash of another project brings its own tree. */
	start->machine.tree = boot->foreign && boot->hypervisor.bytes.size != 0;
	start->machine.kernel_at = boot->kernel_at;
	start->machine.initrd_at = boot->initrd_at;
	return result;
}

/* ---- RAM ---------------------------------------------------------------------- */

static int ram_make(struct start *start)
{
	folder_ram_clean();
	return folder_ram(&start->folder, start->machine.memory,
			  &start->files.ram, start->report);
}

/* ---- The process --------------------------------------------------------------- */

static int start_record_write(const struct start *start)
{
	struct reeve_host_entry entry = {
		.pid = start->pid,
		.memory = start->machine.memory,
		.cpus = start->machine.cpus,
		.debug_console = start->options->debug_console,
		.foreign = start->machine.foreign,
	};
	const char *program = start->options->hypervisor != NULL
				      ? start->options->hypervisor
				      : start->options->monitor;
	char *whole = entry.foreign ? realpath(program, NULL) : NULL;

	if (entry.foreign) {
		snprintf(entry.runs, sizeof(entry.runs), "%s",
			 whole != NULL ? whole : program);
	}
	free(whole);
	return record_write(&start->folder, &entry, start->report);
}

/* Returns true if QEMU has ended; its pid is then forgotten. */
static bool has_ended(struct start *start)
{
	if (waitpid(start->pid, NULL, WNOHANG) != start->pid)
		return false;
	start->pid = 0;
	return true;
}

/* Sends HELLO once. A failure is not reported, because it may only be too
 * early. */
static int machine_greet(const struct start *start, int patience_ms)
{
	struct reeve_report *unheard = reeve_report_new();
	int result;

	if (unheard == NULL)
		return REEVE_ERR_MEMORY;
	result = link_greet(&start->folder, start->watch, patience_ms, unheard);
	reeve_report_free(unheard);
	return result;
}

/* Looks once whether the machine is started. A host of ours then answers; of a
 * foreign one we only know that QEMU runs it. */
static int machine_look(struct start *start, int patience_ms)
{
	if (!start->machine.foreign)
		return machine_greet(start, patience_ms);
	return qemu_runs(&start->folder, &start->commands) ? REEVE_OK
							   : REEVE_ERR_HOST;
}

/* Waits until the machine is started, has ended, or takes too long. */
static int await_start(struct start *start, const char *program)
{
	int64_t begin = clock_ms();
	int result = REEVE_ERR_HOST;

	while (result == REEVE_ERR_HOST) {
		int64_t elapsed = clock_ms() - begin;

		if (has_ended(start)) {
			return qemu_blame(&start->folder, program,
					  start->report);
		}
		if (elapsed >= BOOT_PATIENCE_MS)
			return qemu_blame_silence(&start->folder, start->report);
		if (!watch_go_on(start->watch, "starting the host", 0, 0))
			return REEVE_ERR_STOPPED;
		clock_pause(HELLO_POLL_MS);
		result = machine_look(start, (int)(BOOT_PATIENCE_MS - elapsed));
	}
	return result;
}

/* Waits until a QEMU that only writes its tree has ended. */
static int await_dump(struct start *start)
{
	while (!has_ended(start)) {
		if (!watch_go_on(start->watch, "reading QEMU's device tree", 0,
				 0))
			return REEVE_ERR_STOPPED;
		clock_pause(HELLO_POLL_MS);
	}
	return REEVE_OK;
}

/* Runs QEMU until the function await() has returned. */
static int qemu_run(struct start *start,
		    int (*await)(struct start *start, const char *program))
{
	char **arguments = qemu_arguments(&start->folder, &start->machine);
	int result;

	if (arguments == NULL)
		return REEVE_ERR_MEMORY;
	result = qemu_spawn(&start->folder, arguments, &start->files,
			    &start->pid, start->report);
	if (result == REEVE_OK)
		result = await(start, arguments[0]);
	qemu_arguments_free(arguments);
	return result;
}

static int await_tree(struct start *start, const char *program)
{
	int result = await_dump(start);
	struct folder_path path = folder_path(&start->folder, BOOT_QEMU_TREE);

	if (result == REEVE_OK && access(path.text, R_OK) != 0)
		result = qemu_blame(&start->folder, program, start->report);
	return result;
}

static int tree_make(struct start *start)
{
	int result;

	start->machine.dump = true;
	result = qemu_run(start, await_tree);
	start->machine.dump = false;
	if (result == REEVE_OK) {
		result = boot_write(&start->boot, &start->folder,
				    start->options, start->report);
	}
	return result;
}

static int await_machine(struct start *start, const char *program)
{
	int result = start_record_write(start);

	return result == REEVE_OK ? await_start(start, program) : result;
}

static int machine_run(struct start *start)
{
	int result = start->machine.tree ? tree_make(start) : REEVE_OK;

	if (result == REEVE_OK)
		result = qemu_run(start, await_machine);
	boot_unlink(&start->folder);
	return result;
}

/* ---- The folder --------------------------------------------------------------- */

/* Takes the folder, unless a host that has lost it still runs. */
static int start_folder_take(struct start *start)
{
	const struct folder *folder = &start->folder;
	int process;
	long pid = folder_lost(folder, &process);

	if (pid != 0) {
		close(process);
		return report_error(
			start->report, REEVE_ERR_HOST, NULL, NULL,
			"stop it with reeve host stop, or choose another --name",
			"the host \"%s\" still runs, as process %ld, but its "
			"folder has been removed",
			folder->name, pid);
	}
	return folder_take(folder, &start->files.lock, start->report);
}

static void warn_of_session(const struct start *start)
{
	if (!folder_is_of_session(start->folder.path, ""))
		return;
	report_add(start->report, REEVE_WARNING, NULL, NULL,
		   "loginctl enable-linger, or set XDG_RUNTIME_DIR to another "
		   "folder",
		   "systemd removes %s when you log out for the last time; the "
		   "host then runs on but cannot be reached",
		   start->folder.path);
}

/* ---- The way ------------------------------------------------------------------- */

/* Undoes a start that failed with that result. */
static void start_undo(struct start *start, int result)
{
	if (start->pid > 0) {
		kill(start->pid, SIGKILL);
		while (waitpid(start->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (start->files.lock < 0)
		return;
	if (result == REEVE_ERR_HOST && folder_keep_log(&start->folder)) {
		report_add(start->report, REEVE_NOTE, NULL, NULL, NULL,
			   "what the machine said is in %s/serial.log",
			   start->folder.path);
	} else {
		folder_remove(&start->folder);
	}
}

int reeve_host_start(const struct reeve_host_options *options,
		     const struct reeve_watch *watch,
		     struct reeve_report *report)
{
	struct start start = {
		.options = options,
		.watch = watch,
		.report = report,
		.boot = BOOT_NONE,
		.files = { -1, -1 },
		.commands = -1,
	};
	int result = options_check(&start);

	if (result == REEVE_OK)
		result = folder_of(options->name, &start.folder, report);
	if (result == REEVE_OK)
		result = start_folder_take(&start);
	if (result == REEVE_OK)
		result = link_locks_make(&start.folder, report);
	if (result == REEVE_OK)
		result = hypervisor_make(&start);
	if (result == REEVE_OK)
		result = ram_make(&start);
	if (result == REEVE_OK)
		result = machine_run(&start);
	if (result == REEVE_OK)
		warn_of_session(&start);
	else
		start_undo(&start, result);
	boot_free(&start.boot);
	if (start.commands >= 0)
		close(start.commands);
	if (start.files.lock >= 0)
		close(start.files.lock);
	if (start.files.ram >= 0)
		close(start.files.ram);
	return result;
}
