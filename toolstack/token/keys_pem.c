/* SPDX-License-Identifier: BSD-3-Clause */
/* Platform keys in PEM: public keys, or the certificate of one. */
#include <openssl/err.h>
#include <openssl/pem.h>

#include "toolstack/token/keys.h"

/* A block of PEM. */
struct block {
	char *name, *header;
	unsigned char *data;
	long size;
};

static void block_dispose(struct block *block)
{
	OPENSSL_free(block->name);
	OPENSSL_free(block->header);
	OPENSSL_clear_free(block->data, (size_t)block->size);
}

static bool block_is(const struct block *block, const char *name)
{
	return strcmp(block->name, name) == 0;
}

/* Returns whether a block of another name may be a key. Parameters of a curve
 * are before the key that openssl(1) makes. */
static bool is_passed_over(const struct block *block)
{
	return !block_is(block, PEM_STRING_X509) &&
	       !block_is(block, PEM_STRING_PUBLIC) &&
	       !block_is(block, PEM_STRING_PKCS8INF) &&
	       !block_is(block, PEM_STRING_PKCS8) &&
	       !block_is(block, PEM_STRING_ECPRIVATEKEY);
}

/* Returns the key of a block; NULL: it is none of ours, or encrypted. */
static EVP_PKEY *block_key(const struct block *block)
{
	const unsigned char *at = block->data;
	EVP_PKEY *key;

	if (block->header[0] != '\0')
		return NULL;
	if (block_is(block, PEM_STRING_X509)) {
		X509 *certificate = d2i_X509(NULL, &at, block->size);

		key = certificate != NULL ? X509_get_pubkey(certificate) : NULL;
		X509_free(certificate);
	} else if (block_is(block, PEM_STRING_PUBLIC)) {
		key = d2i_PUBKEY(NULL, &at, block->size);
	} else {
		key = d2i_AutoPrivateKey(NULL, &at, block->size);
	}
	return key_of_our_curves(key);
}

const char *keys_add_pem(struct reeve_keys *keys, struct span text)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	struct block block;
	size_t certificates = 0;
	bool ok = bio != NULL;

	while (ok && PEM_read_bio(bio, &block.name, &block.header, &block.data,
				  &block.size) == 1) {
		certificates += block_is(&block, PEM_STRING_X509);
		ok = is_passed_over(&block) || keys_add(keys, block_key(&block));
		block_dispose(&block);
	}
	BIO_free(bio);
	ok = ok &&
	     ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE &&
	     keys->count != 0;
	ERR_clear_error();
	/* The authorities of a chain sign certificates, and no tokens. */
	if (certificates > 1)
		return "has several certificates: give the platform's alone, "
		       "or those of authorities with --platform-root";
	return ok ? NULL
		  : "has PEM, and not each key in it is whole, unencrypted and "
		    "of P-256, P-384 or P-521";
}
