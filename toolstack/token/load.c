/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a token: reads the file, reports the decoder's refusals in words, and
 * makes the Realm key. */
#include "toolstack/token/load.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/key.h"

static int io_error(const char *path, const char *doing,
		    struct reeve_report *report)
{
	struct report_place place = { .file = path };

	report_add(report, REEVE_ERROR, &place, NULL, NULL, "cannot be %s: %s",
		   doing, strerror(errno));
	return REEVE_ERR_IO;
}

int file_read(const char *path, size_t limit, char **data, size_t *size,
	      struct reeve_report *report)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "rbe");
	char *buffer;
	bool failed;

	if (file == NULL)
		return io_error(path, "opened", report);
	buffer = malloc(limit + 2);
	if (buffer != NULL)
		*size = fread(buffer, 1, limit + 1, file);
	failed = ferror(file) != 0;
	if (!standard) {
		fclose(file); /* nothing was written that could be lost */
	}
	if (buffer == NULL)
		return REEVE_ERR_MEMORY;
	if (failed) {
		free(buffer);
		return io_error(path, "read", report);
	}
	buffer[*size] = '\0';
	*data = buffer;
	return REEVE_OK;
}

static int token_refuse(const struct token_error *error, const char *name,
			struct reeve_report *report)
{
	struct report_place place = { .file = name };

	return report_error(report, REEVE_ERR_TOKEN, &place, NULL, NULL,
			    "%s: %s%s%s, at its byte %zu",
			    token_fault_name(error->fault), error->part,
			    error->what != NULL ? ", " : "",
			    error->what != NULL ? error->what : "", error->at);
}

static int key_load(struct reeve_token *token, const char *name,
		    struct reeve_report *report)
{
	const struct token_error error = {
		.fault = TOKEN_KEY,
		.part = "Realm part",
		.what = realm_rules[REALM_KEY].name,
		.at = (size_t)(token->token.point_x -
			       token->token.realm.payload.data),
	};

	token->realm_key =
		key_from_point(token->token.point_x, token->token.point_y);
	if (token->realm_key != NULL)
		return REEVE_OK;
	ERR_clear_error();
	return token_refuse(&error, name, report);
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
			 &error))
		result = key_load(token, name, report);
	else
		result = token_refuse(&error, name, report);
	if (result == REEVE_OK)
		*out = token;
	else
		reeve_token_free(token);
	return result;
}

/* The log of a console may hold a token, in base64 between two marks. */
#define LOG_MAX    0x100000 /* bytes */
#define TOKEN_MARK "REEVE TOKEN"

static bool has_mark(const char *text, size_t size)
{
	static const char mark[] = "-----BEGIN " TOKEN_MARK "-----";

	return memmem(text, size, mark, sizeof(mark) - 1) != NULL;
}

/* Returns the last token of a log. The caller frees it with OPENSSL_free().
 * NULL: no token in the log is complete. */
static unsigned char *log_token(const char *text, size_t size, long *length)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	unsigned char *found = NULL;
	unsigned char *data;
	char *name;
	char *header;
	long count;

	while (bio != NULL &&
	       PEM_read_bio(bio, &name, &header, &data, &count) == 1) {
		if (strcmp(name, TOKEN_MARK) == 0) {
			OPENSSL_free(found);
			found = data;
			*length = count;
		} else {
			OPENSSL_free(data);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
	}
	BIO_free(bio);
	ERR_clear_error();
	return found;
}

static int log_read(const char *text, size_t size, const char *name,
		    struct reeve_token **out, struct reeve_report *report)
{
	struct report_place place = { .file = name };
	long length = 0;
	unsigned char *data = log_token(text, size, &length);
	int result;

	if (data == NULL) {
		return report_error(
			report, REEVE_ERR_TOKEN, &place, NULL, NULL,
			"no-token: what is between the marks is not base64");
	}
	result = reeve_token_read(data, (size_t)length, name, out, report);
	OPENSSL_free(data);
	return result;
}

int reeve_token_load(const char *path, struct reeve_token **out,
		     struct reeve_report *report)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	char *data;
	size_t size;
	int result = file_read(path, LOG_MAX, &data, &size, report);

	if (result != REEVE_OK)
		return result;
	result = has_mark(data, size)
			 ? log_read(data, size, name, out, report)
			 : reeve_token_read(data, size, name, out, report);
	free(data);
	return result;
}

void reeve_token_free(struct reeve_token *token)
{
	if (token == NULL)
		return;
	EVP_PKEY_free(token->realm_key);
	free(token);
}
