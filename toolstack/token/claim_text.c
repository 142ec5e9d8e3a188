/* SPDX-License-Identifier: BSD-3-Clause */
/* Says what is wrong with the form of a claim. The texts go to people: what a
 * token has is copied only as far as it is printable. */
#include "toolstack/token/claim_text.h"

#include <stdio.h>

#include "toolstack/report/utf8.h"

#define SIZES_TEXT_MAX 32
#define FOUND_MAX      40 /* bytes of a text of the token, with the NUL */

void printable_copy(struct span text, char *to, size_t size)
{
	size_t used = 0;

	while (used < text.size) {
		size_t length =
			utf8_printable(text.data + used, text.size - used);

		if (length == 0 || used + length >= size)
			break;
		memcpy(to + used, text.data + used, length);
		used += length;
	}
	to[used] = '\0';
}

static void sizes_text(const struct claim_rule *rule, char text[SIZES_TEXT_MAX])
{
	int used = snprintf(text, SIZES_TEXT_MAX, "%u", rule->sizes[0]);

	for (size_t i = 1; i < 3 && rule->sizes[i] != 0; i++) {
		used += snprintf(text + used, SIZES_TEXT_MAX - (size_t)used,
				 "%s%u",
				 i == 2 || rule->sizes[2] == 0 ? " or " : ", ",
				 rule->sizes[i]);
	}
}

/* ---- Another type ------------------------------------------------------ */

static const char *wanted_kind(const struct claim_rule *rule)
{
	static const char *const texts[] = {
		[CLAIM_BYTES] = "a byte string",
		[CLAIM_UEID] = "a byte string",
		[CLAIM_TEXT] = "a text",
		[CLAIM_HASH_NAME] = "a text",
		[CLAIM_NUMBER] = "a number",
		[CLAIM_BOOL] = "a truth value",
		[CLAIM_COMPONENTS] = "an array of maps",
		[CLAIM_HASHES] = "an array of byte strings",
		[CLAIM_REMS] = "an array of byte strings",
		[CLAIM_RECORDS] = "an array of maps",
		[CLAIM_ANY] = "anything",
	};

	return texts[rule->kind];
}

static const char *found_kind(struct span value)
{
	static const char *const texts[] = {
		[CBOR_UINT] = "a number",
		[CBOR_NEGATIVE] = "a negative number",
		[CBOR_BYTES] = "a byte string",
		[CBOR_TEXT] = "a text",
		[CBOR_ARRAY] = "an array",
		[CBOR_MAP] = "a map",
		[CBOR_TAG] = "a tag",
		[CBOR_OTHER] = "a simple value or a float",
	};
	struct cbor_in in = { .text = value };
	struct cbor_head head;

	return cbor_in_next(&in, &head) ? texts[head.kind] : "nothing";
}

/* An array can be right, and an element of it of another type. */
static void type_text(const struct claim_rule *rule,
		      const struct token_claim *claim, char text[CLAIM_TEXT_MAX])
{
	const char *found = found_kind(claim->value);

	if (strncmp(wanted_kind(rule), found, strlen(found)) == 0)
		found = "an array with something else";
	snprintf(text, CLAIM_TEXT_MAX, "expected %s, found %s",
		 wanted_kind(rule), found);
}

/* ---- Another size ------------------------------------------------------ */

static uint64_t element_count(struct span value)
{
	struct cbor_in in = { .text = value };
	struct cbor_head head;

	return cbor_in_expect(&in, CBOR_ARRAY, &head) ? head.number : 0;
}

static void size_text(const struct claim_rule *rule,
		      const struct token_claim *claim, char text[CLAIM_TEXT_MAX])
{
	unsigned long long count = element_count(claim->value);
	char sizes[SIZES_TEXT_MAX];

	sizes_text(rule, sizes);
	switch (rule->kind) {
	case CLAIM_BYTES:
	case CLAIM_UEID:
		snprintf(text, CLAIM_TEXT_MAX, "expected %s bytes, found %zu",
			 sizes, claim->bytes.size);
		break;
	case CLAIM_REMS:
		if (count != CCA_REMS)
			snprintf(text, CLAIM_TEXT_MAX,
				 "expected %d elements, found %llu", CCA_REMS,
				 count);
		else
			snprintf(text, CLAIM_TEXT_MAX,
				 "expected elements of %s bytes each", sizes);
		break;
	case CLAIM_HASHES:
		snprintf(text, CLAIM_TEXT_MAX,
			 "expected one element or more, of %s bytes each",
			 sizes);
		break;
	case CLAIM_COMPONENTS:
	case CLAIM_RECORDS:
		snprintf(text, CLAIM_TEXT_MAX,
			 "expected one or more, found none");
		break;
	default:
		text[0] = '\0';
		break;
	}
}

/* ---- Another value ----------------------------------------------------- */

static void number_text(const struct claim_rule *rule,
			const struct token_claim *claim,
			char text[CLAIM_TEXT_MAX])
{
	char found[FOUND_MAX];

	if (claim->bytes.data == NULL) {
		snprintf(text, CLAIM_TEXT_MAX, "expected %u to %u, found %llu",
			 rule->least, rule->most,
			 (unsigned long long)claim->number);
		return;
	}
	printable_copy(claim->bytes, found, sizeof(found));
	snprintf(text, CLAIM_TEXT_MAX,
		 "expected %u to %u, \"%s\" or \"%s\", found \"%s\"",
		 rule->least, rule->most, rule->values[0],
		 rule->values[rule->most - rule->least], found);
}

static void value_text(const struct claim_rule *rule,
		       const struct token_claim *claim,
		       char text[CLAIM_TEXT_MAX])
{
	char found[FOUND_MAX];

	switch (rule->kind) {
	case CLAIM_NUMBER:
		number_text(rule, claim, text);
		break;
	case CLAIM_UEID:
		snprintf(text, CLAIM_TEXT_MAX,
			 "expected 01 as the first byte, found %02x",
			 claim->bytes.data[0]);
		break;
	case CLAIM_HASH_NAME:
		printable_copy(claim->bytes, found, sizeof(found));
		snprintf(text, CLAIM_TEXT_MAX,
			 "expected " CCA_SHA_256 ", " CCA_SHA_384
			 " or " CCA_SHA_512 ", found \"%s\"",
			 found);
		break;
	default:
		text[0] = '\0';
		break;
	}
}

void claim_fault_text(const struct claim_rule *rule,
		      const struct token_claim *claim, char text[CLAIM_TEXT_MAX])
{
	text[0] = '\0';
	switch (claim->fault) {
	case TOKEN_WRONG_TYPE:
		type_text(rule, claim, text);
		break;
	case TOKEN_WRONG_SIZE:
		size_text(rule, claim, text);
		break;
	case TOKEN_WRONG_VALUE:
		value_text(rule, claim, text);
		break;
	case TOKEN_MALFORMED:
		snprintf(text, CLAIM_TEXT_MAX,
			 "expected a text without control characters");
		break;
	default:
		break;
	}
}
