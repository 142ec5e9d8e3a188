/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of results that the checks fill, and its JSON form. */
#include "toolstack/token/checks.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/json.h"

char *check_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

char *check_copy(struct span text)
{
	return strndup((const char *)text.data, text.size);
}

char *check_join(char *list, char *text)
{
	char *longer = NULL;

	if (list != NULL && text != NULL)
		longer = check_text("%s%s%s", list, *list != '\0' ? ", " : "",
				    text);
	free(list);
	free(text);
	return longer;
}

char *check_names(unsigned bits, const char *const *names, size_t count)
{
	char *list = strdup("");

	for (size_t i = 0; i < count && list != NULL; i++) {
		char *longer;

		if ((bits >> i & 1) == 0)
			continue;
		longer = check_text("%s%s%s", list, *list != '\0' ? " or " : "",
				    names[i]);
		free(list);
		list = longer;
	}
	return list;
}

static void check_append(struct reeve_verification *list,
			 struct reeve_check check)
{
	if (check.found == NULL ||
	    (check.expected == NULL &&
	     (check.verdict == REEVE_PASS || check.verdict == REEVE_FAIL)))
		list->short_of_memory = true;
	list->checks[list->count++] = check;
}

void check_add_hint(struct verify *verify, enum token_check check, bool ok,
		    char *expected, char *found, const char *hint)
{
	check_append(verify->out,
		     (struct reeve_check){
			     .name = token_check_names[check],
			     .verdict = ok ? REEVE_PASS : REEVE_FAIL,
			     .expected = expected,
			     .found = found,
			     .hint = ok ? NULL : hint,
		     });
}

void check_add(struct verify *verify, enum token_check check, bool ok,
	       char *expected, char *found)
{
	check_add_hint(verify, check, ok, expected, found, NULL);
}

/* Returns whether a token is not accepted without this check. */
static bool is_needed(const struct verify *verify, enum token_check check)
{
	return (check == CHECK_CHALLENGE && !verify->expected->no_challenge) ||
	       (check == CHECK_RIM && !verify->expected->no_references);
}

void check_leave(struct verify *verify, enum token_check check, char *found,
		 const char *hint)
{
	bool needed = is_needed(verify, check);

	if ((verify->policy->required >> check & 1) != 0) {
		check_add_hint(
			verify, check, false,
			check_text("required by the policy, and not given"),
			found, hint);
	} else {
		check_append(verify->out,
			     (struct reeve_check){
				     .name = token_check_names[check],
				     .verdict = needed ? REEVE_MISSING
						       : REEVE_UNCHECKED,
				     .found = found,
				     .hint = needed ? hint : NULL,
			     });
	}
}

void reeve_verification_free(struct reeve_verification *verification)
{
	if (verification == NULL)
		return;
	for (size_t i = 0; i < verification->count; i++) {
		free((char *)verification->checks[i].expected);
		free((char *)verification->checks[i].found);
	}
	free(verification);
}

bool reeve_verification_passed(const struct reeve_verification *verification)
{
	for (size_t i = 0; i < verification->count; i++) {
		enum reeve_verdict verdict = verification->checks[i].verdict;

		if (verdict == REEVE_FAIL || verdict == REEVE_MISSING)
			return false;
	}
	return true;
}

const struct reeve_check *
reeve_verification_check(const struct reeve_verification *verification,
			 size_t index)
{
	return index < verification->count ? &verification->checks[index] : NULL;
}

static struct json_object *check_json(const struct reeve_check *check)
{
	static const char *const verdicts[] = {
		[REEVE_PASS] = "pass",
		[REEVE_FAIL] = "fail",
		[REEVE_UNCHECKED] = "unchecked",
		[REEVE_MISSING] = "missing",
	};
	struct json_object *object = json_object_new_object();

	token_json_add_text(object, "check", check->name);
	token_json_add_text(object, "verdict", verdicts[check->verdict]);
	token_json_add_text(object, "expected", check->expected);
	token_json_add_text(object, "found", check->found);
	token_json_add_text(object, "hint", check->hint);
	return object;
}

char *reeve_verification_json(const struct reeve_verification *verification)
{
	struct json_object *document = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_object_add(document, "accepted",
			       json_object_new_boolean(
				       reeve_verification_passed(verification)));
	for (size_t i = 0; i < verification->count; i++) {
		json_object_array_add(list,
				      check_json(&verification->checks[i]));
	}
	json_object_object_add(document, "checks", list);
	return token_json_finish(document);
}
