/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts a host: folder → flash → RAM → QEMU → an answer. If a step fails, all
 * steps before it are undone. */
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
	struct qemu_files files; /* lock -1: not taken */
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

static int options_check(struct start *start)
{
	const struct reeve_host_options *options = start->options;
	uint64_t memory = options->memory;

	if (memory == 0)
		memory = MEMORY_DEFAULT;
	if (memory < MEMORY_LEAST || memory > MEMORY_MOST || memory % MIB != 0) {
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, "give 256 MiB to 95 GiB, whole MiB",
				    "a host cannot have a memory of %" PRIu64
				    " bytes",
				    memory);
	}
	if (options->dma_memory % DMA_BLOCK != 0 ||
	    options->dma_memory > memory - DMA_REST) {
		char hint[64];

		snprintf(hint, sizeof(hint), "give 2 to %" PRIu64 " MiB, even",
			 (memory - DMA_REST) / MIB);
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, hint,
				    "devices cannot have %" PRIu64
				    " bytes of this host's memory",
				    options->dma_memory);
	}
	if (options->cpus > MACHINE_MAX_CPUS) {
		return report_error(start->report, REEVE_ERR_ARGUMENT, NULL,
				    NULL, "give 1 to 32",
				    "a host cannot have %u CPUs", options->cpus);
	}
	start->machine.memory = memory;
	start->machine.cpus =
		options->cpus != 0 ? options->cpus : cpus_default();
	return REEVE_OK;
}

/* ---- Flash ------------------------------------------------------------------- */

static int image_write(const struct start *start, const struct flash *flash,
		       const struct platform *platform)
{
	const struct flash_settings settings = {
		.dma_memory = start->options->dma_memory,
		.foreign_hypervisor = start->options->hypervisor != NULL,
	};
	struct flash_part parts[FIRMWARE_PARTS];
	const char *wrong;
	uint8_t *image;
	size_t size;
	int result;

	memcpy(parts, flash->part, sizeof(parts));
	parts[FIRMWARE_PROVISION] =
		(struct flash_part){ platform->part, sizeof(platform->part) };
	wrong = flash_pack(parts, &settings, &image, &size);
	if (wrong != NULL) {
		return report_error(start->report, REEVE_ERR_IO, NULL, NULL,
				    NULL, "the firmware cannot be packed: %s",
				    wrong);
	}
	result = folder_write(&start->folder, "flash", image, size,
			      start->report);
	explicit_bzero(image, size);
	free(image);
	if (result == REEVE_OK) {
		result = folder_write(&start->folder, "platform.pem",
				      platform->key_pem,
				      strlen(platform->key_pem), start->report);
	}
	return result;
}

static int flash_make(const struct start *start)
{
	struct platform_request request;
	struct platform platform;
	struct flash flash;
	int result =
		firmware_load(start->options, &flash, &request, start->report);

	if (result != REEVE_OK)
		return result;
	result = platform_make(&request, &platform, start->report);
	if (result == REEVE_OK) {
		result = image_write(start, &flash, &platform);
		platform_dispose(&platform);
	}
	flash_dispose(&flash);
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
	const struct reeve_host_entry entry = {
		.pid = start->pid,
		.memory = start->machine.memory,
		.cpus = start->machine.cpus,
		.debug_console = start->options->debug_console,
	};

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
	struct link *link;
	int result;

	if (unheard == NULL)
		return REEVE_ERR_MEMORY;
	result = link_open(&start->folder, start->watch, patience_ms, &link,
			   unheard);
	if (result == REEVE_OK)
		link_close(link);
	reeve_report_free(unheard);
	return result;
}

/* Waits until the machine answers, has ended, or takes too long. */
static int await_answer(struct start *start, const char *program)
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
		result = machine_greet(start, (int)(BOOT_PATIENCE_MS - elapsed));
	}
	return result;
}

static int machine_run(struct start *start)
{
	char **arguments = qemu_arguments(&start->folder, &start->machine);
	int result;

	if (arguments == NULL)
		return REEVE_ERR_MEMORY;
	result = qemu_spawn(&start->folder, arguments, &start->files,
			    &start->pid, start->report);
	if (result == REEVE_OK)
		result = start_record_write(start);
	if (result == REEVE_OK)
		result = await_answer(start, arguments[0]);
	qemu_arguments_free(arguments);
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

static void start_undo(struct start *start)
{
	if (start->pid > 0) {
		kill(start->pid, SIGKILL);
		while (waitpid(start->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (start->files.lock >= 0)
		folder_remove(&start->folder);
}

int reeve_host_start(const struct reeve_host_options *options,
		     const struct reeve_watch *watch,
		     struct reeve_report *report)
{
	struct start start = {
		.options = options,
		.watch = watch,
		.report = report,
		.files = { -1, -1 },
	};
	int result = options_check(&start);

	if (result == REEVE_OK)
		result = folder_of(options->name, &start.folder, report);
	if (result == REEVE_OK)
		result = start_folder_take(&start);
	if (result == REEVE_OK)
		result = link_locks_make(&start.folder, report);
	if (result == REEVE_OK)
		result = flash_make(&start);
	if (result == REEVE_OK)
		result = ram_make(&start);
	if (result == REEVE_OK)
		result = machine_run(&start);
	if (result == REEVE_OK)
		warn_of_session(&start);
	else
		start_undo(&start);
	if (start.files.lock >= 0)
		close(start.files.lock);
	if (start.files.ram >= 0)
		close(start.files.ram);
	return result;
}
