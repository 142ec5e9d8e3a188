/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading files into blobs: mapped under a lease, copied, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/image/blob.h"
#include "toolstack/image/fixture.h"

static int load(struct blob *blob, const char *path, size_t limit,
		struct reeve_report *report)
{
	struct image_file file = { path, { "guest.cfg", 7, 1 } };

	return blob_load(blob, &file, "ramdisk", limit, report);
}

static void expect_refusal(const char *path, size_t limit, int code,
			   const char *message)
{
	struct reeve_report *report = reeve_report_new();
	const struct reeve_diagnostic *item;
	struct blob blob;

	assert_int_equal(load(&blob, path, limit, report), code);
	assert_null(blob.data);
	assert_int_equal(blob.lease_fd, -1);
	item = fixture_only(report, REEVE_ERROR);
	assert_string_equal(item->key, "ramdisk");
	assert_int_equal(item->line, 7);
	assert_non_null(strstr(item->message, message));
	reeve_report_free(report);
}

static void expect_hello(struct blob *blob)
{
	assert_int_equal(blob->size, 5);
	assert_memory_equal(blob->data, "hello", 5);
	for (size_t i = 5; i < 4096; i++)
		assert_int_equal(blob->data[i], 0);
	blob_free(blob);
	assert_null(blob->data);
	blob_free(blob); /* may be repeated */
}

static void file_is_loaded(void **state)
{
	const char *path = fixture_file("whole", "hello", 5);
	struct reeve_report *report = reeve_report_new();
	struct blob blob;

	(void)state;
	assert_int_equal(load(&blob, path, 5, report), REEVE_OK);
	expect_hello(&blob);
	reeve_report_free(report);
}

/* A file that some process has open for writing cannot be leased, only
 * copied. */
static void file_with_a_writer_is_copied(void **state)
{
	const char *path = fixture_file("writer", "hello", 5);
	struct reeve_report *report = reeve_report_new();
	int writer = open(path, O_WRONLY | O_CLOEXEC);
	struct blob blob;

	(void)state;
	assert_true(writer >= 0);
	assert_int_equal(load(&blob, path, 5, report), REEVE_OK);
	assert_int_equal(blob.lease_fd, -1);
	assert_int_equal(ftruncate(writer, 0), 0);
	expect_hello(&blob);
	close(writer);
	reeve_report_free(report);
}

/* No writer gets at the mapped bytes, and no signal is delivered. */
static void mapped_file_keeps_writers_away(void **state)
{
	const char *path = fixture_file("leased", "hello", 5);
	struct reeve_report *report = reeve_report_new();
	struct blob blob;

	(void)state;
	assert_int_equal(load(&blob, path, 5, report), REEVE_OK);
	if (blob.lease_fd >= 0) { /* without: the file system has no leases */
		assert_int_equal(open(path, O_WRONLY | O_NONBLOCK), -1);
		assert_int_equal(errno, EWOULDBLOCK);
	}
	expect_hello(&blob);
	reeve_report_free(report);
}

static void limit_is_kept(void **state)
{
	const char *path = fixture_file("large", "hello", 5);

	(void)state;
	expect_refusal(path, 4, REEVE_ERR_IMAGE,
		       "the file has 5 bytes, more than the 4 allowed");
}

static void size_beyond_memory_is_refused(void **state)
{
	const char *path = fixture_file("hole", NULL, (size_t)2 << 30);

	(void)state;
	expect_refusal(
		path, (size_t)1 << 30, REEVE_ERR_IMAGE,
		"the file has 2147483648 bytes, more than the 1073741824 allowed");
}

static void empty_file_is_refused(void **state)
{
	const char *path = fixture_file("empty", "", 0);

	(void)state;
	expect_refusal(path, 5, REEVE_ERR_IMAGE, "the file is empty");
}

static void missing_file_is_refused(void **state)
{
	(void)state;
	expect_refusal(
		"/nonexistent/x", 5, REEVE_ERR_IO,
		"/nonexistent/x: cannot be opened: No such file or directory");
}

static void what_is_no_file_is_refused(void **state)
{
	const char *fifo = fixture_file("fifo", "", 0);

	(void)state;
	expect_refusal("/", 5, REEVE_ERR_IO, "not a regular file");
	expect_refusal("/dev/zero", 5, REEVE_ERR_IO, "not a regular file");
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_refusal(fifo, 5, REEVE_ERR_IO, "not a regular file");
}

static void room_grows_and_keeps_its_bytes(void **state)
{
	struct blob blob = BLOB_NONE;

	(void)state;
	assert_int_equal(blob_reserve(&blob, 1), REEVE_OK);
	assert_int_equal(blob.mapped, 4096);
	memset(blob.data, 'x', 4096);
	assert_int_equal(blob_reserve(&blob, 1 << 20), REEVE_OK);
	assert_int_equal(blob.mapped, 1 << 20);
	assert_int_equal(blob.data[4095], 'x');
	assert_int_equal(blob.data[4096], 0);
	blob_trim(&blob, 10);
	assert_int_equal(blob.mapped, 4096);
	assert_int_equal(blob.data[9], 'x');
	assert_int_equal(blob.data[10], 0);
	assert_int_equal(blob.data[4095], 0);
	blob_free(&blob);
}

static void impossible_room_is_refused(void **state)
{
	struct blob blob = BLOB_NONE;

	(void)state;
	assert_int_equal(blob_reserve(&blob, (size_t)1 << 60), REEVE_ERR_MEMORY);
	assert_null(blob.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_loaded),
		cmocka_unit_test(file_with_a_writer_is_copied),
		cmocka_unit_test(mapped_file_keeps_writers_away),
		cmocka_unit_test(limit_is_kept),
		cmocka_unit_test(size_beyond_memory_is_refused),
		cmocka_unit_test(empty_file_is_refused),
		cmocka_unit_test(missing_file_is_refused),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(room_grows_and_keeps_its_bytes),
		cmocka_unit_test(impossible_room_is_refused),
	};

	return cmocka_run_group_tests_name("blob", tests, fixture_setup,
					   fixture_teardown);
}
