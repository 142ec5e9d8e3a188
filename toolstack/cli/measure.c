/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve measure: predicts a Realm's initial measurement. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* Writes a segment as it is measured: its last granule is padded with zeros. */
static int segment_write(const struct cli_session *session, const char *folder,
			 size_t index, const struct reeve_range *range)
{
	size_t size = reeve_range_measured(range);
	char *data = calloc(1, size);
	char *path = NULL;
	int result = REEVE_ERR_MEMORY;

	if (asprintf(&path, "%s/%s", folder, range->file) < 0)
		path = NULL;
	if (data != NULL && path != NULL) {
		memcpy(data, reeve_plan_segment_data(session->plan, index),
		       range->size);
		result = cli_write_file(path, data, size);
	}
	free(path);
	free(data);
	return result;
}

/* Removes a folder that this command has made, with the segments in it. */
static void segments_remove(const struct cli_session *session,
			    const char *folder)
{
	struct reeve_range range;

	for (size_t i = 0; reeve_plan_segment(session->plan, i, &range); i++) {
		char *path;

		if (asprintf(&path, "%s/%s", folder, range.file) < 0)
			return;
		(void)unlink(path); /* it may not have been written */
		free(path);
	}
	(void)rmdir(folder); /* somebody else may have put a file there */
}

static int segments_write(const struct cli_session *session, const char *folder)
{
	struct reeve_range range;
	int result = REEVE_OK;
	bool made = mkdir(folder, 0777) == 0;

	if (!made && errno != EEXIST) {
		fprintf(stderr, "reeve: error: %s: cannot make the folder: %s\n",
			folder, strerror(errno));
		return REEVE_ERR_IO;
	}
	for (size_t i = 0;
	     result == REEVE_OK && reeve_plan_segment(session->plan, i, &range);
	     i++) {
		result = segment_write(session, folder, i, &range);
	}
	if (result != REEVE_OK && made)
		segments_remove(session, folder);
	return result;
}

static int measure_print(const struct cli_call *call,
			 const struct reeve_measurement *measurement)
{
	if ((call->options & CLI_JSON) != 0)
		return cli_print_text(reeve_measurement_json(measurement));
	cli_print_measurement(measurement);
	return cli_finish_output();
}

static int listing_print(const struct cli_call *call,
			 const struct reeve_listing *listing,
			 const struct reeve_measurement *measurement)
{
	char *steps;

	if ((call->options & CLI_JSON) != 0)
		return cli_print_text(reeve_listing_json(listing, measurement));
	steps = reeve_listing_text(listing);
	if (steps == NULL) {
		fputs("reeve: error: out of memory\n", stderr);
		return CLI_FAILED;
	}
	cli_print_listing(measurement, steps);
	free(steps);
	return cli_finish_output();
}

/* Measures what a document of another builder lists. */
static int measure_listing(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_listing *listing = NULL;
	struct reeve_measurement measurement;
	int code = CLI_OK;
	int result = REEVE_ERR_MEMORY;

	if (session.report != NULL) {
		result = reeve_listing_load(cli_value(call, CLI_FROM),
					    call->config, &listing,
					    session.report);
	}
	if (result == REEVE_OK)
		result = reeve_listing_measure(listing, &measurement,
					       session.report);
	if (result == REEVE_OK)
		code = listing_print(call, listing, &measurement);
	reeve_listing_free(listing);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

int cli_measure(const struct cli_call *call)
{
	struct reeve_measurement measurement;
	struct cli_session session;
	int code;
	int result;

	if (cli_value(call, CLI_FROM) != NULL) {
		if (call->extra_count == 0 && cli_value(call, CLI_OUTPUT) == NULL)
			return measure_listing(call);
		fputs("reeve measure: with --from there are neither settings "
		      "nor -o\n",
		      stderr);
		return CLI_WRONG;
	}
	if (!cli_open_plan(&session, call, &code))
		return code;
	result = reeve_measure(session.plan, &measurement, session.report);
	if (result == REEVE_OK && cli_value(call, CLI_OUTPUT) != NULL)
		result = segments_write(&session, cli_value(call, CLI_OUTPUT));
	if (result == REEVE_OK)
		code = measure_print(call, &measurement);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
