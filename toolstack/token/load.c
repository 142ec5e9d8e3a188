/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a token: reads its file, finds the token in it, and reports refusals
 * in words. */
#include "toolstack/token/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/evidence.h"
#include "toolstack/token/log.h"

static int io_error(const char *path, const char *doing,
		    struct reeve_report *report)
{
	struct report_place place = { .file = path };

	report_add(report, REEVE_ERROR, &place, NULL, NULL, "cannot be %s: %s",
		   doing, strerror(errno));
	return REEVE_ERR_IO;
}

/* A file that is read, or the standard input, which is not ours to close. */
struct input {
	FILE *file;
	bool opened;
};

/* Opens a file, or takes the standard input for "-". */
static int input_open(const char *path, struct input *input,
		      struct reeve_report *report)
{
	input->opened = strcmp(path, "-") != 0;
	input->file = input->opened ? fopen(path, "rbe") : stdin;
	return input->file != NULL ? REEVE_OK : io_error(path, "opened", report);
}

static void input_close(struct input *input)
{
	if (input->opened)
		fclose(input->file); /* nothing was written that could be lost */
}

/* Reads at most limit + 1 bytes, and puts a NUL behind them. */
static int stream_read(FILE *file, const char *path, size_t limit, char **data,
		       size_t *size, struct reeve_report *report)
{
	char *buffer = malloc(limit + 2);

	if (buffer == NULL)
		return REEVE_ERR_MEMORY;
	*size = fread(buffer, 1, limit + 1, file);
	if (ferror(file) != 0) {
		free(buffer);
		return io_error(path, "read", report);
	}
	buffer[*size] = '\0';
	*data = buffer;
	return REEVE_OK;
}

int file_read(const char *path, size_t limit, char **data, size_t *size,
	      struct reeve_report *report)
{
	struct input input;
	int result = input_open(path, &input, report);

	if (result != REEVE_OK)
		return result;
	result = stream_read(input.file, path, limit, data, size, report);
	input_close(&input);
	return result;
}

char *token_refusal_text(const struct token *token,
			 const struct token_error *error)
{
	char place[64] = "";
	char *text;

	if (error->at != NULL) {
		snprintf(place, sizeof(place), ", at byte %zu of %zu",
			 (size_t)(error->at - token->text.data),
			 token->text.size);
	}
	if (asprintf(&text, "%s: %s%s%s%s%s%s", token_fault_name(error->fault),
		     error->part, error->what != NULL ? ", " : "",
		     error->what != NULL ? error->what : "",
		     error->found[0] != '\0' ? ": " : "", error->found,
		     place) < 0)
		return NULL;
	return text;
}

int token_refuse(const struct token *token, const struct token_error *error,
		 const char *name, struct reeve_report *report)
{
	struct report_place place = { .file = name };
	char *text = token_refusal_text(token, error);
	int result = REEVE_ERR_MEMORY;

	if (text != NULL && error->fault != TOKEN_MEMORY) {
		result = report_error(report, REEVE_ERR_TOKEN,
				      name != NULL ? &place : NULL, NULL, NULL,
				      "%s", text);
	}
	free(text);
	return result;
}

int reeve_token_read(const void *data, size_t size, const char *name,
		     struct reeve_token **out, struct reeve_report *report)
{
	struct reeve_token *token = calloc(1, sizeof(*token) + size);
	struct token_error error;
	int result;

	if (token == NULL)
		return REEVE_ERR_MEMORY;
	memcpy(token->data, data, size);
	if (token_decode((struct span){ token->data, size }, &token->token,
			 &error)) {
		*out = token;
		return REEVE_OK;
	}
	result = token_refuse(&token->token, &error, name, report);
	reeve_token_free(token);
	return result;
}

/* Says that a log has more tokens than the one that counts, and that others in
 * it are not whole. */
static void log_notes(const struct log_tokens *found, const char *name,
		      struct reeve_report *report)
{
	struct report_place place = { .file = name };

	if (found->count > 1) {
		report_add(report, REEVE_NOTE, &place, NULL, NULL,
			   "holds %zu tokens: the last one counts",
			   found->count);
	}
	if (found->count != 0 && found->last_is_broken) {
		report_add(report, REEVE_WARNING, &place, NULL, NULL,
			   "a later token is not whole: the last whole one "
			   "counts");
	}
}

/* Reads the token of a log: head is how it begins, file the rest. */
static int log_load(struct span head, FILE *file, const char *name,
		    struct reeve_token **out, struct reeve_report *report)
{
	struct report_place place = { .file = name };
	struct log_tokens found;
	int result;

	if (!log_search(head, file, &found))
		return REEVE_ERR_MEMORY;
	log_notes(&found, name, report);
	if (ferror(file) != 0)
		result = io_error(name, "read", report);
	else if (found.count != 0)
		result = reeve_token_read(found.data, found.size, name, out,
					  report);
	else if (found.last_is_broken)
		result = report_error(report, REEVE_ERR_TOKEN, &place, NULL,
				      NULL,
				      "no-token: what is between the marks is "
				      "not whole, or not base64");
	else
		result = report_error(report, REEVE_ERR_TOKEN, &place, NULL,
				      "the initramfs of the example prints one "
				      "with reeve=token",
				      "no-token: longer than a token, and no log "
				      "with one between -----BEGIN " LOG_MARK
				      "----- and -----END " LOG_MARK "-----");
	free(found.data);
	return result;
}

/* Reads a token in whatever encoding it is. */
static int evidence_load(struct span text, const char *name,
			 struct reeve_token **out, struct reeve_report *report)
{
	struct report_place place = { .file = name };
	struct evidence found;
	int result;

	if (!evidence_find(text, &found))
		return REEVE_ERR_MEMORY;
	if (found.problem != NULL) {
		result = report_error(report, REEVE_ERR_TOKEN, &place, NULL,
				      NULL, "no-token: %s", found.problem);
	} else {
		result = reeve_token_read(found.data, found.size, name, out,
					  report);
	}
	free(found.data);
	return result;
}

/* A longer file is no token in any encoding, but may be a log. */
#define HEAD_MAX 0x100000 /* bytes */

int reeve_token_load(const char *path, struct reeve_token **out,
		     struct reeve_report *report)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct input input;
	struct span head;
	char *data;
	size_t size;
	int result = input_open(path, &input, report);

	if (result != REEVE_OK)
		return result;
	result = stream_read(input.file, path, HEAD_MAX, &data, &size, report);
	if (result == REEVE_OK) {
		head = (struct span){ (const uint8_t *)data, size };
		if (size > HEAD_MAX || log_has_mark(head))
			result = log_load(head, input.file, name, out, report);
		else
			result = evidence_load(head, name, out, report);
		free(data);
	}
	input_close(&input);
	return result;
}

void reeve_token_free(struct reeve_token *token)
{
	if (token == NULL)
		return;
	token_free(&token->token);
	free(token);
}
