/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests the reader's interface where the golden files cannot show it. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/config/cfg.h"

struct fixture {
	struct reeve_report *report;
	struct cfg *cfg;
	char folder[64];
	char path[80];
};

/* The number, from 1, of the allocation that fails; 0: none fails. */
static size_t failing_allocation;

static bool allocation_fails(void)
{
	return failing_allocation != 0 && --failing_allocation == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
	return allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return allocation_fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return allocation_fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
	return allocation_fails() ? NULL : __real_strndup(text, length);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	fixture->report = reeve_report_new();
	strcpy(fixture->folder, "/tmp/reeve-cfg-test-XXXXXX");
	if (fixture->report == NULL || mkdtemp(fixture->folder) == NULL)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/guest.cfg",
		 fixture->folder);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	cfg_free(fixture->cfg);
	reeve_report_free(fixture->report);
	unlink(fixture->path);
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

static int parse(struct fixture *fixture, const char *text)
{
	return cfg_parse("text", text, strlen(text), NULL, 0, 0, &fixture->cfg,
			 fixture->report);
}

static int load(struct fixture *fixture)
{
	return cfg_load(fixture->path, NULL, 0, 0, &fixture->cfg,
			fixture->report);
}

static void file_write(const struct fixture *fixture, const char *text)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect_refusal(struct fixture *fixture, const char *path,
			   unsigned flags, const char *message)
{
	const struct reeve_diagnostic *item;

	assert_int_equal(
		cfg_load(path, NULL, 0, flags, &fixture->cfg, fixture->report),
		REEVE_ERR_IO);
	assert_null(fixture->cfg);
	assert_int_equal(reeve_report_count(fixture->report), 1);
	item = reeve_report_get(fixture->report, 0);
	assert_int_equal(item->severity, REEVE_ERROR);
	assert_string_equal(item->file, path);
	assert_int_equal(item->line, 0);
	assert_string_equal(item->message, message);
}

static void forms_tell_how_a_value_was_written(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg *cfg;

	assert_int_equal(parse(fixture, "a='1'\nb=1\nc=true\nd=[1]\ne=1\ne+=2"),
			 0);
	cfg = fixture->cfg;
	assert_int_equal(cfg_find(cfg, "a")->value.form, CFG_STRING);
	assert_int_equal(cfg_find(cfg, "b")->value.form, CFG_NUMBER);
	assert_int_equal(cfg_find(cfg, "c")->value.form, CFG_WORD);
	assert_int_equal(cfg_find(cfg, "d")->value.form, CFG_LIST);
	assert_int_equal(cfg_find(cfg, "e")->value.form, CFG_STRING);
}

static void values_count_their_bytes_or_items(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg_value *list;

	assert_int_equal(parse(fixture, "a='x\\ny'\nb=[]\nc=[1,[2]]"), 0);
	assert_int_equal(cfg_find(fixture->cfg, "a")->value.count, 3);
	assert_int_equal(cfg_find(fixture->cfg, "b")->value.count, 0);
	assert_null(cfg_find(fixture->cfg, "b")->value.items);
	list = &cfg_find(fixture->cfg, "c")->value;
	assert_int_equal(list->count, 2);
	assert_null(list->text);
	assert_null(list->outer);
	assert_ptr_equal(list->items[1].outer, list);
	assert_ptr_equal(list->items[1].items[0].outer, &list->items[1]);
}

static void values_have_places(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg_value *list;

	assert_int_equal(parse(fixture, "a = [ 'x',\n  'y' ]"), 0);
	list = &cfg_find(fixture->cfg, "a")->value;
	assert_string_equal(list->place.file, "text");
	assert_int_equal(list->place.line, 1);
	assert_int_equal(list->place.column, 5);
	assert_int_equal(list->items[1].place.line, 2);
	assert_int_equal(list->items[1].place.column, 3);
}

static void replaced_tells_where_the_last_value_stood(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, "a=1\na=2\n\na=3\na+=4\nb+=1"), 0);
	assert_int_equal(cfg_find(fixture->cfg, "a")->replaced.line, 2);
	assert_int_equal(cfg_find(fixture->cfg, "a")->place.line, 5);
	assert_int_equal(cfg_find(fixture->cfg, "b")->replaced.line, 0);
}

static void unknown_names_and_indexes_give_null(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, "a=1"), 0);
	assert_int_equal(cfg_count(fixture->cfg), 1);
	assert_null(cfg_find(fixture->cfg, "b"));
	assert_null(cfg_find(fixture->cfg, ""));
	assert_null(cfg_at(fixture->cfg, 1));
	assert_ptr_equal(cfg_at(fixture->cfg, 0), cfg_find(fixture->cfg, "a"));
}

static void no_text_at_all_is_an_empty_configuration(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(cfg_parse("text", NULL, 0, NULL, 0, CFG_STRICT,
				   &fixture->cfg, fixture->report),
			 0);
	assert_int_equal(cfg_count(fixture->cfg), 0);
}

static void bad_escapes_stop_at_the_error_limit(void **state)
{
	struct fixture *fixture = *state;
	char text[] = "a='\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q"
		      "\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q\\q'\nb=x\n";

	assert_int_equal(parse(fixture, text), REEVE_ERR_CONFIG);
	assert_int_equal(report_errors(fixture->report), CFG_ERRORS_MAX);
}

/* If reading took quadratic time or memory, this test would not end. */
static void large_texts_are_read(void **state)
{
	struct fixture *fixture = *state;
	size_t statements = 100000;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < statements; i++) {
		fprintf(out, "k%zu = %zu\nlist += [ %zu ]\ntext += 'x'\n", i, i,
			i);
	}
	fclose(out);
	assert_int_equal(parse(fixture, text), 0);
	free(text);
	assert_int_equal(cfg_count(fixture->cfg), statements + 2);
	assert_int_equal(cfg_find(fixture->cfg, "list")->value.count,
			 statements);
	assert_int_equal(cfg_find(fixture->cfg, "text")->value.count,
			 statements);
	assert_string_equal(cfg_find(fixture->cfg, "k99999")->value.text,
			    "99999");
}

static void files_are_read(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, "a = 1\n");
	assert_int_equal(load(fixture), 0);
	assert_string_equal(cfg_find(fixture->cfg, "a")->value.text, "1");
	assert_string_equal(cfg_find(fixture->cfg, "a")->place.file,
			    fixture->path);
}

static void bad_files_are_refused_by_their_name(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, "a = \n");
	assert_int_equal(load(fixture), REEVE_ERR_CONFIG);
	assert_string_equal(reeve_report_get(fixture->report, 0)->file,
			    fixture->path);
}

static void missing_files_are_refused(void **state)
{
	struct fixture *fixture = *state;

	expect_refusal(fixture, fixture->path, 0,
		       "the file cannot be opened: No such file or directory");
}

static void folders_are_refused(void **state)
{
	struct fixture *fixture = *state;

	expect_refusal(fixture, fixture->folder, 0,
		       "this is neither a file nor something to read from");
}

static void strict_refuses_pipes_without_waiting(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	expect_refusal(fixture, fixture->path, CFG_STRICT,
		       "this is not a plain file");
}

static void strict_refuses_devices(void **state)
{
	expect_refusal(*state, "/dev/zero", CFG_STRICT,
		       "this is not a plain file");
}

static void endless_devices_are_refused(void **state)
{
	expect_refusal(*state, "/dev/zero", 0,
		       "more than 1 MiB does not come from a stream");
}

static void pipes_are_read_to_their_end(void **state)
{
	struct fixture *fixture = *state;
	char path[32];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a = 1\n", 6), 6);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(
		cfg_load(path, NULL, 0, 0, &fixture->cfg, fixture->report), 0);
	close(ends[0]);
	assert_string_equal(cfg_find(fixture->cfg, "a")->value.text, "1");
}

static void huge_files_are_refused_unread(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, "");
	assert_int_equal(truncate(fixture->path, (off_t)INT_MAX + 1), 0);
	expect_refusal(fixture, fixture->path, 0,
		       "the file is larger than a configuration may be, 2 GiB");
}

static void dev_null_stands_for_an_empty_file(void **state)
{
	struct fixture *fixture = *state;
	const char *extras[] = { "a=1" };

	assert_int_equal(cfg_load("/dev/null", extras, 1, 0, &fixture->cfg,
				  fixture->report),
			 0);
	assert_int_equal(cfg_count(fixture->cfg), 1);
}

static int run_short_of_memory(size_t failing)
{
	static const char text[] = "a='x'\na+='yyyyyyyy'\nb=[1,[2,3],[]]\n"
				   "b+=[4,5]\nb=[x\nc='\\q'\na=[\n1\n";
	const char *extras[] = { "d=1", "b+=1" };
	struct reeve_report *report = reeve_report_new();
	struct cfg *cfg = NULL;
	int result;

	failing_allocation = failing;
	result = cfg_parse("text", text, strlen(text), extras, 2, 0, &cfg,
			   report);
	failing_allocation = 0;
	reeve_report_free(report);
	assert_null(cfg);
	return result;
}

/* The sanitizers check that no memory is lost or freed twice. */
static void want_of_memory_is_survived(void **state)
{
	size_t failures = 0;
	int result = 0;

	(void)state;
	for (size_t i = 1; i < 500; i++) {
		result = run_short_of_memory(i);
		failures += result == REEVE_ERR_MEMORY;
		assert_int_not_equal(result, 0);
	}
	assert_int_equal(result, REEVE_ERR_CONFIG);
	assert_in_range(failures, 20, 200);
}

static void want_of_memory_gives_no_json(void **state)
{
	struct fixture *fixture = *state;
	char *json;

	assert_int_equal(parse(fixture, "a=['x']"), 0);
	failing_allocation = 1;
	assert_null(cfg_to_json(fixture->cfg));
	json = cfg_to_json(fixture->cfg);
	assert_non_null(json);
	free(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forms_tell_how_a_value_was_written),
		TEST(values_count_their_bytes_or_items),
		TEST(values_have_places),
		TEST(replaced_tells_where_the_last_value_stood),
		TEST(unknown_names_and_indexes_give_null),
		TEST(no_text_at_all_is_an_empty_configuration),
		TEST(bad_escapes_stop_at_the_error_limit),
		TEST(large_texts_are_read),
		TEST(files_are_read),
		TEST(bad_files_are_refused_by_their_name),
		TEST(missing_files_are_refused),
		TEST(folders_are_refused),
		TEST(strict_refuses_pipes_without_waiting),
		TEST(strict_refuses_devices),
		TEST(endless_devices_are_refused),
		TEST(pipes_are_read_to_their_end),
		TEST(huge_files_are_refused_unread),
		TEST(dev_null_stands_for_an_empty_file),
		TEST(want_of_memory_is_survived),
		TEST(want_of_memory_gives_no_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
