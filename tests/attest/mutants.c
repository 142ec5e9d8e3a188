/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Verifies tokens that tests/token_mutants.py sends through a pipe. Each record
 * on the standard input is a length, 4 bytes in little endian, and as many
 * bytes: first a file of platform keys, then tokens. The answer to each token
 * is a letter: D, it cannot be decoded; F, its form is refused; R, a check
 * fails; A, it is accepted, with nothing but its freshness and its guest
 * waived. Each token that decodes is also shown.
 */
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/reeve.h"

#define RECORD_MAX 0x100000 /* bytes */

static _Noreturn void mutants_fail(const char *what)
{
	fprintf(stderr, "mutants: %s\n", what);
	exit(1);
}

/* Reads a record. Returns false at the end of the input. */
static bool record_read(uint8_t *data, size_t *size)
{
	uint8_t head[4];

	if (fread(head, 1, sizeof(head), stdin) != sizeof(head))
		return false;
	*size = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 |
		(size_t)head[3] << 24;
	if (*size > RECORD_MAX || fread(data, 1, *size, stdin) != *size)
		mutants_fail("a record is cut off");
	return true;
}

static void token_show(const struct reeve_token *token)
{
	char *text = reeve_token_text(token);
	char *json = reeve_token_json(token);

	if (text == NULL || json == NULL)
		mutants_fail("out of memory");
	free(text);
	free(json);
}

static char token_judge(const uint8_t *data, size_t size,
			const struct reeve_keys *keys,
			struct reeve_report *report)
{
	const struct reeve_expectation expected = {
		.keys = keys,
		.no_challenge = true,
		.no_references = true,
	};
	struct reeve_verification *verification;
	struct reeve_token *token;
	char answer = 'F';

	if (reeve_token_read(data, size, "token", &token, report) != REEVE_OK)
		return 'D';
	token_show(token);
	if (reeve_token_verify(token, &expected, &verification, report) ==
	    REEVE_OK) {
		answer = reeve_verification_passed(verification) ? 'A' : 'R';
		reeve_verification_free(verification);
	}
	reeve_token_free(token);
	return answer;
}

int main(void)
{
	static uint8_t data[RECORD_MAX];
	struct reeve_report *report = reeve_report_new();
	struct reeve_keys *keys;
	size_t size;

	if (report == NULL || !record_read(data, &size) ||
	    reeve_keys_read(data, size, "keys", &keys, report) != REEVE_OK)
		mutants_fail("there are no keys");
	reeve_report_free(report);
	while (record_read(data, &size)) {
		report = reeve_report_new();
		if (report == NULL)
			mutants_fail("out of memory");
		if (putchar(token_judge(data, size, keys, report)) == EOF ||
		    fflush(stdout) != 0)
			mutants_fail("the answer cannot be written");
		reeve_report_free(report);
	}
	reeve_keys_free(keys);
	return 0;
}
