/* SPDX-License-Identifier: BSD-3-Clause */
/* Platform keys that a chain of certificates vouches for (RFC 9360). */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "toolstack/token/keys.h"

#define CHAIN_MAX      16 /* certificates that are looked at */
#define SECURITY_LEVEL 2 /* of OpenSSL: at least 112 bits, so no SHA-1 */

static bool certificate_add(STACK_OF(X509) * chain, struct cbor_in *in)
{
	struct cbor_head head;
	const uint8_t *at;
	X509 *certificate;

	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	at = head.content.data;
	certificate = d2i_X509(NULL, &at, (long)head.content.size);
	if (certificate == NULL)
		return false;
	if (at != head.content.data + head.content.size ||
	    sk_X509_push(chain, certificate) == 0) {
		X509_free(certificate);
		return false;
	}
	return true;
}

/* Reads one certificate, or an array of them, the part's own first. */
static bool chain_read(struct span value, STACK_OF(X509) * chain)
{
	struct cbor_in in = { .text = value };
	struct cbor_in ahead = in;
	struct cbor_head head;

	if (!cbor_in_next(&ahead, &head))
		return false;
	if (head.kind != CBOR_ARRAY)
		return certificate_add(chain, &in);
	if (head.number == 0 || head.number > CHAIN_MAX)
		return false;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!certificate_add(chain, &ahead))
			return false;
	}
	return true;
}

/* Returns NULL if the chain leads to a root; else why it does not. */
static const char *chain_judge(STACK_OF(X509) * chain, X509_STORE *roots)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	const char *reason = "OpenSSL failed";
	X509 *leaf = sk_X509_value(chain, 0);

	if (context != NULL &&
	    X509_STORE_CTX_init(context, roots, leaf, chain) == 1) {
		X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);

		/* Also a root that another authority has signed is trusted. */
		X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_auth_level(rules, SECURITY_LEVEL);
		reason = X509_verify_cert(context) == 1
				 ? NULL
				 : X509_verify_cert_error_string(
					   X509_STORE_CTX_get_error(context));
	}
	X509_STORE_CTX_free(context);
	if (reason == NULL &&
	    (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
		reason = "the certificate's key may not sign";
	return reason;
}

EVP_PKEY *chain_key(const struct token_part *part, X509_STORE *roots,
		    const char **reason)
{
	const struct cbor_entry *pair =
		cbor_pairs_find(&part->protected, COSE_HEADER_X5CHAIN);
	STACK_OF(X509) *chain = sk_X509_new_null();
	EVP_PKEY *key = NULL;

	/* Nobody signs the other map; but the roots do sign the chain. */
	if (pair == NULL) {
		pair = cbor_pairs_find(&part->unprotected, COSE_HEADER_X5CHAIN);
	}
	if (pair == NULL)
		*reason = "the token has no chain of certificates (x5chain)";
	else if (chain == NULL || !chain_read(pair->value, chain))
		*reason = "x5chain is no list of certificates";
	else
		*reason = chain_judge(chain, roots);
	if (*reason == NULL) {
		key = key_of_our_curves(X509_get_pubkey(sk_X509_value(chain, 0)));
		if (key == NULL)
			*reason = "the certificate has no key that we take";
	}
	sk_X509_pop_free(chain, X509_free);
	ERR_clear_error();
	return key;
}
