/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every case of tests/data/token, or vector of tests/token_profiles.py: it is
 * refused for the reason that the case's file names, or the verifier fails
 * exactly the checks that the file lists.
 * Arguments: the folder of cases, and the folder of the tokens made from them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <json-c/json.h>

#include "toolstack/token/load.h"
#include "toolstack/token/references.h"

#define CASES_MAX 4000

static const char *case_folder;
static const char *made_folder;
static struct reeve_keys *keys;
static struct reeve_refs refs;

struct token_case {
	char name[80];
	struct json_object *document;
	struct reeve_report *report;
};

static char *path_in(const char *folder, const char *name, const char *end)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s%s", folder, name, end) > 0);
	return path;
}

static int case_setup(void **state)
{
	struct token_case *one = *state;
	char *path = path_in(case_folder, one->name, ".json");

	one->document = json_object_from_file(path);
	one->report = reeve_report_new();
	free(path);
	return one->document != NULL ? 0 : -1;
}

static int case_teardown(void **state)
{
	struct token_case *one = *state;

	json_object_put(one->document);
	reeve_report_free(one->report);
	return 0;
}

static struct json_object *member(const struct token_case *one, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(one->document, name, &value);
	return value;
}

/* Compares the message without its last parts: what was found, and the place in
 * the bytes. */
static void refusal_is(const struct token_case *one, const char *wanted)
{
	const char *message;
	size_t length;

	assert_int_equal(reeve_report_count(one->report), 1);
	message = reeve_report_get(one->report, 0)->message;
	length = strlen(wanted);
	if (strncmp(message, wanted, length) != 0 ||
	    (message[length] != '\0' && strncmp(message + length, ": ", 2) != 0 &&
	     strncmp(message + length, ", at byte ", 10) != 0))
		fail_msg("\"%s\" instead of \"%s\"", message, wanted);
}

static bool is_listed(struct json_object *list, const char *name)
{
	size_t count = list != NULL ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(json_object_get_string(
				   json_object_array_get_idx(list, i)),
			   name) == 0)
			return true;
	}
	return false;
}

/* Writes pattern(3, 64) of tokens.py in hexadecimal. */
static void challenge_fill(char challenge[129])
{
	for (unsigned i = 0; i < 64; i++)
		snprintf(challenge + 2 * i, 3, "%02x", 3 * 17 + i);
}

static void verdicts_are(const struct token_case *one,
			 const struct reeve_token *token)
{
	char challenge[129];
	struct reeve_expectation expected = {
		.keys = keys,
		.challenge = challenge,
		.refs = &refs,
	};
	struct json_object *fails = member(one, "fails");
	struct reeve_verification *verification;
	const struct reeve_check *check;
	size_t failed = 0;

	challenge_fill(challenge);
	assert_int_equal(reeve_token_verify(token, &expected, &verification,
					    one->report),
			 REEVE_OK);
	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++) {
		bool wanted = is_listed(fails, check->name);

		if (wanted != (check->verdict == REEVE_FAIL)) {
			fail_msg("%s: expected %s, found %s", check->name,
				 check->expected, check->found);
		}
		failed += wanted;
	}
	assert_int_equal(failed,
			 fails != NULL ? json_object_array_length(fails) : 0);
	assert_int_equal(reeve_verification_passed(verification), failed == 0);
	reeve_verification_free(verification);
}

/* Shows a token. One that a verifier refuses is shown too, and the document
 * says so. */
static void shows(const struct reeve_token *token, bool is_refused)
{
	char *text = reeve_token_text(token);
	char *json = reeve_token_json(token);
	struct json_object *document = json_tokener_parse(json);

	assert_non_null(text);
	assert_non_null(document);
	assert_int_equal(json_object_object_get_ex(document, "refusal", NULL),
			 is_refused);
	json_object_put(document);
	free(json);
	free(text);
}

/* Verifies a token that decodes, and is to be refused. */
static int refused(const struct token_case *one, const struct reeve_token *token)
{
	const struct reeve_expectation expected = { .keys = keys };
	struct reeve_verification *verification;

	return reeve_token_verify(token, &expected, &verification, one->report);
}

static void the_case_is_as_it_says(void **state)
{
	struct token_case *one = *state;
	struct json_object *refusal = member(one, "refusal");
	char *path = path_in(made_folder, one->name, ".cbor");
	struct reeve_token *token = NULL;
	int result = reeve_token_load(path, &token, one->report);

	free(path);
	if (result == REEVE_OK) {
		shows(token, refusal != NULL);
		if (refusal != NULL)
			result = refused(one, token);
		else
			verdicts_are(one, token);
	}
	reeve_token_free(token);
	if (refusal != NULL) {
		assert_int_equal(result, REEVE_ERR_TOKEN);
		refusal_is(one, json_object_get_string(refusal));
	} else if (result != REEVE_OK) {
		fail_msg("%s", reeve_report_get(one->report, 0)->message);
	}
}

static void common_load(void)
{
	struct reeve_references *list = reeve_references_new();
	struct reeve_report *report = reeve_report_new();
	char *path = path_in(made_folder, "platform", ".json");

	assert_int_equal(reeve_keys_load(path, &keys, report), REEVE_OK);
	free(path);
	path = path_in(made_folder, "refs", ".json");
	assert_int_equal(reeve_references_load(
				 list,
				 &(struct reeve_refs_source){ .path = path },
				 report),
			 REEVE_OK);
	refs = list->realms[0];
	reeve_references_free(list);
	free(path);
	reeve_report_free(report);
}

static size_t cases_find(struct token_case *cases, struct CMUnitTest *tests)
{
	struct dirent **entries;
	int found = scandir(case_folder, &entries, NULL, alphasort);
	size_t count = 0;

	for (int i = 0; i < found; i++) {
		char *end = strstr(entries[i]->d_name, ".json");

		if (end != NULL && count < CASES_MAX) {
			snprintf(cases[count].name, sizeof(cases[count].name),
				 "%.*s", (int)(end - entries[i]->d_name),
				 entries[i]->d_name);
			tests[count] = (struct CMUnitTest){
				.name = cases[count].name,
				.test_func = the_case_is_as_it_says,
				.setup_func = case_setup,
				.teardown_func = case_teardown,
				.initial_state = &cases[count],
			};
			count++;
		}
		free(entries[i]);
	}
	free(entries);
	return count;
}

int main(int argc, char **argv)
{
	static struct token_case cases[CASES_MAX];
	static struct CMUnitTest tests[CASES_MAX];
	size_t count;
	int result;

	if (argc != 3)
		return 2;
	case_folder = argv[1];
	made_folder = argv[2];
	common_load();
	count = cases_find(cases, tests);
	if (count < 100)
		return 2;
	result = _cmocka_run_group_tests("cases", tests, count, NULL, NULL);
	reeve_keys_free(keys);
	return result;
}
