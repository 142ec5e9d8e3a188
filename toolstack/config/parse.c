/* SPDX-License-Identifier: BSD-3-Clause */
/* The parser: reads the statements of a text and of its extras in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/config/parser.h"
#include "toolstack/config/settings.h"

void parser_advance(struct parser *parser)
{
	struct token *token = &parser->token;

	parser->line_begins = token->kind == TOKEN_NEWLINE;
	*token = lexer_next(&parser->lexer);
	if (token->kind != TOKEN_STRAY)
		return;
	complain_warn(
		parser, &token->place, "remove it",
		"the last byte is no part of a setting; it is ignored, as xl "
		"ignores it");
	token->kind = TOKEN_END;
}

bool parser_at_statement(const struct parser *parser)
{
	struct lexer ahead = parser->lexer;
	enum token_kind next;

	if (!parser->line_begins || parser->token.kind != TOKEN_KEY)
		return false;
	next = lexer_next(&ahead).kind;
	return next == TOKEN_ASSIGN || next == TOKEN_APPEND;
}

/* Frees the lists that are not closed yet. */
static void open_lists_dispose(struct parser *parser)
{
	while (parser->depth != 0) {
		parser->depth--;
		value_dispose(&parser->lists[parser->depth].value);
	}
}

/*
 * Skips to the place where the next statement can begin: the line after the bad
 * one or, if the bad token stands in a list, the line after the end of the
 * list. A line that reads as a statement ends a list too.
 */
static void parser_recover(struct parser *parser)
{
	size_t depth = parser->depth;

	open_lists_dispose(parser);
	while (parser->token.kind != TOKEN_END && !parser_at_statement(parser)) {
		if (parser->token.kind == TOKEN_OPEN)
			depth++;
		if (parser->token.kind == TOKEN_CLOSE && depth != 0)
			depth--;
		parser_advance(parser);
		if (parser->line_begins && depth == 0)
			return;
	}
}

static int parse_key(struct parser *parser)
{
	const struct token *token = &parser->token;

	if (token->kind != TOKEN_KEY)
		return complain_expected(parser, EXPECT_KEY);
	parser->place = token->place;
	parser->key = strndup(token->text, token->length);
	if (parser->key == NULL)
		return REEVE_ERR_MEMORY;
	parser_advance(parser);
	return 0;
}

static int parse_operator(struct parser *parser, enum cfg_op *op)
{
	if (parser->token.kind == TOKEN_ASSIGN)
		*op = CFG_SET;
	else if (parser->token.kind == TOKEN_APPEND)
		*op = CFG_APPEND;
	else
		return complain_expected(parser, EXPECT_OPERATOR);
	parser_advance(parser);
	return 0;
}

static int check_end(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_END:
	case TOKEN_NEWLINE:
	case TOKEN_SEMICOLON:
		return 0;
	default:
		return complain_expected(parser, EXPECT_END);
	}
}

static void complain_mixed(struct parser *parser, const struct cfg_setting *old)
{
	bool list = old->value.form == CFG_LIST;

	complain(parser, &parser->place,
		 "use = to give it a new value, or add the same kind of value",
		 "+= adds a %s to a %s", list ? "text" : "list",
		 list ? "list" : "text");
	report_add(parser->report, REEVE_NOTE, &old->place, parser->key, NULL,
		   "it was set here");
}

/* Warns of a name that is set twice. An argument after the file is meant to
 * replace a value of the file, so that is no reason to warn. */
static void warn_replaced(struct parser *parser, const struct cfg_setting *old)
{
	if (parser->strict || old->place.file != parser->place.file)
		return;
	complain_warn(parser, &parser->place, "keep one of the two",
		      "this replaces the value set in line %u", old->place.line);
}

/* Puts the statement's setting into cfg. Its key is still parser->key. */
static int setting_store(struct parser *parser, struct cfg *cfg,
			 struct cfg_setting *setting)
{
	const struct cfg_setting *old = cfg_find(cfg, parser->key);
	bool list = setting->value.form == CFG_LIST;
	int error;

	if (old != NULL && setting->op == CFG_SET) {
		warn_replaced(parser, old);
	} else if (old != NULL && list != (old->value.form == CFG_LIST)) {
		complain_mixed(parser, old);
		return 0; /* the error is in the meaning: reading can go on */
	}
	setting->key = parser->key;
	setting->place = parser->place;
	error = settings_put(cfg, setting);
	parser->key = setting->key;
	return error;
}

static int parse_statement(struct parser *parser, struct cfg *cfg)
{
	struct cfg_setting setting = { 0 };
	int error = parse_key(parser);

	if (error == 0)
		error = parse_operator(parser, &setting.op);
	if (error == 0)
		error = parse_value(parser, &setting.value);
	if (error == 0)
		error = check_end(parser);
	if (error == 0)
		error = setting_store(parser, cfg, &setting);
	value_dispose(&setting.value);
	free(parser->key);
	parser->key = NULL;
	return error;
}

/* Returns 0 after errors too, which parser->errors counts, or
 * REEVE_ERR_MEMORY. */
static int parse_text(struct parser *parser, struct cfg *cfg)
{
	int error;

	parser_advance(parser);
	parser->line_begins = true;
	while (parser->token.kind != TOKEN_END) {
		if (parser->token.kind == TOKEN_NEWLINE ||
		    parser->token.kind == TOKEN_SEMICOLON) {
			parser_advance(parser);
			continue;
		}
		error = parse_statement(parser, cfg);
		if (error == REEVE_ERR_MEMORY)
			return error;
		if (parser->errors >= CFG_ERRORS_MAX) {
			report_add(parser->report, REEVE_NOTE,
				   &parser->token.place, NULL, NULL,
				   "there are too many errors: the text is read "
				   "no further");
			return 0;
		}
		if (error == REEVE_ERR_CONFIG)
			parser_recover(parser);
	}
	return 0;
}

/* Reads the text into which the sources of cfg are joined. */
static int parse_sources(struct cfg *cfg, const char *text, size_t length,
			 unsigned flags, struct reeve_report *report)
{
	struct parser parser = {
		.strict = (flags & CFG_STRICT) != 0,
		.report = report,
	};
	int error;

	lexer_init(&parser.lexer, text, length, cfg->sources, parser.strict);
	error = parse_text(&parser, cfg);
	open_lists_dispose(&parser);
	free(parser.lists);
	if (error != 0)
		return error;
	settings_link(cfg);
	return parser.errors != 0 ? REEVE_ERR_CONFIG : 0;
}

/* Names the text and the extras. sources_join() sets their ends. */
static int sources_name(struct cfg *cfg, const char *name, size_t extra_count)
{
	cfg->sources = calloc(extra_count + 1, sizeof(*cfg->sources));
	if (cfg->sources == NULL)
		return REEVE_ERR_MEMORY;
	cfg->source_count = extra_count + 1;
	cfg->sources[0].name = strdup(name);
	for (size_t i = 1; i <= extra_count; i++) {
		if (asprintf(&cfg->sources[i].name, "KEY=VALUE argument %zu",
			     i) < 0)
			cfg->sources[i].name = NULL;
	}
	for (size_t i = 0; i <= extra_count; i++) {
		if (cfg->sources[i].name == NULL)
			return REEVE_ERR_MEMORY;
	}
	return 0;
}

static char *sources_join(struct cfg *cfg, const char *text, size_t length,
			  const char *const *extras)
{
	size_t at = length;
	size_t total = length + 1;
	char *joined;

	for (size_t i = 1; i < cfg->source_count; i++)
		total += strlen(extras[i - 1]) + 1;
	joined = malloc(total);
	if (joined == NULL)
		return NULL;
	if (length != 0)
		memcpy(joined, text, length);
	for (size_t i = 1; i < cfg->source_count; i++) {
		joined[at++] = '\n';
		cfg->sources[i - 1].end = at;
		at = (size_t)(stpcpy(joined + at, extras[i - 1]) - joined);
	}
	/* If there are extras, the last one ends with a line feed too. */
	if (cfg->source_count > 1)
		joined[at++] = '\n';
	cfg->sources[cfg->source_count - 1].end = at;
	return joined;
}

int cfg_parse(const char *name, const char *text, size_t length,
	      const char *const *extras, size_t extra_count, unsigned flags,
	      struct cfg **out, struct reeve_report *report)
{
	struct cfg *cfg = calloc(1, sizeof(*cfg));
	char *joined = NULL;
	int error = REEVE_ERR_MEMORY;

	if (cfg == NULL)
		return REEVE_ERR_MEMORY;
	if (sources_name(cfg, name, extra_count) != 0)
		goto out;
	joined = sources_join(cfg, text, length, extras);
	if (joined == NULL)
		goto out;
	error = parse_sources(cfg, joined, cfg->sources[extra_count].end, flags,
			      report);
out:
	free(joined);
	if (error == 0)
		*out = cfg;
	else
		cfg_free(cfg);
	return error;
}
