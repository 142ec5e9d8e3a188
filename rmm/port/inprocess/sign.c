/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm key of the in-process port, by OpenSSL. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "rmm/core/rsi/token.h"
#include "rmm/port/inprocess/machine.h"

#define POINT_SIZE (1 + 2 * P384_SIZE) /* uncompressed */
/* r and s in DER: two integers of at most 49 bytes with their headers. */
#define DER_MAX (2 + 2 * (2 + P384_SIZE + 1))

/* Computes the public point of a private scalar. Returns false if the scalar is
 * not a key of the curve. */
static bool point_of(const BIGNUM *scalar, uint8_t point[POINT_SIZE])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	EC_POINT *product = group != NULL ? EC_POINT_new(group) : NULL;
	bool ok = product != NULL && !BN_is_zero(scalar) &&
		  BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 &&
		  EC_POINT_mul(group, product, scalar, NULL, NULL, NULL) == 1 &&
		  EC_POINT_point2oct(group, product,
				     POINT_CONVERSION_UNCOMPRESSED, point,
				     POINT_SIZE, NULL) == POINT_SIZE;

	EC_POINT_free(product);
	EC_GROUP_free(group);
	return ok;
}

static OSSL_PARAM *params_of(const BIGNUM *scalar,
			     const uint8_t point[POINT_SIZE])
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (builder != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
					    SN_secp384r1, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY,
					     point, POINT_SIZE) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar))
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	return params;
}

static EVP_PKEY *key_of(const BIGNUM *scalar, const uint8_t point[POINT_SIZE])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = params_of(scalar, point);
	EVP_PKEY *key = NULL;

	if (context == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return key;
}

void provision_forget(struct rmm_port *port)
{
	EVP_PKEY_free(port->realm_key);
	free(port->platform_token);
	port->realm_key = NULL;
	port->platform_token = NULL;
}

bool inprocess_provision(struct inprocess *inprocess, const uint8_t *scalar,
			 const void *token, size_t size)
{
	struct rmm_attestation *attestation = &inprocess->rmm.attestation;
	struct rmm_port *port = &inprocess->port;
	BIGNUM *number = BN_bin2bn(scalar, P384_SIZE, NULL);
	uint8_t point[POINT_SIZE];

	attestation->platform_token = NULL;
	provision_forget(port);
	if (number != NULL && point_of(number, point))
		port->realm_key = key_of(number, point);
	BN_clear_free(number);
	port->platform_token = malloc(size);
	if (port->realm_key == NULL || port->platform_token == NULL)
		return false;
	memcpy(port->platform_token, token, size);
	token_cose_key(point + 1, attestation->key);
	attestation->platform_token = port->platform_token;
	attestation->platform_token_size = size;
	return true;
}

static bool raw_from_der(const uint8_t *der, size_t size, uint8_t *raw)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
	bool ok = pair != NULL &&
		  BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, P384_SIZE) ==
			  P384_SIZE &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + P384_SIZE,
			       P384_SIZE) == P384_SIZE;

	ECDSA_SIG_free(pair);
	return ok;
}

static bool digest_sign(EVP_PKEY *key, const uint8_t *digest, uint8_t *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t der[DER_MAX];
	size_t size = sizeof(der);
	bool ok = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
		  EVP_PKEY_sign(context, der, &size, digest,
				SIGN_DIGEST_SIZE) == 1 &&
		  raw_from_der(der, size, signature);

	EVP_PKEY_CTX_free(context);
	return ok;
}

bool port_sign(struct rmm_port *port, const uint8_t digest[SIGN_DIGEST_SIZE],
	       uint8_t *signature)
{
	return !port->faults.no_signature &&
	       digest_sign(port->realm_key, digest, signature);
}
