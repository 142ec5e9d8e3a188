/* SPDX-License-Identifier: BSD-3-Clause */
/* The lexer: reads one token at a time, and each byte of the text once. */
#include "toolstack/config/lex.h"

#include <string.h>

#define BLANKS       " \t"
#define DIGITS       "0123456789"
#define LOWER        "abcdefghijklmnopqrstuvwxyz"
#define KEY_BYTES    LOWER DIGITS "._"
#define NUMBER_BYTES DIGITS "abcdefx"
#define BOM          "\xef\xbb\xbf"

/* The bytes that end a run of bytes that make no token. */
#define BAD_ENDS BLANKS "\r\n,;=[]#'\""

static bool byte_in(char byte, const char *set)
{
	return byte != '\0' && strchr(set, byte) != NULL;
}

/* Returns how many bytes at the start of text are in set, or are not in set if
 * in is false. */
static size_t bytes_span(const char *text, size_t left, const char *set, bool in)
{
	size_t length = 0;

	while (length < left && byte_in(text[length], set) == in)
		length++;
	return length;
}

static bool text_starts(const char *text, size_t left, const char *prefix)
{
	return left >= strlen(prefix) &&
	       memcmp(text, prefix, strlen(prefix)) == 0;
}

/* Returns the number of bytes before the line feed, or left if there is
 * none. */
static size_t line_rest(const char *text, size_t left)
{
	const char *end = memchr(text, '\n', left);

	return end != NULL ? (size_t)(end - text) : left;
}

static enum token_kind scan_bad(const char *text, size_t left, size_t *length)
{
	*length = 1 + bytes_span(text + 1, left - 1, BAD_ENDS, false);
	if (left > 1)
		return TOKEN_BAD;
	/*
	 * If the last byte of the text is part of no token, libxlutil ends the
	 * text there and reports nothing. A CR or a # means nothing there, so
	 * only another byte is worth a warning.
	 */
	return byte_in(*text, "\r#") ? TOKEN_END : TOKEN_STRAY;
}

static enum token_kind scan_comment(const struct lexer *lexer, size_t left,
				    size_t *length)
{
	const char *text = lexer->text + lexer->at;

	*length = line_rest(text, left);
	if (*length < left) {
		++*length;
		return TOKEN_NEWLINE;
	}
	if (!lexer->strict)
		return TOKEN_END;
	return left > 1 ? TOKEN_BAD : TOKEN_END;
}

static enum token_kind scan_string(const char *text, size_t left, size_t *length)
{
	size_t line = line_rest(text, left);

	for (size_t i = 1; i < line; i++) {
		if (text[i] == text[0]) {
			*length = i + 1;
			return TOKEN_STRING;
		}
		if (text[i] == '\\')
			i++;
	}
	if (left == 1)
		return scan_bad(text, left, length);
	*length = line;
	return TOKEN_BAD;
}

static enum token_kind scan_mark(const struct lexer *lexer, size_t left,
				 size_t *length)
{
	const char *text = lexer->text + lexer->at;

	*length = 1;
	switch (*text) {
	case '\n':
		return TOKEN_NEWLINE;
	case ';':
		return TOKEN_SEMICOLON;
	case ',':
		return TOKEN_COMMA;
	case '[':
		return TOKEN_OPEN;
	case ']':
		return TOKEN_CLOSE;
	case '=':
		return TOKEN_ASSIGN;
	case '#':
		return scan_comment(lexer, left, length);
	case '\'':
	case '"':
		return scan_string(text, left, length);
	default:
		break;
	}
	*length = 2;
	if (text_starts(text, left, "+="))
		return TOKEN_APPEND;
	if (!lexer->strict && text_starts(text, left, "\r\n"))
		return TOKEN_NEWLINE;
	return scan_bad(text, left, length);
}

static enum token_kind scan_token(const struct lexer *lexer, size_t left,
				  size_t *length)
{
	const char *text = lexer->text + lexer->at;

	*length = 0;
	if (left == 0)
		return TOKEN_END;
	if (byte_in(*text, LOWER)) {
		*length = bytes_span(text, left, KEY_BYTES, true);
		return TOKEN_KEY;
	}
	if (byte_in(*text, DIGITS)) {
		*length = bytes_span(text, left, NUMBER_BYTES, true);
		return TOKEN_NUMBER;
	}
	return scan_mark(lexer, left, length);
}

/* Called when the lexer has passed a line feed. */
static void line_begin(struct lexer *lexer)
{
	lexer->line_start = lexer->at;
	lexer->line++;
	if (lexer->at == lexer->source->end && lexer->at < lexer->length) {
		lexer->source++;
		lexer->line = 1;
	}
}

void lexer_init(struct lexer *lexer, const char *text, size_t length,
		const struct lex_source *sources, bool strict)
{
	*lexer = (struct lexer){
		.text = text,
		.length = length,
		.strict = strict,
		.source = sources,
		.line = 1,
	};
	if (!strict && lex_has_bom(text, length)) {
		lexer->at = strlen(BOM);
		lexer->line_start = lexer->at;
	}
}

struct token lexer_next(struct lexer *lexer)
{
	struct token token = { 0 };

	lexer->at += bytes_span(lexer->text + lexer->at,
				lexer->length - lexer->at, BLANKS, true);
	token.place.file = lexer->source->name;
	token.place.line = lexer->line;
	token.place.column = (unsigned)(lexer->at - lexer->line_start) + 1;
	token.text = lexer->text + lexer->at;
	token.kind = scan_token(lexer, lexer->length - lexer->at, &token.length);
	lexer->at += token.length;
	if (token.kind == TOKEN_NEWLINE)
		line_begin(lexer);
	return token;
}

bool lex_has_bom(const char *text, size_t length)
{
	return text_starts(text, length, BOM);
}
