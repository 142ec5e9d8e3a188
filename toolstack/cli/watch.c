/* SPDX-License-Identifier: BSD-3-Clause */
/* The watch of a long operation: signals that end it, and a line that shows its
 * progress. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* Progress is shown only after this time, in milliseconds. */
#define SHOW_AFTER_MS 1000

static volatile sig_atomic_t stopped;

struct progress {
	bool terminal;
	bool shown; /* a line is on the terminal that must be erased */
	struct timespec begin;
};

static struct progress progress;

static void stop_note(int number)
{
	(void)number;
	stopped = 1;
}

static bool is_late(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - progress.begin.tv_sec) * 1000 +
		       (now.tv_nsec - progress.begin.tv_nsec) / 1000000 >=
	       SHOW_AFTER_MS;
}

static void progress_show(const char *step, uint64_t done, uint64_t all)
{
	progress.shown = true;
	if (all != 0) {
		fprintf(stderr, "\r\033[K%s: %" PRIu64 " %%", step,
			done >= all ? 100 : done * 100 / all);
	} else {
		fprintf(stderr, "\r\033[K%s ...", step);
	}
}

static bool watch_go_on(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)ctx;
	if (progress.terminal && is_late())
		progress_show(step, done, all);
	return stopped == 0;
}

const struct reeve_watch *cli_watch(void)
{
	static const struct reeve_watch watch = { .go_on = watch_go_on };
	const struct sigaction action = { .sa_handler = stop_note };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);
	progress = (struct progress){ .terminal = isatty(STDERR_FILENO) };
	clock_gettime(CLOCK_MONOTONIC, &progress.begin);
	return &watch;
}

bool cli_is_stopped(void)
{
	return stopped != 0;
}

void cli_watch_clear(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}
