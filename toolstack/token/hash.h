/* SPDX-License-Identifier: BSD-3-Clause */
/* The hashes that a token may name, by name and by size. */
#ifndef REEVE_TOOLSTACK_TOKEN_HASH_H
#define REEVE_TOOLSTACK_TOKEN_HASH_H

#include <openssl/evp.h>

#include "toolstack/image/bytes.h"

/* Returns how many bytes the hash of that name ("sha-256" ...) has; 0 if the
 * name is not known. */
size_t token_hash_size(struct span name);
/* Returns OpenSSL's hash of 32, 48 or 64 bytes. */
const EVP_MD *token_hash_function(size_t size);

#endif
