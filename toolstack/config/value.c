/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads values: strings, numbers, words, and lists of them to a bounded
 * depth. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/config/escape.h"
#include "toolstack/config/parser.h"
#include "toolstack/config/settings.h"

enum {
	/*
	 * libxlutil's parser fails when its stack is higher than STACK_MAX. The
	 * other constants are numbers of entries on that stack: for a statement
	 * up to its value; for the items of a list up to the comma after them;
	 * for an opening bracket, or for an item, with the line feeds after it.
	 * A line feed that is just being read takes one more.
	 */
	STACK_MAX = 9999,
	STACK_STATEMENT = 4,
	STACK_ITEMS = 3,
	STACK_LIST = 2,
};

static int escape_complain(struct parser *parser,
			   const struct report_place *place, char escape)
{
	if (escape == 'x' || (escape >= '0' && escape <= '7')) {
		return complain(
			parser, place,
			"xl has no working escapes for byte values: write the "
			"character itself",
			"the escape \\%c cannot be used", escape);
	}
	return complain(
		parser, place,
		"write \\\\ for a backslash; the escapes are \\\\ \\' \\\" \\a "
		"\\b \\f \\n \\r \\t \\v",
		"a backslash stands before a byte that makes no escape");
}

/* Reads the escape whose backslash is at offset i of the string token. Returns
 * the number of bytes read. */
static size_t string_escape(struct parser *parser, const struct token *token,
			    size_t i, char **out)
{
	struct report_place place = token->place;
	const char *text = token->text + i + 1;
	size_t length;
	int byte = escape_read(text, token->length - i - 2, &length);

	place.column += (unsigned)i;
	if (byte == ESCAPE_BAD) {
		escape_complain(parser, &place, *text);
	} else if (byte == ESCAPE_NOTHING) {
		complain_warn(
			parser, &place, "write the character itself",
			"this escape, %zu bytes after its backslash, is read "
			"as nothing, as xl reads it",
			length);
	} else {
		**out = (char)byte;
		++*out;
	}
	return 1 + length;
}

/* Reports a bad byte and goes on to the end of the string, to report the others
 * too. */
static int string_unescape(struct parser *parser, struct cfg_value *value)
{
	const struct token *token = &parser->token;
	char *out;
	size_t i = 1;

	value->text = malloc(text_room(token->length));
	if (value->text == NULL)
		return REEVE_ERR_MEMORY;
	out = value->text;
	while (i < token->length - 1) {
		if (token->text[i] == '\\') {
			i += string_escape(parser, token, i, &out);
			continue;
		}
		if (token->text[i] == '\0') {
			struct report_place place = token->place;

			place.column += (unsigned)i;
			complain(parser, &place, "remove it",
				 "a NUL byte stands in a string");
		}
		*out++ = token->text[i++];
	}
	*out = '\0';
	value->count = (size_t)(out - value->text);
	/* Every escape is longer than the byte that it stands for. */
	if (value->count == token->length - 2)
		value->verbatim_column = token->place.column + 1;
	return 0;
}

static int token_copy(const struct token *token, struct cfg_value *value)
{
	value->text = malloc(text_room(token->length));
	if (value->text == NULL)
		return REEVE_ERR_MEMORY;
	memcpy(value->text, token->text, token->length);
	value->text[token->length] = '\0';
	value->count = token->length;
	value->verbatim_column = token->place.column;
	return 0;
}

static bool is_word(const struct parser *parser)
{
	const struct token *token = &parser->token;

	if (parser->strict || token->kind != TOKEN_KEY)
		return false;
	return (token->length == 4 && memcmp(token->text, "true", 4) == 0) ||
	       (token->length == 5 && memcmp(token->text, "false", 5) == 0);
}

/* Reads a value that is not a list. */
static int parse_atom(struct parser *parser, struct cfg_value *value,
		      enum expected expected)
{
	int error;

	value->place = parser->token.place;
	if (parser->token.kind == TOKEN_STRING) {
		value->form = CFG_STRING;
		error = string_unescape(parser, value);
	} else if (parser->token.kind == TOKEN_NUMBER) {
		value->form = CFG_NUMBER;
		error = token_copy(&parser->token, value);
	} else if (is_word(parser)) {
		value->form = CFG_WORD;
		error = token_copy(&parser->token, value);
	} else {
		return complain_expected(parser, expected);
	}
	if (error == 0)
		parser_advance(parser);
	return error;
}

static struct open_list *innermost_list(const struct parser *parser)
{
	return &parser->lists[parser->depth - 1];
}

static size_t parser_stack_height(const struct parser *parser)
{
	return parser->depth != 0 ? innermost_list(parser)->height
				  : STACK_STATEMENT;
}

/* Returns the entries that the items before the next one take on the stack. */
static size_t stack_items(const struct parser *parser)
{
	if (parser->depth == 0 || innermost_list(parser)->value.count == 0)
		return 0;
	return STACK_ITEMS;
}

/* Returns the entries that the next token takes if it is a line feed. */
static size_t stack_newline(const struct parser *parser)
{
	return parser->token.kind == TOKEN_NEWLINE ? 1 : 0;
}

/* Refuses a text for which libxlutil's stack would grow beyond its limit, with
 * that many entries above those of the open list. */
static int stack_check(struct parser *parser, size_t above)
{
	if (!parser->strict || parser_stack_height(parser) + above <= STACK_MAX)
		return 0;
	return complain(parser, &parser->token.place,
			"nest less, or read the file without the strict grammar",
			"lists are nested too deep for xl's parser");
}

/* Reads an opening bracket. */
static int list_open(struct parser *parser)
{
	struct open_list list = {
		.value = { .form = CFG_LIST, .place = parser->token.place },
		.height = parser_stack_height(parser) + stack_items(parser) +
			  STACK_LIST,
	};
	void *lists = parser->lists;

	if (parser->depth == CFG_LEVELS_MAX) {
		return complain(parser, &parser->token.place, NULL,
				"lists are nested deeper than %d levels",
				CFG_LEVELS_MAX);
	}
	if (array_reserve(&lists, parser->depth, 1, sizeof(list)) != 0)
		return REEVE_ERR_MEMORY;
	parser->lists = lists;
	parser->lists[parser->depth++] = list;
	parser_advance(parser);
	return stack_check(parser, STACK_LIST);
}

/* Puts a whole value into the innermost list. The token is the one after it. */
static int list_add(struct parser *parser, struct cfg_value *item)
{
	struct open_list *list = innermost_list(parser);

	if (stack_check(parser, stack_items(parser) + STACK_LIST +
					stack_newline(parser)) != 0)
		return REEVE_ERR_CONFIG;
	list->after_item = true;
	return list_push(&list->value, item);
}

/* Reads a closing bracket. When it closes the outermost list, that list becomes
 * *value. */
static int list_close(struct parser *parser, struct cfg_value *value)
{
	struct cfg_value list = innermost_list(parser)->value;
	int error;

	parser->depth--;
	parser_advance(parser);
	if (parser->depth == 0) {
		*value = list;
		return 0;
	}
	error = list_add(parser, &list);
	value_dispose(&list);
	return error;
}

static int list_atom(struct parser *parser)
{
	struct cfg_value item = { 0 };
	int error = parse_atom(parser, &item, EXPECT_ITEM);

	if (error == 0)
		error = list_add(parser, &item);
	value_dispose(&item);
	return error;
}

static int list_comma(struct parser *parser)
{
	if (parser->token.kind != TOKEN_COMMA)
		return complain_expected(parser, EXPECT_COMMA);
	innermost_list(parser)->after_item = false;
	parser_advance(parser);
	return stack_check(parser, STACK_ITEMS + stack_newline(parser));
}

static int list_unclosed(struct parser *parser)
{
	return complain(parser, &innermost_list(parser)->value.place,
			"write ']' after the last item",
			"the list that begins here is not closed");
}

static int parse_list(struct parser *parser, struct cfg_value *value)
{
	int error = list_open(parser);

	while (error == 0 && parser->depth != 0) {
		if (parser->token.kind == TOKEN_NEWLINE)
			parser_advance(parser);
		else if (parser->token.kind == TOKEN_CLOSE)
			error = list_close(parser, value);
		else if (parser->token.kind == TOKEN_END ||
			 parser_at_statement(parser))
			error = list_unclosed(parser);
		else if (innermost_list(parser)->after_item)
			error = list_comma(parser);
		else if (parser->token.kind == TOKEN_OPEN)
			error = list_open(parser);
		else
			error = list_atom(parser);
	}
	return error;
}

int parse_value(struct parser *parser, struct cfg_value *value)
{
	if (parser->token.kind == TOKEN_OPEN)
		return parse_list(parser, value);
	return parse_atom(parser, value, EXPECT_VALUE);
}
