/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of curves and algorithms (RFC 9053, 2.1; RFC 9864, 2.1). */
#include "toolstack/token/alg.h"

#include <openssl/obj_mac.h>
#include <string.h>

static const struct token_curve curves[] = {
	{ COSE_KEY_P256, "P-256", SN_X9_62_prime256v1, 32 },
	{ COSE_KEY_P384, "P-384", SN_secp384r1, P384_SIZE },
	{ COSE_KEY_P521, "P-521", SN_secp521r1, CURVE_SIZE_MAX },
};

#define CURVES (sizeof(curves) / sizeof(curves[0]))

static const struct token_algorithm algorithms[] = {
	{ COSE_ALG_ES256, "ES256", &curves[0], EVP_sha256 },
	{ COSE_ALG_ES384, "ES384", &curves[1], EVP_sha384 },
	{ COSE_ALG_ES512, "ES512", &curves[2], EVP_sha512 },
	{ COSE_ALG_ESP256, "ESP256", &curves[0], EVP_sha256 },
	{ COSE_ALG_ESP384, "ESP384", &curves[1], EVP_sha384 },
	{ COSE_ALG_ESP512, "ESP512", &curves[2], EVP_sha512 },
};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* Others that a token might name, so that a refusal can name them too. */
static const struct {
	int64_t number;
	const char *name;
} others[] = {
	{ -8, "EdDSA" },       { -19, "Ed25519" },    { -37, "PS256" },
	{ -38, "PS384" },      { -39, "PS512" },      { -46, "HSS-LMS" },
	{ -47, "ES256K" },     { -48, "ML-DSA-44" },  { -49, "ML-DSA-65" },
	{ -50, "ML-DSA-87" },  { -53, "Ed448" },      { -257, "RS256" },
	{ -258, "RS384" },     { -259, "RS512" },     { 5, "HMAC 256/256" },
	{ 6, "HMAC 384/384" }, { 7, "HMAC 512/512" },
};

const struct token_algorithm *algorithm_find(int64_t number)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (algorithms[i].number == number)
			return &algorithms[i];
	}
	return NULL;
}

const struct token_curve *curve_find(int64_t number)
{
	for (size_t i = 0; i < CURVES; i++) {
		if (curves[i].number == number)
			return &curves[i];
	}
	return NULL;
}

const struct token_curve *curve_named(const char *name)
{
	for (size_t i = 0; i < CURVES; i++) {
		if (strcmp(curves[i].name, name) == 0)
			return &curves[i];
	}
	return NULL;
}

const struct token_curve *curve_of_key(const EVP_PKEY *key)
{
	char group[32];

	if (key == NULL ||
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
		return NULL;
	for (size_t i = 0; i < CURVES; i++) {
		if (strcmp(curves[i].group, group) == 0)
			return &curves[i];
	}
	return NULL;
}

const struct token_algorithm *algorithm_of_key(const EVP_PKEY *key)
{
	const struct token_curve *curve = curve_of_key(key);

	for (size_t i = 0; i < ALGORITHMS && curve != NULL; i++) {
		if (algorithms[i].curve == curve)
			return &algorithms[i];
	}
	return NULL;
}

const char *algorithm_name(int64_t number)
{
	const struct token_algorithm *algorithm = algorithm_find(number);

	if (algorithm != NULL)
		return algorithm->name;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i].number == number)
			return others[i].name;
	}
	return NULL;
}

const char *algorithm_list(void)
{
	return "ES256, ES384, ES512, ESP256, ESP384 or ESP512";
}
