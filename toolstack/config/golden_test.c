/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads each NAME.cfg of a folder in both modes, with the lines of NAME.args,
 * if there is such a file, as extras. The settings must be those of NAME.json
 * (no such file: the text is refused), and the diagnostics those of NAME.err
 * (no such file: none). NAME.strict.json and NAME.strict.err hold the results
 * of the strict mode; if neither exists, they must be the same.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/config/cfg.h"

enum {
	EXTRAS_MAX = 8,
	PATH_ROOM = 4096,
};

static const char *data_dir;

static void data_path(char *path, const char *name, const char *suffix)
{
	int length =
		snprintf(path, PATH_ROOM, "%s/%s%s", data_dir, name, suffix);

	assert_in_range(length, 1, PATH_ROOM - 1);
}

static bool data_exists(const char *name, const char *suffix)
{
	char path[PATH_ROOM];

	data_path(path, name, suffix);
	return access(path, F_OK) == 0;
}

/* Returns the text of a file, or an empty text if there is no such file. */
static char *data_read(const char *name, const char *suffix)
{
	char path[PATH_ROOM];
	char *text = NULL;
	size_t room = 0;
	FILE *file;

	data_path(path, name, suffix);
	file = fopen(path, "r");
	if (file == NULL)
		return strdup("");
	if (getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}

/* Cuts text into its lines. */
static size_t lines(char *text, const char **line)
{
	size_t count = 0;

	for (char *next = strtok(text, "\n"); next != NULL;
	     next = strtok(NULL, "\n")) {
		assert_in_range(count, 0, EXTRAS_MAX - 1);
		line[count++] = next;
	}
	return count;
}

static void write_diagnostic(FILE *out, const struct reeve_diagnostic *item,
			     const char *path)
{
	static const char *const names[] = { "error", "warning", "note" };

	if (strcmp(item->file, path) != 0)
		fprintf(out, "%s:", item->file);
	fprintf(out, "%u:%u: %s: ", item->line, item->column,
		names[item->severity]);
	if (item->key != NULL)
		fprintf(out, "%s: ", item->key);
	fprintf(out, "%s\n", item->message);
	if (item->hint != NULL)
		fprintf(out, "\thint: %s\n", item->hint);
}

static char *diagnostics(const struct reeve_report *report, const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < reeve_report_count(report); i++)
		write_diagnostic(out, reeve_report_get(report, i), path);
	fclose(out);
	return text;
}

static void expect_text(const char *name, const char *suffix, char *got)
{
	char *wanted = data_read(name, suffix);

	assert_non_null(wanted);
	assert_non_null(got);
	assert_string_equal(got, wanted);
	free(wanted);
	free(got);
}

static void expect(const char *name, unsigned flags, const char *json_suffix,
		   const char *err_suffix)
{
	struct reeve_report *report = reeve_report_new();
	char *arguments = data_read(name, ".args");
	const char *extras[EXTRAS_MAX];
	struct cfg *cfg = NULL;
	char path[PATH_ROOM];
	size_t count;
	int result;

	assert_non_null(report);
	assert_non_null(arguments);
	count = lines(arguments, extras);
	data_path(path, name, ".cfg");
	result = cfg_load(path, extras, count, flags, &cfg, report);
	assert_true(result == 0 || result == REEVE_ERR_CONFIG);
	assert_int_equal(result == 0, report_errors(report) == 0);
	expect_text(name, err_suffix, diagnostics(report, path));
	expect_text(name, json_suffix,
		    result == 0 ? cfg_to_json(cfg) : strdup(""));
	cfg_free(cfg);
	free(arguments);
	reeve_report_free(report);
}

static void file_reads_as_expected(void **state)
{
	const char *name = *state;

	expect(name, 0, ".json", ".err");
	if (data_exists(name, ".strict.json") ||
	    data_exists(name, ".strict.err"))
		expect(name, CFG_STRICT, ".strict.json", ".strict.err");
	else
		expect(name, CFG_STRICT, ".json", ".err");
}

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".cfg") == 0;
}

static void file_test(struct CMUnitTest *test, const struct dirent *entry)
{
	char *name = strdup(entry->d_name);

	if (name == NULL)
		abort();
	*strrchr(name, '.') = '\0';
	*test = (struct CMUnitTest){
		.name = name,
		.test_func = file_reads_as_expected,
		.initial_state = name,
	};
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests;
	struct dirent **names;
	int count;
	int failed;

	if (argc != 2)
		return 2;
	data_dir = argv[1];
	count = scandir(data_dir, &names, is_config, alphasort);
	if (count <= 0)
		return 2;
	tests = calloc((size_t)count, sizeof(*tests));
	for (int i = 0; i < count && tests != NULL; i++)
		file_test(&tests[i], names[i]);
	failed = tests != NULL
			 ? _cmocka_run_group_tests("golden", tests,
						   (size_t)count, NULL, NULL)
			 : 2;
	for (int i = 0; i < count; i++) {
		if (tests != NULL)
			free((char *)tests[i].name);
		free(names[i]);
	}
	free(tests);
	free(names);
	return failed;
}
