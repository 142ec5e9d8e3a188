/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of the parser share: the state, and how it complains. */
#ifndef REEVE_TOOLSTACK_CONFIG_PARSER_H
#define REEVE_TOOLSTACK_CONFIG_PARSER_H

#include "toolstack/config/cfg.h"
#include "toolstack/config/lex.h"

/* A list whose closing bracket has not come yet. */
struct open_list {
	struct cfg_value value; /* what it holds so far */
	size_t height; /* of libxlutil's parser stack up to its bracket */
	bool after_item; /* a comma or the closing bracket comes next */
};

struct parser {
	struct lexer lexer;
	struct token token; /* the next to be used */
	bool line_begins; /* token is the first of its line */
	bool strict;
	struct report_place place; /* of the statement being read */
	char *key; /* of the statement being read; NULL: not read yet */
	struct open_list *lists; /* the innermost is the last */
	size_t depth;
	unsigned errors;
	unsigned warnings;
	struct reeve_report *report;
};

/* What the grammar allows where the parser stands; one bit each. */
enum expected {
	EXPECT_KEY = 1 << 0,
	EXPECT_OPERATOR = 1 << 1,
	EXPECT_VALUE = 1 << 2,
	EXPECT_END = 1 << 3, /* the end of a statement */
	EXPECT_ITEM = 1 << 4, /* of a list, or its end */
	EXPECT_COMMA = 1 << 5, /* or the end of a list */
};

/* Takes the next token. */
void parser_advance(struct parser *parser);

/* Whether the token begins a line that reads as a statement, KEY = or +=. */
bool parser_at_statement(const struct parser *parser);

/*
 * Reads a value and moves it to value, which the caller disposes of also after
 * a failure. 0, REEVE_ERR_CONFIG (reported: the statement makes no sense from
 * here on) or REEVE_ERR_MEMORY.
 */
int parse_value(struct parser *parser, struct cfg_value *value);

/* Reports that the token is not what is expected; REEVE_ERR_CONFIG. */
int complain_expected(struct parser *parser, enum expected expected);

/* Reports what can be read and is not what was meant, in the same measure. */
__attribute__((format(printf, 4, 5))) void
complain_warn(struct parser *parser, const struct report_place *place,
	      const char *hint, const char *message, ...);

/* Reports an error of the statement being read, unless there are too many. */
__attribute__((format(printf, 4, 5))) int
complain(struct parser *parser, const struct report_place *place,
	 const char *hint, const char *message, ...);

#endif
