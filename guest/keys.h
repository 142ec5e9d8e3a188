/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's SSH host keys: only the public halves, which anybody may read. */
#ifndef REEVE_GUEST_KEYS_H
#define REEVE_GUEST_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/attest.h"

struct key {
	size_t size;
	uint8_t data[ATTEST_KEY_MAX]; /* as SSH sends it */
};

struct keys {
	size_t count;
	struct key key[ATTEST_KEYS_MAX]; /* in ascending order, none twice */
};

/* The longest text of a public key that is read: its base64, and a comment. */
#define KEY_TEXT_MAX (ATTEST_KEY_MAX * 2)

/* Reads "TYPE BASE64 [COMMENT]", as a file of a public key has it. Returns
 * false if text is anything else, or says another type than the key itself. */
bool key_parse(const char *text, size_t size, struct key *out);

/* Puts a key in its place. Returns false if there is no room for it. */
bool keys_add(struct keys *keys, const struct key *key);

/* Reads every ssh_host_*_key.pub of a folder; a folder that does not exist has
 * none. Returns false after complaining of a key that cannot be read. */
bool keys_load(const char *folder, struct keys *out);

#endif
