/* SPDX-License-Identifier: BSD-3-Clause */
/* P-384 keys as numbers, and signatures as r followed by s. */
#include "toolstack/token/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <string.h>

#include "toolstack/token/cbor_out.h"

/* r and s in DER: two integers of at most 49 bytes, and the heads. */
#define DER_MAX (2 + 2 * (2 + P384_SIZE + 1))

EVP_PKEY *key_new(void)
{
	return EVP_EC_gen(SN_secp384r1);
}

/* An uncompressed point in the format of SEC 1, which OpenSSL takes. */
#define POINT_SIZE (1 + 2 * P384_SIZE)

EVP_PKEY *key_from_point(const uint8_t *x, const uint8_t *y)
{
	uint8_t point[POINT_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
				       (char *)SN_secp384r1,
				       sizeof(SN_secp384r1) - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
					sizeof(point)),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	memcpy(point + 1, x, P384_SIZE);
	memcpy(point + 1 + P384_SIZE, y, P384_SIZE);
	if (context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	return key;
}

/* Copies a number of the key: P384_SIZE bytes, big endian, with leading
 * zeros. */
static bool number_copy(const EVP_PKEY *key, const char *name, uint8_t *to)
{
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
		  BN_bn2binpad(number, to, P384_SIZE) == P384_SIZE;

	BN_clear_free(number);
	return ok;
}

bool key_is_private(const EVP_PKEY *key)
{
	BIGNUM *number = NULL;
	bool found = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY,
					   &number) == 1;

	BN_clear_free(number);
	return found;
}

bool key_scalar(const EVP_PKEY *key, uint8_t *scalar)
{
	return number_copy(key, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
}

bool key_point(const EVP_PKEY *key, uint8_t *point)
{
	return number_copy(key, OSSL_PKEY_PARAM_EC_PUB_X, point) &&
	       number_copy(key, OSSL_PKEY_PARAM_EC_PUB_Y, point + P384_SIZE);
}

bool key_cose(const EVP_PKEY *key, uint8_t *cose)
{
	struct cbor_out out = { .data = cose, .capacity = CCA_COSE_KEY_SIZE };
	uint8_t point[2 * P384_SIZE];

	if (!key_point(key, point))
		return false;
	cbor_out_map(&out, 4);
	cbor_out_key_int(&out, COSE_KEY_KTY, COSE_KEY_EC2);
	cbor_out_key_int(&out, COSE_KEY_CRV, COSE_KEY_P384);
	cbor_out_key_bytes(&out, COSE_KEY_X, point, P384_SIZE);
	cbor_out_key_bytes(&out, COSE_KEY_Y, point + P384_SIZE, P384_SIZE);
	return !out.full && out.size == CCA_COSE_KEY_SIZE;
}

static bool signature_from_der(const uint8_t *der, size_t size,
			       uint8_t *signature)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
	bool ok = pair != NULL &&
		  BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, P384_SIZE) ==
			  P384_SIZE &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + P384_SIZE,
			       P384_SIZE) == P384_SIZE;

	ECDSA_SIG_free(pair);
	return ok;
}

/* Returns how many bytes were written to der, which has room for DER_MAX; 0 on
 * failure. */
static size_t signature_to_der(const uint8_t *signature, uint8_t *der)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, P384_SIZE, NULL);
	BIGNUM *s = BN_bin2bn(signature + P384_SIZE, P384_SIZE, NULL);
	int size;

	if (pair == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(pair);
		return 0;
	}
	size = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	return size > 0 ? (size_t)size : 0;
}

bool key_sign(EVP_PKEY *key, const void *data, size_t size, uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t der_size = sizeof(der);
	bool ok = context != NULL &&
		  EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key) ==
			  1 &&
		  EVP_DigestSign(context, der, &der_size, data, size) == 1 &&
		  signature_from_der(der, der_size, signature);

	EVP_MD_CTX_free(context);
	return ok;
}

bool key_verify(EVP_PKEY *key, const void *data, size_t size,
		const uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t der_size = signature_to_der(signature, der);
	bool ok = context != NULL && der_size != 0 &&
		  EVP_DigestVerifyInit(context, NULL, EVP_sha384(), NULL,
				       key) == 1 &&
		  EVP_DigestVerify(context, der, der_size, data, size) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}
