/* SPDX-License-Identifier: BSD-3-Clause */
/* The state that the parts of the parser share, and how they report errors. */
#ifndef REEVE_TOOLSTACK_CONFIG_PARSER_H
#define REEVE_TOOLSTACK_CONFIG_PARSER_H

#include "toolstack/config/cfg.h"
#include "toolstack/config/lex.h"

/* A list whose closing bracket has not been read yet. */
struct open_list {
	struct cfg_value value; /* the list with its items so far */
	size_t height; /* of libxlutil's parser stack at the bracket */
	bool after_item; /* a comma or the closing bracket comes next */
};

struct parser {
	struct lexer lexer;
	struct token token; /* the next token to be used */
	bool line_begins; /* token is the first one of its line */
	bool strict;
	struct report_place place; /* of the statement being read */
	char *key; /* of the statement being read; NULL: not read yet */
	struct open_list *lists; /* the innermost is the last */
	size_t depth;
	unsigned errors;
	unsigned warnings;
	struct reeve_report *report;
};

/* The kinds of token that the grammar can allow next, one bit each. */
enum expected {
	EXPECT_KEY = 1 << 0,
	EXPECT_OPERATOR = 1 << 1,
	EXPECT_VALUE = 1 << 2,
	EXPECT_END = 1 << 3, /* the end of a statement */
	EXPECT_ITEM = 1 << 4, /* an item of a list, or its end */
	EXPECT_COMMA = 1 << 5, /* a comma in a list, or its end */
};

/* Reads the next token into parser->token. */
void parser_advance(struct parser *parser);

/* Returns true if the token begins a line that reads as a statement: a key and
 * = or +=. */
bool parser_at_statement(const struct parser *parser);

/*
 * Reads a value into *value, which the caller disposes of after a failure too.
 * Returns 0, REEVE_ERR_MEMORY, or REEVE_ERR_CONFIG: an error was reported, and
 * the rest of the statement cannot be read.
 */
int parse_value(struct parser *parser, struct cfg_value *value);

/* Reports that the token is not what was expected. Returns REEVE_ERR_CONFIG. */
int complain_expected(struct parser *parser, enum expected expected);

/* Reports as a warning a text that can be read, but not as its author will have
 * meant it. After CFG_WARNINGS_MAX of them a note says that there are more. */
__attribute__((format(printf, 4, 5))) void
complain_warn(struct parser *parser, const struct report_place *place,
	      const char *hint, const char *message, ...);

/* Reports an error in the statement that is being read. Reports nothing after
 * CFG_ERRORS_MAX errors. Returns REEVE_ERR_CONFIG. */
__attribute__((format(printf, 4, 5))) int
complain(struct parser *parser, const struct report_place *place,
	 const char *hint, const char *message, ...);

#endif
