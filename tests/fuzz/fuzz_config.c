/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for the text of configurations. The first byte decides whether the
 * second half is given as an extra. Whatever the strict grammar accepts, the
 * default one must read as the same settings.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/config/cfg.h"

struct config_input {
	const char *text;
	size_t length;
	const char *extras[1];
	size_t extra_count;
};

/* Returns the settings as JSON, or NULL if the text was refused. */
static char *read_text(const struct config_input *input, unsigned flags)
{
	struct reeve_report *report = reeve_report_new();
	struct cfg *cfg = NULL;
	char *json = NULL;
	int result;

	if (report == NULL)
		abort();
	result = cfg_parse("text", input->text, input->length, input->extras,
			   input->extra_count, flags, &cfg, report);
	if (result == 0)
		json = cfg_to_json(cfg);
	if ((result == 0) != (report_errors(report) == 0))
		abort();
	if ((result == 0) != (json != NULL))
		abort();
	cfg_free(cfg);
	reeve_report_free(report);
	return json;
}

static void compare_modes(const struct config_input *input)
{
	char *strict = read_text(input, CFG_STRICT);
	char *loose = read_text(input, 0);

	if (strict != NULL && (loose == NULL || strcmp(strict, loose) != 0))
		abort();
	free(strict);
	free(loose);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_input input = { 0 };
	char *extra = NULL;

	if (size == 0)
		return 0;
	input.text = (const char *)data + 1;
	input.length = size - 1;
	if ((data[0] & 1) != 0) {
		input.length /= 2;
		extra = strndup(input.text + input.length,
				size - 1 - input.length);
		if (extra == NULL)
			abort();
		input.extras[0] = extra;
		input.extra_count = 1;
	}
	compare_modes(&input);
	free(extra);
	return 0;
}
