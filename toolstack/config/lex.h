/* SPDX-License-Identifier: BSD-3-Clause */
/* The tokens of a configuration text, as libxlutil's lexer cuts them. */
#ifndef REEVE_TOOLSTACK_CONFIG_LEX_H
#define REEVE_TOOLSTACK_CONFIG_LEX_H

#include "toolstack/report/report.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NEWLINE, /* a line feed with the comment before it, if any */
	TOKEN_SEMICOLON,
	TOKEN_COMMA,
	TOKEN_OPEN, /* [ */
	TOKEN_CLOSE, /* ] */
	TOKEN_ASSIGN, /* = */
	TOKEN_APPEND, /* += */
	TOKEN_KEY,
	TOKEN_NUMBER,
	TOKEN_STRING, /* with its quotes, escapes as written */
	TOKEN_STRAY, /* one byte of no token that ends the text */
	TOKEN_BAD, /* bytes that make no token */
};

struct token {
	enum token_kind kind;
	struct report_place place;
	const char *text; /* borrowed from the lexer's text */
	size_t length;
};

/* A part of the text with a name and a line count of its own. */
struct lex_source {
	char *name;
	size_t end; /* offset after its last byte */
};

/* Read-only outside lex.c; a copy reads ahead without moving the original. */
struct lexer {
	const char *text;
	size_t length;
	bool strict;
	const struct lex_source *source; /* the one being read */
	size_t at;
	size_t line_start;
	unsigned line;
};

/*
 * Starts at the first byte of text. sources cover it in order; each but the
 * last ends with a line feed. Text and sources must outlive the lexer.
 */
void lexer_init(struct lexer *lexer, const char *text, size_t length,
		const struct lex_source *sources, bool strict);

/* The next token; at the end of the text TOKEN_END again and again. */
struct token lexer_next(struct lexer *lexer);

/* Whether the text starts with the three bytes of a UTF-8 BOM. */
bool lex_has_bom(const char *text, size_t length);

#endif
