/* SPDX-License-Identifier: BSD-3-Clause */
/* Replaying an event list: computes the extensible measurements (REMs) that a
 * Realm has after these events. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/load.h"

#define EVENTS_FILE_MAX 0x100000 /* bytes */
#define EVENT_VALUE_MAX 64 /* bytes of one extension */

static bool rem_extend(struct reeve_refs *refs, unsigned index,
		       const void *value, size_t size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const EVP_MD *hash = token_hash_function(refs->size);
	bool ok =
		context != NULL && EVP_DigestInit_ex(context, hash, NULL) == 1 &&
		EVP_DigestUpdate(context, refs->rems[index], refs->size) == 1 &&
		EVP_DigestUpdate(context, value, size) == 1 &&
		EVP_DigestFinal_ex(context, refs->rems[index], NULL) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}

/* Replays one line: "remN HEX", or nothing but blanks and a comment. */
static int line_replay(char *line, struct reeve_refs *refs,
		       const struct report_place *place,
		       struct reeve_report *report)
{
	static const char blanks[] = " \t\r";
	uint8_t value[EVENT_VALUE_MAX];
	char *rest;
	char *name;
	char *digits;
	size_t size;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, blanks, &rest);
	if (name == NULL)
		return REEVE_OK;
	digits = strtok_r(NULL, blanks, &rest);
	if (strlen(name) != 4 || strncmp(name, "rem", 3) != 0 ||
	    name[3] < '0' || name[3] >= '0' + CCA_REMS || digits == NULL ||
	    strtok_r(NULL, blanks, &rest) != NULL ||
	    !hex_read(digits, value, sizeof(value), &size)) {
		return report_error(
			report, REEVE_ERR_CONFIG, place, NULL,
			"write rem0 to rem3, then the value in hexadecimal",
			"is no event");
	}
	if (!rem_extend(refs, (unsigned)(name[3] - '0'), value, size))
		return REEVE_ERR_MEMORY;
	return REEVE_OK;
}

static int lines_replay(char *text, struct reeve_refs *refs,
			struct report_place *place, struct reeve_report *report)
{
	int result = REEVE_OK;
	char *line;

	while (result == REEVE_OK && (line = strsep(&text, "\n")) != NULL) {
		place->line++;
		result = line_replay(line, refs, place, report);
	}
	return result;
}

int reeve_refs_replay(const char *path, struct reeve_refs *refs,
		      struct reeve_report *report)
{
	struct report_place place = { .file = path, .column = 1 };
	struct reeve_refs replayed = *refs;
	char *text;
	size_t size;
	int result = file_read(path, EVENTS_FILE_MAX, &text, &size, report);

	if (result != REEVE_OK)
		return result;
	memset(replayed.rems, 0, sizeof(replayed.rems));
	for (size_t i = 0; i < CCA_REMS; i++)
		replayed.has_rem[i] = true;
	if (size > EVENTS_FILE_MAX || strlen(text) != size) {
		result = report_error(report, REEVE_ERR_CONFIG, &place, NULL,
				      NULL,
				      "is no event list: too long, or not text");
	} else {
		result = lines_replay(text, &replayed, &place, report);
	}
	free(text);
	if (result == REEVE_OK)
		*refs = replayed;
	return result;
}
