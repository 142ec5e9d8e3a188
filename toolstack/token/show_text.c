/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole token as text for a person. */
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/token/load.h"
#include "toolstack/token/policy.h"

#define LABEL_WIDTH  35
#define BYTES_A_LINE 32

static void label_write(FILE *to, const char *label)
{
	fprintf(to, "  %-*s", LABEL_WIDTH, label);
}

static void bytes_write(FILE *to, struct span bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (i != 0 && i % BYTES_A_LINE == 0)
			fprintf(to, "\n  %-*s", LABEL_WIDTH, "");
		fprintf(to, "%02x", bytes.data[i]);
	}
	fputc('\n', to);
}

static void span_write(FILE *to, struct span text)
{
	fwrite(text.data, 1, text.size, to);
}

/* ---- What has no name ------------------------------------------------- */

/* Writes an entry by its key, and its value as CBOR. */
static void pair_write(FILE *to, const struct cbor_entry *pair, const char *what)
{
	char label[64];
	int64_t key;

	if (cbor_head_int(&pair->head, &key)) {
		snprintf(label, sizeof(label), "%s %lld", what, (long long)key);
	} else {
		size_t shown = pair->key.size < 12 ? pair->key.size : 12;
		int used = snprintf(label, sizeof(label), "%s h'", what);

		for (size_t i = 0; i < shown; i++)
			used += snprintf(label + used,
					 sizeof(label) - (size_t)used, "%02x",
					 pair->key.data[i]);
		snprintf(label + used, sizeof(label) - (size_t)used, "%s'",
			 shown < pair->key.size ? "..." : "");
	}
	label_write(to, label);
	bytes_write(to, pair->value);
}

/* Writes the entries that have no name by the rules. */
static void unnamed_write(FILE *to, const struct cbor_pairs *pairs,
			  const struct claim_rule *rules, size_t count,
			  const char *what)
{
	for (size_t i = 0; i < pairs->count; i++) {
		int64_t key;

		if (!cbor_head_int(&pairs->list[i].head, &key) ||
		    token_rule_find(rules, count, key) == count)
			pair_write(to, &pairs->list[i], what);
	}
}

/* ---- Claims ----------------------------------------------------------- */

static void hashes_write(FILE *to, const struct token_claim *claim)
{
	struct cbor_in in = { .text = claim->value };
	struct cbor_head head;

	cbor_in_next(&in, &head);
	for (uint64_t i = 0, count = head.number; i < count; i++) {
		if (i != 0)
			label_write(to, "");
		if (cbor_in_expect(&in, CBOR_BYTES, &head))
			bytes_write(to, head.content);
	}
}

static void rems_write(FILE *to, const struct token *token)
{
	for (size_t i = 0; i < CCA_REMS; i++) {
		if (i != 0)
			label_write(to, "");
		bytes_write(to, token->rems[i]);
	}
}

static void number_write(FILE *to, const struct claim_rule *rule,
			 uint64_t number)
{
	if (rule->key == CCA_LIFECYCLE) {
		fprintf(to, "0x%04x (%s)\n", (unsigned)number,
			token_lifecycle_name(number));
	} else if (rule->values != NULL) {
		fprintf(to, "%u (%s)\n", (unsigned)number,
			rule->values[number - rule->least]);
	} else {
		fprintf(to, "%u\n", (unsigned)number);
	}
}

static void components_show(FILE *to, const struct token *token);
static void records_write(FILE *to, const struct claim_rule *rule,
			  const struct token_claim *claim);

static void value_write(FILE *to, const struct token *token,
			const struct claim_rule *rule,
			const struct token_claim *claim)
{
	switch (rule->kind) {
	case CLAIM_BYTES:
	case CLAIM_UEID:
		bytes_write(to, claim->bytes);
		break;
	case CLAIM_TEXT:
	case CLAIM_HASH_NAME:
		span_write(to, claim->bytes);
		fputc('\n', to);
		break;
	case CLAIM_NUMBER:
		number_write(to, rule, claim->number);
		break;
	case CLAIM_BOOL:
		fputs(claim->number != 0 ? "yes\n" : "no\n", to);
		break;
	case CLAIM_COMPONENTS:
		components_show(to, token);
		break;
	case CLAIM_HASHES:
		hashes_write(to, claim);
		break;
	case CLAIM_REMS:
		rems_write(to, token);
		break;
	case CLAIM_RECORDS:
		records_write(to, rule, claim);
		break;
	case CLAIM_ANY:
		bytes_write(to, claim->value);
		break;
	}
}

static void claim_write(FILE *to, const struct token *token,
			const struct claim_rule *rule, const char *label,
			const struct token_claim *claim)
{
	if (!claim->present)
		return;
	label_write(to, label);
	if (claim->fault == TOKEN_OK) {
		value_write(to, token, rule, claim);
	} else {
		fprintf(to, "(%s) ", token_fault_name(claim->fault));
		bytes_write(to, claim->value);
	}
}

static void record_write(FILE *to, const struct claim_rule *rule,
			 const struct token_record *record)
{
	char label[LABEL_WIDTH + 1];

	for (size_t i = 0; i < rule->entry_count; i++) {
		snprintf(label, sizeof(label), "    %s", rule->entries[i].name);
		claim_write(to, NULL, &rule->entries[i], label,
			    &record->entries[i]);
	}
	unnamed_write(to, &record->pairs, rule->entries, rule->entry_count,
		      "    entry");
}

static void records_write(FILE *to, const struct claim_rule *rule,
			  const struct token_claim *claim)
{
	struct cbor_in in = { .text = claim->value };
	struct token_record record;
	struct cbor_head head;

	cbor_in_next(&in, &head);
	fprintf(to, "%llu\n", (unsigned long long)head.number);
	for (uint64_t i = 1, count = head.number; i <= count; i++) {
		label_write(to, "");
		fprintf(to, "number %llu\n", (unsigned long long)i);
		token_record_read(&in, rule, &record);
		record_write(to, rule, &record);
		cbor_pairs_free(&record.pairs);
	}
}

/* Writes the name of a component on one line, and its bytes on others. */
static void component_show(FILE *to, const struct token *token,
			   const struct token_component *component)
{
	static const char *const labels[COMPONENT_CLAIMS] = {
		[COMPONENT_VALUE] = "    measurement",
		[COMPONENT_SIGNER] = "    signer",
		[COMPONENT_LFA] = "    live activation",
		[COMPONENT_COUNTERSIGNERS] = "    countersigners",
	};
	const struct token_claim *claims = component->claims;
	const struct token_claim *type = &claims[COMPONENT_TYPE];
	const struct token_claim *version = &claims[COMPONENT_VERSION];
	const struct token_claim *hash = &claims[COMPONENT_HASH];

	label_write(to, "");
	if (type->present && type->fault == TOKEN_OK)
		span_write(to, type->bytes);
	else
		fputs("unnamed", to);
	if (version->present && version->fault == TOKEN_OK) {
		fputs(", version ", to);
		span_write(to, version->bytes);
	}
	if (hash->present && hash->fault == TOKEN_OK) {
		fputs(", ", to);
		span_write(to, hash->bytes);
	}
	fputs("\n", to);
	for (size_t i = 0; i < COMPONENT_CLAIMS; i++) {
		if (labels[i] != NULL) {
			claim_write(to, token, &component_rules[i], labels[i],
				    &claims[i]);
		}
	}
	unnamed_write(to, &component->pairs, component_rules, COMPONENT_CLAIMS,
		      "    entry");
}

static void components_show(FILE *to, const struct token *token)
{
	fprintf(to, "%zu\n", token->component_count);
	for (size_t i = 0; i < token->component_count; i++)
		component_show(to, token, &token->components[i]);
}

/* ---- The whole -------------------------------------------------------- */

static void part_show(FILE *to, const struct token *token,
		      const struct token_part *part, const char *name)
{
	static const struct claim_rule shown_header = { .key = COSE_HEADER_ALG };
	size_t count;
	const struct claim_rule *rules = token_rules(token, part, &count);

	if (!part->present)
		return;
	fprintf(to, "%s\n", name);
	for (size_t i = 0; i < count; i++) {
		claim_write(to, token, &rules[i], rules[i].name,
			    &part->claims[i]);
	}
	unnamed_write(to, &part->pairs, rules, count, "claim");
	if (part->algorithm != NULL) {
		label_write(to, "algorithm");
		fprintf(to, "%s\n", part->algorithm->name);
	}
	unnamed_write(to, &part->protected, &shown_header,
		      part->algorithm != NULL ? 1 : 0, "header");
	unnamed_write(to, &part->unprotected, NULL, 0, "unprotected header");
	label_write(to, "signature");
	if (part->signature.data == NULL)
		fputs("none\n", to);
	else
		bytes_write(to, part->signature);
}

static void entries_show(FILE *to, const struct token *token)
{
	static const struct claim_rule parts[] = {
		{ .key = CCA_PLATFORM_TOKEN },
		{ .key = CCA_REALM_TOKEN },
	};

	if (token->entries.count !=
	    (size_t)token->platform.present + (size_t)token->realm.present) {
		fputs("Further entries of the collection\n", to);
		unnamed_write(to, &token->entries, parts, 2, "entry");
	}
}

static void refusal_show(FILE *to, const struct token *token)
{
	struct token_error error;
	char *text;

	if (!token_refusal(token, &error))
		return;
	text = token_refusal_text(token, &error);
	fprintf(to, "A verifier refuses it: %s\n", text != NULL ? text : "");
	free(text);
}

char *reeve_token_text(const struct reeve_token *token)
{
	const struct token *parts = &token->token;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	if (parts->tag != 0) {
		fprintf(to,
			"CCA token, tag %u; nothing in it is verified here\n",
			(unsigned)parts->tag);
	} else if (parts->entries.count != 0) {
		fputs("CCA token without a tag; nothing in it is verified "
		      "here\n",
		      to);
	} else {
		fputs("A part of a CCA token; nothing in it is verified here\n",
		      to);
	}
	refusal_show(to, parts);
	part_show(to, parts, &parts->platform, "Platform part");
	part_show(to, parts, &parts->realm, "Realm part");
	entries_show(to, parts);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}
