/* SPDX-License-Identifier: BSD-3-Clause */
/* The watch of a long operation: signals that end it, a line on a terminal that
 * shows its progress, and a message about what it waits for. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* Times in milliseconds. Progress is shown on a terminal only after
 * SHOW_AFTER_MS. Elsewhere one message tells of a wait of TELL_AFTER_MS; a gap
 * of BREAK_MS between two questions to the watch ends a wait. */
#define SHOW_AFTER_MS 1000
#define TELL_AFTER_MS 2000
#define BREAK_MS      1000

/* The room of a progress line, which must not be longer than the terminal is
 * wide: only its last row could be erased. */
#define LINE_WIDTH "75"

static volatile sig_atomic_t stopped;

struct progress {
	bool terminal;
	bool shown; /* a line is on the terminal that must be erased */
	bool told; /* the message about a wait was printed */
	int64_t begin;
	int64_t end; /* the operation is given up then */
	int64_t waits_since;
	int64_t asked; /* the last time */
};

static struct progress progress;

static void stop_note(int number)
{
	(void)number;
	stopped = 1;
}

int64_t cli_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void progress_show(const char *step, uint64_t done, uint64_t all)
{
	progress.shown = true;
	if (all != 0) {
		fprintf(stderr, "\r\033[K%s: %" PRIu64 " %%", step,
			done >= all ? 100 : done * 100 / all);
	} else {
		fprintf(stderr, "\r\033[K%." LINE_WIDTH "s ...", step);
	}
}

/* Returns true once the operation has done nothing but wait for
 * TELL_AFTER_MS. */
static bool waits_long(uint64_t done, uint64_t all)
{
	int64_t now = cli_now_ms();

	if (done != 0 || all != 0 || now - progress.asked > BREAK_MS)
		progress.waits_since = now;
	progress.asked = now;
	return now - progress.waits_since >= TELL_AFTER_MS;
}

static bool watch_show(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)ctx;
	if (progress.terminal) {
		if (cli_now_ms() - progress.begin >= SHOW_AFTER_MS)
			progress_show(step, done, all);
	} else if (waits_long(done, all) && !progress.told) {
		fprintf(stderr, "reeve: %s\n", step);
		progress.told = true;
	}
	return true;
}

static bool watch_go_on(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	return watch_show(ctx, step, done, all) && stopped == 0 &&
	       cli_now_ms() < progress.end;
}

static void progress_begin(void)
{
	progress.terminal = isatty(STDERR_FILENO) != 0;
	progress.shown = false;
	progress.begin = cli_now_ms();
	progress.end = INT64_MAX;
	progress.waits_since = progress.begin;
	progress.asked = progress.begin;
}

void cli_signals_handle(void (*handler)(int number))
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = { .sa_handler = handler };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction now;

		if (sigaction(numbers[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

const struct reeve_watch *cli_watch(void)
{
	static const struct reeve_watch watch = { .go_on = watch_go_on };

	cli_signals_handle(stop_note);
	progress_begin();
	return &watch;
}

const struct reeve_watch *cli_watch_for(int64_t ms)
{
	const struct reeve_watch *watch = cli_watch();

	progress.end = progress.begin + ms;
	return watch;
}

const struct reeve_watch *cli_watch_firm(void)
{
	static const struct reeve_watch watch = { .go_on = watch_show };

	progress_begin();
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
