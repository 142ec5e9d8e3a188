/* SPDX-License-Identifier: BSD-3-Clause */
/* Cuts a configuration text into the same tokens as libxlutil's lexer. */
#ifndef REEVE_TOOLSTACK_CONFIG_LEX_H
#define REEVE_TOOLSTACK_CONFIG_LEX_H

#include "toolstack/report/report.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NEWLINE, /* a line feed, with the comment before it if any */
	TOKEN_SEMICOLON,
	TOKEN_COMMA,
	TOKEN_OPEN, /* [ */
	TOKEN_CLOSE, /* ] */
	TOKEN_ASSIGN, /* = */
	TOKEN_APPEND, /* += */
	TOKEN_KEY,
	TOKEN_NUMBER,
	TOKEN_STRING, /* with its quotes, and escapes as written */
	TOKEN_STRAY, /* a last byte that is part of no token */
	TOKEN_BAD, /* bytes that make no token */
};

struct token {
	enum token_kind kind;
	struct report_place place;
	const char *text; /* borrowed from the text of the lexer */
	size_t length;
};

/* A part of the text that has a name and counts its own lines. */
struct lex_source {
	char *name;
	size_t end; /* the offset after its last byte */
};

/* Only lex.c changes it. A copy reads ahead and leaves the original where it
 * is. */
struct lexer {
	const char *text;
	size_t length;
	bool strict;
	const struct lex_source *source; /* the source being read */
	size_t at;
	size_t line_start;
	unsigned line;
};

/* Starts at the first byte of text. sources cover the text in order; each but
 * the last ends with a line feed. Both must outlive the lexer. */
void lexer_init(struct lexer *lexer, const char *text, size_t length,
		const struct lex_source *sources, bool strict);

/* Returns the next token. At the end of the text each call returns
 * TOKEN_END. */
struct token lexer_next(struct lexer *lexer);

/* Returns true if the text starts with a UTF-8 byte order mark. */
bool lex_has_bom(const char *text, size_t length);

#endif
