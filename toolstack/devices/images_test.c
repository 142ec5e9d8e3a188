/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that answer, and files that do not: the test plays their storage. */
#include "toolstack/devices/images.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BRIEF_MS 300
#define LONG_MS  60000

static void silent_touch(const char *path)
{
	while (strcmp(path, "silent") == 0)
		pause();
}

static size_t silent_of(const char *const *paths, size_t count, int patience_ms)
{
	size_t silent;

	assert_int_equal(images_touch(silent_touch, paths, count, patience_ms,
				      NULL, &silent),
			 REEVE_OK);
	return silent;
}

static void a_file_that_does_not_answer_is_found(void **state)
{
	static const char *const paths[] = { "a", "b", "silent", "c" };

	(void)state;
	assert_int_equal(silent_of(paths, 4, BRIEF_MS), 2);
	assert_int_equal(silent_of(paths, 2, LONG_MS), 2);
	assert_int_equal(silent_of(paths, 0, LONG_MS), 0);
}

/* It takes its time, but it waits for no file. */
static void busy_touch(const char *path)
{
	struct timespec begin, now;

	(void)path;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec < 2);
}

static void a_process_that_runs_is_waited_for(void **state)
{
	static const char *const path = "busy";
	size_t silent;

	(void)state;
	assert_int_equal(
		images_touch(busy_touch, &path, 1, BRIEF_MS, NULL, &silent),
		REEVE_OK);
	assert_int_equal(silent, 1);
}

static bool never(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)step;
	(void)done;
	(void)all;
	++*(int *)ctx;
	return false;
}

static void the_watch_ends_the_wait(void **state)
{
	static const char *const path = "silent";
	int asked = 0;
	const struct reeve_watch watch = { never, &asked };
	size_t silent;

	(void)state;
	assert_int_equal(
		images_touch(silent_touch, &path, 1, LONG_MS, &watch, &silent),
		REEVE_ERR_STOPPED);
	assert_int_equal(asked, 1);
}

/* A process that waits for its file, perhaps for days, must not have the locks
 * of its parent. */
static void locks_touch(const char *path)
{
	int locked = (int)strtol(path, NULL, 10);

	if (fcntl(locked, F_GETFD) >= 0)
		silent_touch("silent");
}

static void nothing_stays_open(void **state)
{
	int lock = open("/dev/null", O_RDONLY);
	char number[12];
	const char *path = number;
	size_t silent;

	(void)state;
	assert_true(lock >= 0);
	(void)snprintf(number, sizeof(number), "%d", lock);
	assert_int_equal(
		images_touch(locks_touch, &path, 1, LONG_MS, NULL, &silent),
		REEVE_OK);
	assert_int_equal(silent, 1);
	close(lock);
}

/* An error is an answer. What is no disk is not opened: that would wait for a
 * writer here. */
static void what_there_is_answers(void **state)
{
	struct reeve_report *report = reeve_report_new();
	char folder[] = "/tmp/reeve-img-XXXXXX";
	char path[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(image_try(path, false, NULL), REEVE_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(image_try(path, true, NULL), REEVE_OK);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(image_try(path, true, NULL), REEVE_OK);
	assert_int_equal(image_flush(path, NULL, report), REEVE_OK);
	assert_int_equal(images_look(getpid(), NULL, report), REEVE_OK);
	assert_int_equal(images_look(0, NULL, report), REEVE_OK);
	assert_int_equal(reeve_report_count(report), 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	reeve_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_does_not_answer_is_found),
		cmocka_unit_test(a_process_that_runs_is_waited_for),
		cmocka_unit_test(the_watch_ends_the_wait),
		cmocka_unit_test(nothing_stays_open),
		cmocka_unit_test(what_there_is_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
