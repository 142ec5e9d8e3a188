/* SPDX-License-Identifier: BSD-3-Clause */
/* The report keeps each diagnostic, in order, and owns its strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/report/report.h"

static bool allocations_fail;

void *__real_realloc(void *old, size_t size);
void *__real_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return allocations_fail ? NULL : __real_realloc(old, size);
}

void *__wrap_malloc(size_t size)
{
	return allocations_fail ? NULL : __real_malloc(size);
}

static int setup(void **state)
{
	*state = reeve_report_new();
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	reeve_report_free(*state);
	return 0;
}

static void a_new_report_is_empty(void **state)
{
	assert_int_equal(reeve_report_count(*state), 0);
	assert_int_equal(report_errors(*state), 0);
	assert_null(reeve_report_get(*state, 0));
	assert_false(reeve_report_truncated(*state));
}

static void all_that_was_said_is_kept(void **state)
{
	const struct report_place place = { "file", 3, 7 };
	const struct reeve_diagnostic *item;

	report_add(*state, REEVE_WARNING, &place, "key", "a hint", "%s %d",
		   "text", 5);
	item = reeve_report_get(*state, 0);
	assert_int_equal(item->severity, REEVE_WARNING);
	assert_string_equal(item->file, "file");
	assert_int_equal(item->line, 3);
	assert_int_equal(item->column, 7);
	assert_string_equal(item->key, "key");
	assert_string_equal(item->hint, "a hint");
	assert_string_equal(item->message, "text 5");
}

static void what_was_not_said_is_absent(void **state)
{
	const struct reeve_diagnostic *item;

	report_add(*state, REEVE_NOTE, NULL, NULL, NULL, "text");
	item = reeve_report_get(*state, 0);
	assert_null(item->file);
	assert_int_equal(item->line, 0);
	assert_int_equal(item->column, 0);
	assert_null(item->key);
	assert_null(item->hint);
}

static void strings_are_copied(void **state)
{
	char file[] = "file";
	char key[] = "key";
	const struct report_place place = { .file = file };

	report_add(*state, REEVE_ERROR, &place, key, NULL, "text");
	memset(file, 'x', strlen(file));
	memset(key, 'x', strlen(key));
	assert_string_equal(reeve_report_get(*state, 0)->file, "file");
	assert_string_equal(reeve_report_get(*state, 0)->key, "key");
}

static void only_errors_count_as_errors(void **state)
{
	report_add(*state, REEVE_NOTE, NULL, NULL, NULL, "a");
	report_add(*state, REEVE_WARNING, NULL, NULL, NULL, "b");
	assert_int_equal(report_errors(*state), 0);
	report_add(*state, REEVE_ERROR, NULL, NULL, NULL, "c");
	assert_int_equal(report_errors(*state), 1);
	assert_int_equal(reeve_report_count(*state), 3);
}

static void report_error_is_an_error_and_returns_the_code(void **state)
{
	assert_int_equal(
		report_error(*state, REEVE_ERR_IMAGE, NULL, NULL, NULL, "text"),
		REEVE_ERR_IMAGE);
	assert_int_equal(report_errors(*state), 1);
	assert_int_equal(reeve_report_get(*state, 0)->severity, REEVE_ERROR);
}

static void order_is_kept_over_many(void **state)
{
	for (unsigned i = 0; i < 100; i++) {
		report_add(*state, REEVE_NOTE,
			   &(struct report_place){ .line = i }, NULL, NULL, "x");
	}
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(reeve_report_get(*state, i)->line, i);
	assert_null(reeve_report_get(*state, 100));
}

static void a_lost_error_still_counts(void **state)
{
	allocations_fail = true;
	report_add(*state, REEVE_ERROR, NULL, "key", NULL, "text");
	allocations_fail = false;
	assert_int_equal(reeve_report_count(*state), 0);
	assert_int_equal(report_errors(*state), 1);
	assert_true(reeve_report_truncated(*state));
}

static void nothing_can_steer_a_terminal(void **state)
{
	const struct report_place place = { .file = "a\nb" };
	const struct reeve_diagnostic *item;

	report_add(*state, REEVE_ERROR, &place, "k\t", "\xc2\x9b",
		   "\x1b[2J \xff\x7f \xc3\xa9 \xe2\x82\xac \xe2\x82");
	item = reeve_report_get(*state, 0);
	assert_string_equal(item->file, "a\\x0ab");
	assert_string_equal(item->key, "k\\x09");
	assert_string_equal(item->hint, "\\xc2\\x9b");
	assert_string_equal(
		item->message,
		"\\x1b[2J \\xff\\x7f \xc3\xa9 \xe2\x82\xac \\xe2\\x82");
}

static void say_at(struct reeve_report *report, const char *file, unsigned line,
		   unsigned column, const char *text)
{
	const struct report_place place = { file, line, column };

	report_add(report, REEVE_ERROR, &place, NULL, NULL, "%s", text);
}

static void sorting_follows_the_file(void **state)
{
	static const char *const wanted[] = { "none",       "first",  "second",
					      "second too", "third",  "late",
					      "extra 9",    "extra 1" };

	say_at(*state, "extra", 9, 1, "extra 9");
	say_at(*state, "file", 3, 5, "late");
	say_at(*state, "file", 2, 7, "second");
	say_at(*state, "file", 3, 1, "third");
	say_at(*state, "extra", 1, 1, "extra 1");
	say_at(*state, "file", 2, 7, "second too");
	say_at(*state, "file", 1, 9, "first");
	report_add(*state, REEVE_NOTE, NULL, NULL, NULL, "none");
	report_sort(*state, "file");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_string_equal(reeve_report_get(*state, i)->message,
				    wanted[i]);
	}
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	reeve_report_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_report_is_empty),
		TEST(all_that_was_said_is_kept),
		TEST(what_was_not_said_is_absent),
		TEST(strings_are_copied),
		TEST(only_errors_count_as_errors),
		TEST(report_error_is_an_error_and_returns_the_code),
		TEST(order_is_kept_over_many),
		TEST(a_lost_error_still_counts),
		TEST(nothing_can_steer_a_terminal),
		TEST(sorting_follows_the_file),
		TEST(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
