/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform keys that a relying party trusts: keys, each for one platform
 * perhaps, or certificates of authorities that vouch for keys. */
#ifndef REEVE_TOOLSTACK_TOKEN_KEYS_H
#define REEVE_TOOLSTACK_TOKEN_KEYS_H

#include <openssl/x509.h>

#include "toolstack/token/key.h"
#include "toolstack/token/token.h"

struct trusted_key {
	EVP_PKEY *key;
	/* The platform that it is for; else for any. */
	bool has_instance, has_implementation;
	uint8_t instance[CCA_INSTANCE_ID_SIZE];
	uint8_t implementation[CCA_ID_SIZE];
};

struct reeve_keys {
	struct trusted_key *list;
	size_t count;
	X509_STORE *roots; /* NULL: no certificate is trusted */
};

/* Appends a key, which the list takes over; NULL is no key. Returns false if it
 * is NULL, or memory is short. */
bool keys_add(struct reeve_keys *keys, EVP_PKEY *key);

/* Append the keys of a JSON document (a JWK, a JWK set, or trust anchors of
 * Veraison's stores), or of a COSE_Key. Return false if there is none, or one
 * of them is none of ours. */
bool keys_add_json(struct reeve_keys *keys, const char *text);
bool keys_add_cose(struct reeve_keys *keys, struct span text);
/* Append the keys of a CoRIM; of a text with PEM. Return NULL, or a constant
 * text that says why it cannot be used. */
const char *keys_add_pem(struct reeve_keys *keys, struct span text);
const char *keys_add_corim(struct reeve_keys *keys, struct span text);

/*
 * Gets the key of the first certificate of a part's x5chain (RFC 9360) if the
 * chain leads to one of roots. Returns NULL, and why in *reason, a constant
 * text, if it does not. The caller frees the key.
 */
EVP_PKEY *chain_key(const struct token_part *part, X509_STORE *roots,
		    const char **reason);

#endif
