/* SPDX-License-Identifier: BSD-3-Clause */
/* Says why the parser cannot read a text, and how to mend it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/config/parser.h"
#include "toolstack/report/ascii.h"

enum {
	SHOWN_MAX = 24, /* bytes of the text that a message quotes */
};

#define BIT(kind) (1U << (kind))
#define ATOMS     (BIT(TOKEN_STRING) | BIT(TOKEN_NUMBER) | BIT(TOKEN_OPEN))
#define WORDS     (BIT(TOKEN_KEY) | BIT(TOKEN_BAD))
#define VALUES    (EXPECT_VALUE | EXPECT_ITEM)
#define ANYWHERE  (~0U)
#define UPPER     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum mode {
	MODE_ANY,
	MODE_STRICT,
	MODE_DEFAULT,
};

/* One hint. The first row that fits the error gives its hint. */
struct advice {
	unsigned expected; /* bits of enum expected */
	unsigned tokens; /* bits of enum token_kind */
	const char *first; /* the token starts with one of these, if not NULL */
	const char *words; /* the token is one of these, in any case */
	enum mode mode;
	const char *hint;
};

static const struct advice advice_table[] = {
	{ ANYWHERE, BIT(TOKEN_BAD), "'\"", NULL, MODE_ANY,
	  "close it with the quote it began with; \\n stands for a line "
	  "feed" },
	{ ANYWHERE, BIT(TOKEN_BAD), "#", NULL, MODE_STRICT,
	  "end the last line with a line feed" },
	{ ANYWHERE, BIT(TOKEN_BAD), "\r", NULL, MODE_STRICT,
	  "end lines with a line feed alone" },
	{ ANYWHERE, BIT(TOKEN_BAD), "\r", NULL, MODE_DEFAULT,
	  "remove it; it belongs only before a line feed" },
	{ EXPECT_KEY, BIT(TOKEN_BAD), UPPER, NULL, MODE_ANY,
	  "keys are written in lower case" },
	{ EXPECT_KEY, BIT(TOKEN_OPEN) | BIT(TOKEN_COMMA) | BIT(TOKEN_CLOSE),
	  NULL, NULL, MODE_ANY, "a list begins on the line of its key: KEY = [" },
	{ EXPECT_KEY, ANYWHERE, NULL, NULL, MODE_ANY,
	  "a setting is written KEY = VALUE" },
	{ EXPECT_OPERATOR, BIT(TOKEN_BAD), "-" UPPER, NULL, MODE_ANY,
	  "a key has lower-case letters, digits, '.' and '_' only" },
	{ EXPECT_OPERATOR, BIT(TOKEN_BAD), "+", NULL, MODE_ANY,
	  "write += without a blank in it" },
	{ EXPECT_OPERATOR, ANYWHERE, NULL, NULL, MODE_ANY,
	  "a setting is written KEY = VALUE" },
	{ VALUES, WORDS, NULL, "true yes on", MODE_STRICT, "write 1" },
	{ VALUES, WORDS, NULL, "false no off", MODE_STRICT, "write 0" },
	{ VALUES, WORDS, NULL, "true yes on", MODE_DEFAULT, "write true, or 1" },
	{ VALUES, WORDS, NULL, "false no off", MODE_DEFAULT,
	  "write false, or 0" },
	{ VALUES, BIT(TOKEN_BAD), "-+.", NULL, MODE_ANY,
	  "put a number with a sign or a point in quotes" },
	{ VALUES, BIT(TOKEN_BAD), "({", NULL, MODE_ANY,
	  "lists are written in [ ]" },
	{ VALUES, WORDS, NULL, NULL, MODE_ANY, "put text in quotes" },
	{ EXPECT_VALUE, BIT(TOKEN_NEWLINE), NULL, NULL, MODE_ANY,
	  "the value, or the '[' of a list, stands on the line of its "
	  "key" },
	{ EXPECT_ITEM, BIT(TOKEN_COMMA), NULL, NULL, MODE_ANY,
	  "take the comma away, or put an item before it" },
	{ EXPECT_ITEM | EXPECT_COMMA, BIT(TOKEN_SEMICOLON), NULL, NULL,
	  MODE_ANY, "close the list with ']' first" },
	{ EXPECT_COMMA, ATOMS, NULL, NULL, MODE_ANY,
	  "put a comma between two items" },
	{ EXPECT_END, BIT(TOKEN_STRING), NULL, NULL, MODE_ANY,
	  "write one string in one pair of quotes" },
	{ EXPECT_END | EXPECT_COMMA, BIT(TOKEN_BAD), "+-*/%.:(", NULL, MODE_ANY,
	  "write the value itself, nothing is computed, or put it in "
	  "quotes" },
	{ EXPECT_END, BIT(TOKEN_KEY), NULL, NULL, MODE_ANY,
	  "put settings on lines of their own, or ';' between them, and "
	  "text in quotes" },
	{ EXPECT_END | EXPECT_COMMA, WORDS, NULL, NULL, MODE_ANY,
	  "numbers have no unit and lower-case digits; put text in quotes" },
};

static const char *expected_name(enum expected expected)
{
	switch (expected) {
	case EXPECT_KEY:
		return "a key";
	case EXPECT_OPERATOR:
		return "'=' or '+='";
	case EXPECT_VALUE:
		return "a value";
	case EXPECT_END:
		return "the end of the line or ';'";
	case EXPECT_ITEM:
		return "an item or ']'";
	case EXPECT_COMMA:
		return "',' or ']'";
	}
	return "";
}

/* Returns true if the token is one of the words, which blanks separate. */
static bool token_among(const struct token *token, const char *words)
{
	size_t length;

	for (; *words != '\0'; words += length) {
		words += strspn(words, " ");
		length = strcspn(words, " ");
		if (length == token->length &&
		    ascii_same(words, token->text, length))
			return true;
	}
	return false;
}

static bool advice_fits(const struct advice *advice,
			const struct parser *parser, enum expected expected)
{
	const struct token *token = &parser->token;

	if ((advice->expected & expected) == 0 ||
	    (advice->tokens & BIT(token->kind)) == 0)
		return false;
	if (advice->mode != MODE_ANY &&
	    (advice->mode == MODE_STRICT) != parser->strict)
		return false;
	if (advice->words != NULL && !token_among(token, advice->words))
		return false;
	return advice->first == NULL || memchr(advice->first, *token->text,
					       strlen(advice->first)) != NULL;
}

static const char *advice_for(const struct parser *parser,
			      enum expected expected)
{
	size_t rows = sizeof(advice_table) / sizeof(advice_table[0]);

	for (size_t i = 0; i < rows; i++) {
		if (advice_fits(&advice_table[i], parser, expected))
			return advice_table[i].hint;
	}
	return NULL;
}

/* Copies the start of a text to out, with ? for control characters. out has
 * room for SHOWN_MAX bytes and an ellipsis. */
static void excerpt_write(const char *text, size_t length, char *out)
{
	size_t shown = length < SHOWN_MAX ? length : SHOWN_MAX;

	for (size_t i = 0; i < shown; i++) {
		bool hidden = (unsigned char)text[i] < ' ' || text[i] > '~';

		out[i] = hidden ? '?' : text[i];
	}
	strcpy(out + shown, length > shown ? "..." : "");
}

/* Names the token as a message does. */
static void token_describe(const struct token *token, char *out, size_t room)
{
	char text[SHOWN_MAX + 4];

	excerpt_write(token->text, token->length, text);
	if (token->kind == TOKEN_END) {
		snprintf(out, room, "the end of the text");
	} else if (token->kind == TOKEN_NEWLINE) {
		snprintf(out, room, "the end of the line");
	} else if (token->kind == TOKEN_STRING) {
		snprintf(out, room, "the string %s", text);
	} else if (*token->text == '\r') {
		snprintf(out, room, "a carriage return");
	} else if (*token->text < ' ' || *token->text > '~') {
		snprintf(out, room, "the byte 0x%02x",
			 (unsigned char)*token->text);
	} else {
		snprintf(out, room, "'%s'", text);
	}
}

int complain_expected(struct parser *parser, enum expected expected)
{
	const struct token *token = &parser->token;
	const char *hint = advice_for(parser, expected);
	char found[SHOWN_MAX + 32];

	token_describe(token, found, sizeof(found));
	if (token->kind == TOKEN_BAD &&
	    (*token->text == '"' || *token->text == '\'')) {
		return complain(parser, &token->place, hint,
				"the string is not closed on its line");
	}
	if (lex_has_bom(token->text, token->length)) {
		return complain(parser, &token->place, "remove it",
				"a UTF-8 byte order mark stands here");
	}
	if (token->kind == TOKEN_BAD && *token->text == '#') {
		return complain(parser, &token->place, hint,
				"the comment is not ended by a line feed");
	}
	return complain(parser, &token->place, hint, "expected %s, found %s",
			expected_name(expected), found);
}

__attribute__((format(printf, 5, 0))) static void
complain_report(struct parser *parser, enum reeve_severity severity,
		const struct report_place *place, const char *hint,
		const char *message, va_list args)
{
	char *text = NULL;

	/* If there is no memory for the text, there is none in the report for a
	 * copy of it either: it only counts the error then. */
	if (vasprintf(&text, message, args) < 0)
		text = NULL;
	report_add(parser->report, severity, place, parser->key, hint, "%s",
		   text != NULL ? text : message);
	free(text);
}

int complain(struct parser *parser, const struct report_place *place,
	     const char *hint, const char *message, ...)
{
	va_list args;

	parser->errors++;
	if (parser->errors > CFG_ERRORS_MAX)
		return REEVE_ERR_CONFIG;
	va_start(args, message);
	complain_report(parser, REEVE_ERROR, place, hint, message, args);
	va_end(args);
	return REEVE_ERR_CONFIG;
}

void complain_warn(struct parser *parser, const struct report_place *place,
		   const char *hint, const char *message, ...)
{
	va_list args;

	parser->warnings++;
	if (parser->warnings <= CFG_WARNINGS_MAX) {
		va_start(args, message);
		complain_report(parser, REEVE_WARNING, place, hint, message,
				args);
		va_end(args);
	} else if (parser->warnings == CFG_WARNINGS_MAX + 1) {
		report_add(parser->report, REEVE_NOTE, place, NULL, NULL,
			   "there are more warnings, which are not shown");
	}
}
