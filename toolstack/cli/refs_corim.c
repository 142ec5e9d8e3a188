/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of reeve refs that are about the CoRIM itself. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "toolstack/cli/refs.h"

/* Returns whether a time has the parts that were read: the calendar has no 31
 * February, and strptime() takes it. */
static bool is_of_calendar(const struct tm *parts, time_t seconds)
{
	struct tm again;

	return gmtime_r(&seconds, &again) != NULL &&
	       again.tm_mday == parts->tm_mday &&
	       again.tm_mon == parts->tm_mon && again.tm_sec == parts->tm_sec;
}

/* Reads a date, "2030-12-31", or "2030-12-31T23:59:59Z"; a date alone is its
 * first second, or its last. Returns false if text is neither. */
static bool time_read(const char *text, bool is_end, int64_t *seconds)
{
	struct tm parts = { 0 };
	bool is_day = strlen(text) == strlen("2030-12-31");
	const char *end = strptime(
		text, is_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &parts);
	struct tm given;

	if (end == NULL || *end != '\0')
		return false;
	if (is_day && is_end) {
		parts.tm_hour = 23;
		parts.tm_min = 59;
		parts.tm_sec = 59;
	}
	given = parts;
	*seconds = timegm(&parts);
	return is_of_calendar(&given, *seconds);
}

static bool option_refuse(const char *option, const char *text, const char *form)
{
	return cli_value_refuse("refs", option, text, form);
}

#define DATE_FORM "a day or a second: 2030-12-31 or 2030-12-31T12:00:00Z"

static bool version_read(const char *text, uint64_t *version)
{
	char *end;

	*version = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' &&
	       *version < UINT64_MAX;
}

bool cli_refs_corim_options(const struct cli_call *call,
			    struct reeve_corim_options *options)
{
	const char *version = cli_value(call, CLI_TAG_VERSION);
	const char *before = cli_value(call, CLI_NOT_BEFORE);
	const char *after = cli_value(call, CLI_NOT_AFTER);

	*options = (struct reeve_corim_options){
		.tag_id = cli_value(call, CLI_TAG_ID),
		.has_not_before = before != NULL,
		.has_not_after = after != NULL,
		.digest_numbers = (call->options & CLI_DIGEST_NUMBERS) != 0,
		.key_path = cli_value(call, CLI_SIGN),
		.signer = cli_value(call, CLI_SIGNER),
	};
	if (version != NULL && !version_read(version, &options->tag_version))
		return option_refuse("--tag-version", version, "a number");
	if (before != NULL && !time_read(before, false, &options->not_before))
		return option_refuse("--not-before", before, DATE_FORM);
	if (after != NULL && !time_read(after, true, &options->not_after))
		return option_refuse("--not-after", after, DATE_FORM);
	return true;
}
