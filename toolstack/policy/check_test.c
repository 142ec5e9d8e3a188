/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Golden diagnostics: the test reads each NAME.cfg of a folder and checks it
 * against the Realm rules. The report must be what NAME.expected holds.
 *
 *	check_test FOLDER [--update]
 *
 * Lines "#: WORD ..." in a configuration prepare its case:
 *	#: allow-unknown	unknown keys are warnings
 *	#: argument KEY=VALUE	an argument after the file
 *	#: host WORD ...	a host that has all features but those that the
 *				words take away: no-realms gicv2 no-uart
 *				recs=N ipa=N only-sha256
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/policy/policy.h"

#define PREFIX   "#: "
#define MAX_ARGS 4

struct setup {
	unsigned flags;
	const char *args[MAX_ARGS];
	size_t arg_count;
	bool has_host;
	struct policy_host host;
	char *words; /* the text that args point into */
};

static bool update;

/* ---- Files ------------------------------------------------------------- */

static char *file_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL)
		return strdup("");
	if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
		text[0] = '\0';
	fclose(file);
	return text;
}

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* ---- The set-up lines -------------------------------------------------- */

static void host_word(struct policy_host *host, const char *word)
{
	if (strcmp(word, "no-realms") == 0)
		host->realms = false;
	else if (strcmp(word, "gicv2") == 0)
		host->gic_version = 2;
	else if (strcmp(word, "no-uart") == 0)
		host->debug_uart = false;
	else if (strcmp(word, "only-sha256") == 0)
		host->hashes = 1 << DOMAIN_HASH_SHA256;
	else if (sscanf(word, "recs=%u", &host->max_recs) != 1 &&
		 sscanf(word, "ipa=%u", &host->ipa_bits) != 1)
		fail_msg("unknown host word %s", word);
}

static void host_words(struct setup *setup, char *words)
{
	char *rest = NULL;
	char *word = strtok_r(words, " ", &rest);

	setup->has_host = true;
	setup->host = (struct policy_host){
		.realms = true,
		.gic_version = 3,
		.debug_uart = true,
		.max_recs = 512,
		.ipa_bits = 48,
		.hashes = 7,
	};
	for (; word != NULL; word = strtok_r(NULL, " ", &rest))
		host_word(&setup->host, word);
}

static void setup_line(struct setup *setup, char *line)
{
	if (strcmp(line, "allow-unknown") == 0)
		setup->flags |= DOMAIN_ALLOW_UNKNOWN;
	else if (strncmp(line, "argument ", 9) == 0)
		setup->args[setup->arg_count++] = line + 9;
	else if (strncmp(line, "host", 4) == 0)
		host_words(setup, line + 4);
	else
		fail_msg("unknown set-up line %s", line);
}

static void setup_read(struct setup *setup, const char *text)
{
	char *rest = NULL;
	char *line;

	setup->words = strdup(text);
	line = strtok_r(setup->words, "\n", &rest);
	for (; line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, PREFIX, strlen(PREFIX)) == 0)
			setup_line(setup, line + strlen(PREFIX));
	}
}

/* ---- One check --------------------------------------------------------- */

static const char *verdict(int result, const struct domain *domain)
{
	if (result != REEVE_OK)
		return "refused";
	return domain->realm ? "a Realm" : "an ordinary guest";
}

/* Does what "reeve check" does: every stage appends to one report. */
static const char *config_check(const char *name, const char *text,
				const struct setup *setup,
				struct reeve_report *report)
{
	struct domain *domain = NULL;
	struct cfg *cfg = NULL;
	int result;
	int policy;
	const char *words;

	if (cfg_parse(name, text, strlen(text), setup->args, setup->arg_count,
		      0, &cfg, report) != REEVE_OK)
		return "refused";
	result = domain_read(cfg, setup->flags, &domain, report);
	assert_non_null(domain);
	policy = policy_check(domain, setup->has_host ? &setup->host : NULL,
			      report);
	words = verdict(result != REEVE_OK ? result : policy, domain);
	domain_free(domain);
	cfg_free(cfg);
	return words;
}

static void report_print(FILE *out, const struct reeve_report *report)
{
	static const char *const severities[] = { "error", "warning", "note" };
	const struct reeve_diagnostic *item;

	for (size_t i = 0; (item = reeve_report_get(report, i)) != NULL; i++) {
		fprintf(out, "%s %s", severities[item->severity],
			item->file != NULL ? item->file : "-");
		if (item->line != 0)
			fprintf(out, ":%u:%u", item->line, item->column);
		fprintf(out, " %s: %s\n", item->key != NULL ? item->key : "-",
			item->message);
		if (item->hint != NULL)
			fprintf(out, "\t%s\n", item->hint);
	}
}

/* Returns the verdict on a configuration and its report, as text that the
 * caller frees. */
static char *check_text(const char *name, const char *text)
{
	struct reeve_report *report = reeve_report_new();
	struct setup setup = { 0 };
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	assert_non_null(out);
	setup_read(&setup, text);
	fprintf(out, "%s\n", config_check(name, text, &setup, report));
	report_print(out, report);
	fclose(out);
	free(setup.words);
	reeve_report_free(report);
	return result;
}

static void golden_check(void **state)
{
	const char *path = *state;
	const char *name = strrchr(path, '/') + 1;
	char *text = file_read(path);
	char *actual = check_text(name, text);
	char *expected_path = NULL;
	char *expected;

	assert_true(asprintf(&expected_path, "%.*s.expected",
			     (int)(strlen(path) - strlen(".cfg")), path) > 0);
	if (update)
		file_write(expected_path, actual);
	expected = file_read(expected_path);
	assert_string_equal(actual, expected);
	free(expected);
	free(expected_path);
	free(actual);
	free(text);
}

/* ---- All of them together ---------------------------------------------- */

static glob_t files;

static void rules_mark(const char *text, bool *seen)
{
	const struct policy_rule *rule;

	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		if (strstr(text, rule->reason) != NULL)
			seen[i] = true;
	}
}

static void every_rule_is_broken_by_some_file(void **state)
{
	bool seen[256] = { false };
	const struct policy_rule *rule;

	(void)state;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = file_read(files.gl_pathv[i]);
		char *actual = check_text("x", text);

		rules_mark(actual, seen);
		free(actual);
		free(text);
	}
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		/* No file can break pvh-only: domain_read() refuses every other
		 * type before the policy sees it. */
		if (!seen[i] && strcmp(rule->id, "pvh-only") != 0)
			fail_msg("no file breaks the rule %s", rule->id);
	}
}

static void no_rule_touches_an_ordinary_guest(void **state)
{
	bool seen[256] = { false };
	const struct policy_rule *rule;

	(void)state;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = file_read(files.gl_pathv[i]);
		char *at = strstr(text, "\nrealm=1\n");
		char *actual;

		if (at != NULL) {
			at[strlen("\nrealm=")] = '0';
			actual = check_text("x", text);
			rules_mark(actual, seen);
			free(actual);
		}
		free(text);
	}
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		if (seen[i])
			fail_msg("%s touches an ordinary guest", rule->id);
	}
}

static int run(void)
{
	size_t count = files.gl_pathc + 2;
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (tests == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		tests[i] = (struct CMUnitTest){
			.name = strrchr(files.gl_pathv[i], '/') + 1,
			.test_func = golden_check,
			.initial_state = files.gl_pathv[i],
		};
	}
	tests[count - 2] = (struct CMUnitTest)cmocka_unit_test(
		every_rule_is_broken_by_some_file);
	tests[count - 1] = (struct CMUnitTest)cmocka_unit_test(
		no_rule_touches_an_ordinary_guest);
	failed = _cmocka_run_group_tests("check", tests, count, NULL, NULL);
	free(tests);
	return failed;
}

int main(int argc, char **argv)
{
	char pattern[4096];
	int failed;

	update = argc == 3 && strcmp(argv[2], "--update") == 0;
	if (argc < 2)
		return EXIT_FAILURE;
	snprintf(pattern, sizeof(pattern), "%s/*.cfg", argv[1]);
	if (glob(pattern, 0, NULL, &files) != 0)
		return EXIT_FAILURE;
	failed = run();
	globfree(&files);
	return failed;
}
