/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for attestation tokens and platform keys. A token that cannot
 * be decoded must come with a reason. Another can be shown and judged,
 * points only into its bytes, and is never accepted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/token/evidence.h"
#include "toolstack/token/load.h"
#include "toolstack/token/references.h"

/* Any point of the curve will do: no input is signed with its key. */
static const char key[] =
	"{\"kty\":\"EC\",\"crv\":\"P-384\","
	"\"x\":\"qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhy"
	"dgq3\","
	"\"y\":\"NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ"
	"6g5f\"}";

static void span_check(const struct reeve_token *token, size_t size,
		       struct span span)
{
	if (span.size == 0)
		return;
	if (span.data < token->data ||
	    span.size > size - (size_t)(span.data - token->data))
		abort();
}

static void part_check(const struct reeve_token *token, size_t size,
		       const struct token_part *part)
{
	span_check(token, size, part->headers);
	span_check(token, size, part->payload);
	span_check(token, size, part->signature);
	for (size_t i = 0; i < PART_CLAIMS_MAX; i++) {
		span_check(token, size, part->claims[i].bytes);
		span_check(token, size, part->claims[i].value);
	}
}

static void text_check(char *text)
{
	if (text == NULL || *text == '\0')
		abort();
	free(text);
}

/* Makes the platform of a token the one that is expected, if it describes
 * one. */
static void token_platform_add(struct reeve_references *references,
			       const struct reeve_token *token)
{
	struct reeve_report *report = reeve_report_new();
	int result = reeve_references_add_token(references, token, report);

	if ((result == REEVE_OK) != (reeve_references_platforms(references) == 1))
		abort();
	reeve_report_free(report);
}

static void token_verify_check(const struct reeve_token *token,
			       struct reeve_report *report)
{
	static const struct reeve_refs refs = { "sha-256", 32 };
	struct reeve_references *references = reeve_references_new();
	struct reeve_expectation expected = {
		.challenge = "00",
		.refs = &refs,
		.references = references,
	};
	struct reeve_verification *verification;
	struct reeve_keys *keys;
	int result;

	if (reeve_keys_read(key, sizeof(key) - 1, NULL, &keys, report) !=
	    REEVE_OK)
		abort();
	expected.keys = keys;
	token_platform_add(references, token);
	result = reeve_token_verify(token, &expected, &verification, report);
	reeve_references_free(references);
	reeve_keys_free(keys);
	if ((result == REEVE_OK) != (reeve_report_count(report) == 0))
		abort();
	if (result != REEVE_OK)
		return;
	if (reeve_verification_passed(verification))
		abort();
	text_check(reeve_verification_json(verification));
	reeve_verification_free(verification);
}

/* Any text may be said to be a token or a key. */
static void evidence_check(const uint8_t *data, size_t size)
{
	struct reeve_report *report = reeve_report_new();
	struct span text = { data, size };
	struct evidence evidence;
	struct reeve_keys *keys;

	if (report == NULL || !evidence_find(text, &evidence) ||
	    (evidence.problem == NULL && evidence.data == NULL))
		abort();
	free(evidence.data);
	if (reeve_keys_read(data, size, "key", &keys, report) == REEVE_OK)
		reeve_keys_free(keys);
	reeve_report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_report *report = reeve_report_new();
	struct reeve_token *token = NULL;
	int result;

	if (report == NULL)
		abort();
	result = reeve_token_read(data, size, "token", &token, report);
	if ((result == REEVE_OK) != (reeve_report_count(report) == 0))
		abort();
	if (result == REEVE_OK) {
		part_check(token, size, &token->token.platform);
		part_check(token, size, &token->token.realm);
		text_check(reeve_token_text(token));
		text_check(reeve_token_json(token));
		token_verify_check(token, report);
	}
	reeve_token_free(token);
	reeve_report_free(report);
	evidence_check(data, size);
	return 0;
}
