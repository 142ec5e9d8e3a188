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

static void component_show(FILE *to, const struct token_component *component)
{
	static const struct span unnamed = SPAN("unnamed");

	label_write(to, "");
	span_write(to,
		   component->type.present ? component->type.bytes : unnamed);
	if (component->version.present) {
		fputs(", version ", to);
		span_write(to, component->version.bytes);
	}
	if (component->hash.present) {
		fputs(", ", to);
		span_write(to, component->hash.bytes);
	}
	fputs("\n", to);
	label_write(to, "    measurement");
	bytes_write(to, component->value.bytes);
	label_write(to, "    signer");
	bytes_write(to, component->signer.bytes);
}

static void components_show(FILE *to, const struct token *token)
{
	fprintf(to, "%zu\n", token->component_count);
	for (size_t i = 0; i < token->component_count; i++)
		component_show(to, &token->components[i]);
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
	} else {
		fprintf(to, "%u (%s)\n", (unsigned)number,
			number == 0 ? "shared" : "private");
	}
}

static void claim_write(FILE *to, const struct token *token,
			const struct claim_rule *rule,
			const struct token_claim *claim)
{
	if (!claim->present)
		return;
	label_write(to, rule->name);
	switch (rule->kind) {
	case CLAIM_BYTES:
		bytes_write(to, claim->bytes);
		break;
	case CLAIM_TEXT:
		span_write(to, claim->bytes);
		fputc('\n', to);
		break;
	case CLAIM_NUMBER:
		number_write(to, rule, claim->number);
		break;
	case CLAIM_COMPONENTS:
		components_show(to, token);
		break;
	case CLAIM_REMS:
		rems_write(to, token);
		break;
	}
}

static void part_show(FILE *to, const struct token *token,
		      const struct token_part *part,
		      const struct claim_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		claim_write(to, token, &rules[i], &part->claims[i]);
	label_write(to, "signature");
	bytes_write(to, part->signature);
	if (part->unknown != 0) {
		fprintf(to, "  and %u claims of no known meaning\n",
			part->unknown);
	}
}

char *reeve_token_text(const struct reeve_token *token)
{
	const struct token *parts = &token->token;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	fprintf(to, "CCA token, tag %u; nothing in it is verified here\n",
		(unsigned)parts->tag);
	fputs("Platform part\n", to);
	part_show(to, parts, &parts->platform, platform_rules, PLATFORM_CLAIMS);
	fputs("Realm part\n", to);
	part_show(to, parts, &parts->realm, realm_rules, REALM_CLAIMS);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}
