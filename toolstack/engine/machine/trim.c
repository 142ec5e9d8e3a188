/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gives memory of the host that no guest uses back to this computer: the
 * hypervisor lends runs of free pages, and a hole is punched for each in the
 * file of the machine's RAM. Nobody uses these pages until the hypervisor has
 * them back.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/machine_map.h"
#include "toolstack/engine/machine/internal.h"
#include "toolstack/host/reply.h"
#include "toolstack/host/watch.h"

/* So many requests are made before other clients can have the port. */
#define STEPS 8

/* Returns the first page from pa on for which the file has content, as a PA.
 * Returns 0 if there is none. */
static uint64_t content_find(const struct engine *engine, uint64_t pa)
{
	off_t at =
		lseek(engine->ram, (off_t)(pa - MACHINE_DRAM_BASE), SEEK_DATA);

	if (at < 0)
		return 0;
	return MACHINE_DRAM_BASE +
	       (uint64_t)at / MACHINE_PAGE_SIZE * MACHINE_PAGE_SIZE;
}

/* Returns 0, or an errno. */
static int run_drop(const struct engine *engine,
		    const struct control_free_run *run)
{
	off_t from = (off_t)(run->pa - MACHINE_DRAM_BASE);
	off_t size = (off_t)(run->pages * MACHINE_PAGE_SIZE);

	while (fallocate(engine->ram, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 from, size) != 0) {
		if (errno != EINTR)
			return errno;
	}
	return 0;
}

/* Drops the runs of a reply. A file system without holes ends the search, and
 * is no error: *pa becomes 0. */
static int runs_drop(struct engine *engine, const struct control_trim *trim,
		     uint64_t *pa, struct reeve_report *report)
{
	for (unsigned i = 0; i < trim->count; i++) {
		int error = run_drop(engine, &trim->runs[i]);

		if (error == EOPNOTSUPP) {
			*pa = 0;
			return REEVE_OK;
		}
		if (error != 0) {
			return report_error(report, REEVE_ERR_IO, NULL, NULL,
					    NULL,
					    "the host's memory cannot be given "
					    "back: %s",
					    strerror(error));
		}
	}
	return REEVE_OK;
}

/* Drops what is free from *pa on, as far as one request goes. Moves *pa to
 * where to go on, or to 0. */
static int trim_step(struct engine *engine, uint64_t *pa,
		     struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_HOST_TRIM,
		.body.trim = { *pa, CONTROL_TRIM_PAGES },
	};
	struct control_reply reply;
	const struct control_trim *trim = &reply.body.trim;
	uint64_t asked = *pa;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	if (!reply_trim(trim, asked, engine->ram_size))
		return link_protocol_error(report);
	*pa = trim->next != 0 ? content_find(engine, trim->next) : 0;
	result = runs_drop(engine, trim, pa, report);
	if (result == REEVE_OK &&
	    !watch_go_on(engine->watch, "giving memory back",
			 asked - MACHINE_DRAM_BASE, engine->ram_size))
		return REEVE_ERR_STOPPED;
	return result;
}

static int give_back(struct engine *engine, struct reeve_report *report)
{
	struct control_request request = { .op = CONTROL_HOST_TRIM };

	return machine_ask(engine, &request, NULL, report);
}

static uint64_t bytes_used(const struct engine *engine)
{
	struct stat status;

	return fstat(engine->ram, &status) == 0
		       ? (uint64_t)status.st_blocks * 512
		       : 0;
}

int machine_trim(struct engine *engine, uint64_t *freed,
		 struct reeve_report *report)
{
	uint64_t pa = content_find(engine, MACHINE_HYP_BASE + MACHINE_HYP_SIZE);
	uint64_t before = bytes_used(engine);
	uint64_t after;
	int result = REEVE_OK;

	for (unsigned step = 1; result == REEVE_OK && pa != 0; step++) {
		result = trim_step(engine, &pa, report);
		if (result == REEVE_OK && pa != 0 && step % STEPS == 0) {
			result = give_back(engine, report);
			link_release(engine->link, false);
		}
	}
	after = bytes_used(engine);
	*freed = before > after ? before - after : 0;
	/* Whatever else failed, the end of the connection gives them back. */
	return result == REEVE_OK ? give_back(engine, report) : result;
}
