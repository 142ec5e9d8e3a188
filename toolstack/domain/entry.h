/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the domain stage: reads the text of one entry of a list, which is
 * parts between commas, most of the form NAME=VALUE. The readers of devices are
 * made of it. Nothing is copied: what is read points into the text.
 */
#ifndef REEVE_TOOLSTACK_DOMAIN_ENTRY_H
#define REEVE_TOOLSTACK_DOMAIN_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/domain/device.h"
#include "toolstack/domain/schema.h"

/* One part, without the blanks around it, its name and its value. */
struct entry_part {
	struct words all;
	struct words name; /* at NULL: the part has no = */
	struct words value;
};

/* Reads the part at *text and moves *text past its comma. Returns false at the
 * end of the text. */
bool entry_next(const char **text, struct entry_part *part);

/* Returns true if the words are those of text. */
bool words_are(struct words words, const char *text);
/* Returns the index of the words among names, which end with NULL, or -1. */
int words_index(struct words words, const char *const *names);
/* Reads a decimal number without a sign, up to max. Returns false for any other
 * text. */
bool words_number(struct words words, uint64_t max, uint64_t *out);

/* Says what is wrong with some words, and what to write (NULL: what the key's
 * row of the schema says). */
struct key_fault words_fault(struct words words, const char *what,
			     const char *hint);

/* A part that an entry may have. */
struct entry_row {
	const char *name; /* one that ends with * has any end */
	/* Puts the value of a part into the caller's struct. */
	struct key_fault (*read)(const struct entry_part *part, void *out);
	bool repeats; /* the part may be written more than once */
};

/*
 * Reads an entry of NAME=VALUE parts by a table that ends with a NULL name, up
 * to its first fault. Empty parts are passed over, as in xl.
 */
struct key_fault entry_read(const char *text, const struct entry_row *rows,
			    void *out);

#endif
