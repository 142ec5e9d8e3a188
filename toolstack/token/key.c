/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys as numbers, and signatures as r followed by s. */
#include "toolstack/token/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <string.h>

#include "toolstack/token/cbor_out.h"

/* r and s in DER: two integers with a zero byte before them at most, and the
 * heads. */
#define DER_MAX (4 + 2 * (2 + CURVE_SIZE_MAX + 1))

EVP_PKEY *key_new(void)
{
	return EVP_EC_gen(SN_secp384r1);
}

EVP_PKEY *key_of_our_curves(EVP_PKEY *key)
{
	if (curve_of_key(key) != NULL)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* Writes a point in the format of SEC 1, which OpenSSL takes. Returns its
 * size. */
static size_t point_encode(const struct key_point *point, uint8_t *octets)
{
	memcpy(octets + 1, point->x.data, point->x.size);
	if (point->is_compressed) {
		octets[0] = POINT_CONVERSION_COMPRESSED + point->y_is_odd;
		return 1 + point->x.size;
	}
	octets[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(octets + 1 + point->x.size, point->y.data, point->y.size);
	return 1 + point->x.size + point->y.size;
}

EVP_PKEY *key_from_point(const struct key_point *point)
{
	uint8_t octets[1 + KEY_POINT_MAX];
	size_t size = point_encode(point, octets);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)point->curve->group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
						  octets, size),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return key;
}

/* Copies a number of the key: size bytes, big endian, with leading zeros. */
static bool number_copy(const EVP_PKEY *key, const char *name, uint8_t *to,
			size_t size)
{
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
		  BN_bn2binpad(number, to, (int)size) == (int)size;

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
	const struct token_curve *curve = curve_of_key(key);

	return curve != NULL && curve->number == COSE_KEY_P384 &&
	       number_copy(key, OSSL_PKEY_PARAM_PRIV_KEY, scalar, P384_SIZE);
}

bool key_point(const EVP_PKEY *key, uint8_t *point)
{
	const struct token_curve *curve = curve_of_key(key);

	return curve != NULL &&
	       number_copy(key, OSSL_PKEY_PARAM_EC_PUB_X, point, curve->size) &&
	       number_copy(key, OSSL_PKEY_PARAM_EC_PUB_Y, point + curve->size,
			   curve->size);
}

size_t key_cose(const EVP_PKEY *key, uint8_t *cose)
{
	const struct token_curve *curve = curve_of_key(key);
	struct cbor_out out = { .data = cose, .capacity = KEY_COSE_MAX };
	uint8_t point[KEY_POINT_MAX];

	if (!key_point(key, point))
		return 0;
	cbor_out_map(&out, 4);
	cbor_out_key_int(&out, COSE_KEY_KTY, COSE_KEY_EC2);
	cbor_out_key_int(&out, COSE_KEY_CRV, curve->number);
	cbor_out_key_bytes(&out, COSE_KEY_X, point, curve->size);
	cbor_out_key_bytes(&out, COSE_KEY_Y, point + curve->size, curve->size);
	return out.full ? 0 : out.size;
}

/* Writes r and s, half bytes each. */
static bool signature_from_der(struct span der, size_t half, uint8_t *signature)
{
	const uint8_t *at = der.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der.size);
	int size = (int)half;
	bool ok =
		pair != NULL &&
		BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, size) == size &&
		BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + half, size) ==
			size;

	ECDSA_SIG_free(pair);
	return ok;
}

/* Returns how many bytes were written to der, which has room for DER_MAX; 0 on
 * failure. */
static size_t signature_to_der(struct span signature, uint8_t *der)
{
	int half = (int)(signature.size / 2);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature.data, half, NULL);
	BIGNUM *s = BN_bin2bn(signature.data + half, half, NULL);
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
	const struct token_algorithm *algorithm = algorithm_of_key(key);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t der_size = sizeof(der);
	bool ok = context != NULL && algorithm != NULL &&
		  EVP_DigestSignInit(context, NULL, algorithm->hash(), NULL,
				     key) == 1 &&
		  EVP_DigestSign(context, der, &der_size, data, size) == 1 &&
		  signature_from_der((struct span){ der, der_size },
				     algorithm->curve->size, signature);

	EVP_MD_CTX_free(context);
	return ok;
}

bool key_verify(EVP_PKEY *key, const struct token_algorithm *algorithm,
		struct span data, struct span signature)
{
	uint8_t der[DER_MAX];
	EVP_MD_CTX *context;
	size_t size;
	bool ok;

	if (curve_of_key(key) != algorithm->curve ||
	    signature.size != 2 * algorithm->curve->size)
		return false;
	context = EVP_MD_CTX_new();
	size = signature_to_der(signature, der);
	ok = context != NULL && size != 0 &&
	     EVP_DigestVerifyInit(context, NULL, algorithm->hash(), NULL,
				  key) == 1 &&
	     EVP_DigestVerify(context, der, size, data.data, data.size) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok;
}
