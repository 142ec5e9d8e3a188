/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys survive being written and read again, and their signatures verify, of
 * each curve and algorithm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <openssl/ec.h>

#include "toolstack/token/key.h"

static int setup(void **state)
{
	*state = key_new();
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	EVP_PKEY_free(*state);
	return 0;
}

static bool verifies(EVP_PKEY *key, int64_t algorithm, const char *text,
		     const uint8_t *signature, size_t size)
{
	return key_verify(key, algorithm_find(algorithm),
			  (struct span){ (const uint8_t *)text, strlen(text) },
			  (struct span){ signature, size });
}

static bool verifies_es384(EVP_PKEY *key, const char *text,
			   const uint8_t *signature)
{
	return verifies(key, COSE_ALG_ES384, text, signature,
			P384_SIGNATURE_SIZE);
}

static void a_signature_verifies(void **state)
{
	uint8_t signature[P384_SIGNATURE_SIZE];

	assert_true(key_sign(*state, "abc", 3, signature));
	assert_true(verifies_es384(*state, "abc", signature));
	assert_true(verifies(*state, COSE_ALG_ESP384, "abc", signature, 96));
	assert_false(verifies_es384(*state, "abd", signature));
	signature[95] ^= 1;
	assert_false(verifies_es384(*state, "abc", signature));
}

static void another_key_does_not_verify(void **state)
{
	EVP_PKEY *other = key_new();
	uint8_t signature[P384_SIGNATURE_SIZE];

	assert_true(key_sign(*state, "abc", 3, signature));
	assert_false(verifies_es384(other, "abc", signature));
	EVP_PKEY_free(other);
}

static void a_signature_of_zeros_does_not_verify(void **state)
{
	const uint8_t zeros[P384_SIGNATURE_SIZE] = { 0 };

	assert_false(verifies_es384(*state, "abc", zeros));
}

/* Signs with OpenSSL, and makes r and s of the size of the curve. */
static void foreign_sign(EVP_PKEY *key, const EVP_MD *hash, const char *text,
			 uint8_t *signature)
{
	int size = (int)curve_of_key(key)->size;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[160];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	ECDSA_SIG *pair;

	assert_int_equal(EVP_DigestSignInit(context, NULL, hash, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, der, &length,
					(const uint8_t *)text, strlen(text)),
			 1);
	pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, size),
			 size);
	assert_int_equal(
		BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + size, size),
		size);
	ECDSA_SIG_free(pair);
	EVP_MD_CTX_free(context);
}

/* Each algorithm verifies with a key of its curve and its hash, and with no
 * other key, size or hash. */
static void each_algorithm_has_its_curve(void **state)
{
	static const int64_t numbers[] = { COSE_ALG_ES256,  COSE_ALG_ES384,
					   COSE_ALG_ES512,  COSE_ALG_ESP256,
					   COSE_ALG_ESP384, COSE_ALG_ESP512 };
	static const char *const groups[] = { "P-256", "P-384", "P-521" };
	uint8_t signature[2 * CURVE_SIZE_MAX + 1] = { 0 };

	(void)state;
	for (size_t g = 0; g < 3; g++) {
		EVP_PKEY *key = EVP_EC_gen(groups[g]);
		size_t size = 2 * curve_of_key(key)->size;

		for (size_t i = 0; i < 6; i++) {
			const struct token_algorithm *algorithm =
				algorithm_find(numbers[i]);

			foreign_sign(key, algorithm->hash(), "abc", signature);
			assert_int_equal(verifies(key, numbers[i], "abc",
						  signature, size),
					 i % 3 == g);
			assert_false(verifies(key, numbers[i], "abc", signature,
					      size + 1));
			foreign_sign(key, EVP_sha224(), "abc", signature);
			assert_false(verifies(key, numbers[i], "abc", signature,
					      size));
		}
		EVP_PKEY_free(key);
	}
	assert_null(algorithm_find(-8));
	assert_string_equal(algorithm_name(-8), "EdDSA");
	assert_null(algorithm_name(0));
}

static void public_forms_give_the_same_key(void **state)
{
	char *pem = key_public_pem(*state);
	char *jwk = key_public_jwk(*state);
	EVP_PKEY *from_pem = key_from_pem(pem, strlen(pem));
	struct json_object *document = json_tokener_parse(jwk);
	EVP_PKEY *from_jwk = key_from_jwk(document);

	assert_non_null(from_pem);
	assert_non_null(from_jwk);
	assert_int_equal(EVP_PKEY_eq(*state, from_pem), 1);
	assert_int_equal(EVP_PKEY_eq(*state, from_jwk), 1);
	assert_false(key_is_private(from_pem));
	EVP_PKEY_free(from_jwk);
	EVP_PKEY_free(from_pem);
	json_object_put(document);
	free(jwk);
	free(pem);
}

static void a_private_key_survives_pem(void **state)
{
	char *pem = key_private_pem(*state);
	EVP_PKEY *key = key_from_pem(pem, strlen(pem));
	uint8_t before[P384_SIZE];
	uint8_t after[P384_SIZE];

	assert_non_null(key);
	assert_true(key_is_private(key));
	assert_true(key_scalar(*state, before));
	assert_true(key_scalar(key, after));
	assert_memory_equal(before, after, P384_SIZE);
	EVP_PKEY_free(key);
	free(pem);
}

/* Makes a key of a point of P-384, x and then y. */
static EVP_PKEY *from_point(const uint8_t *point)
{
	return key_from_point(&(struct key_point){
		.curve = curve_find(COSE_KEY_P384),
		.x = { point, P384_SIZE },
		.y = { point + P384_SIZE, P384_SIZE },
	});
}

static void a_public_key_has_no_scalar(void **state)
{
	uint8_t point[KEY_POINT_MAX];
	uint8_t scalar[P384_SIZE];
	EVP_PKEY *key;

	assert_true(key_point(*state, point));
	key = from_point(point);
	assert_non_null(key);
	assert_false(key_scalar(key, scalar));
	EVP_PKEY_free(key);
}

static void a_point_may_be_compressed(void **state)
{
	uint8_t bytes[KEY_POINT_MAX];
	struct key_point point = {
		.curve = curve_find(COSE_KEY_P384),
		.x = { bytes, P384_SIZE },
		.is_compressed = true,
	};
	EVP_PKEY *key;

	assert_true(key_point(*state, bytes));
	point.y_is_odd = (bytes[2 * P384_SIZE - 1] & 1) != 0;
	key = key_from_point(&point);
	assert_int_equal(EVP_PKEY_eq(*state, key), 1);
	EVP_PKEY_free(key);
	point.y_is_odd = !point.y_is_odd;
	key = key_from_point(&point);
	assert_int_not_equal(EVP_PKEY_eq(*state, key), 1);
	EVP_PKEY_free(key);
}

static void a_cose_key_is_107_bytes_of_a_known_shape(void **state)
{
	static const uint8_t head[] = { 0xa4, 1, 2, 0x20, 2, 0x21, 0x58, 48 };
	static const uint8_t middle[] = { 0x22, 0x58, 48 };
	uint8_t cose[KEY_COSE_MAX];
	uint8_t point[KEY_POINT_MAX];

	assert_int_equal(CCA_COSE_KEY_SIZE, 107);
	assert_int_equal(key_cose(*state, cose), CCA_COSE_KEY_SIZE);
	assert_true(key_point(*state, point));
	assert_memory_equal(cose, head, 8);
	assert_memory_equal(cose + 8, point, P384_SIZE);
	assert_memory_equal(cose + 56, middle, 3);
	assert_memory_equal(cose + 59, point + P384_SIZE, P384_SIZE);
}

static void a_point_off_the_curve_is_no_key(void **state)
{
	uint8_t point[KEY_POINT_MAX];

	assert_true(key_point(*state, point));
	point[95] ^= 1;
	assert_null(from_point(point));
	memset(point, 0, sizeof(point));
	assert_null(from_point(point));
	memset(point, 0xff, sizeof(point));
	assert_null(from_point(point));
}

static void a_key_of_another_curve_is_refused(void **state)
{
	EVP_PKEY *other = EVP_EC_gen("secp256k1");
	char *pem = key_public_pem(other);

	(void)state;
	assert_null(key_from_pem(pem, strlen(pem)));
	free(pem);
	EVP_PKEY_free(other);
}

static EVP_PKEY *from_jwk(const char *text)
{
	struct json_object *document = json_tokener_parse(text);
	EVP_PKEY *key = key_from_jwk(document);

	json_object_put(document);
	return key;
}

static void texts_that_are_no_key_are_refused(void **state)
{
	static const char *const jwks[] = {
		"{}",
		"{\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":3,\"y\":4}",
		"{\"kty\":\"EC\",\"x\":3,\"y\":4}",
		"{\"kty\":\"RSA\",\"crv\":\"P-384\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(jwks) / sizeof(jwks[0]); i++)
		assert_null(from_jwk(jwks[i]));
	assert_null(key_from_pem("", 0));
	assert_null(key_from_pem("-----BEGIN PUBLIC KEY-----\n", 27));
}

static void a_jwk_with_foreign_letters_is_refused(void **state)
{
	char *jwk = key_public_jwk(*state);

	strstr(jwk, "\"x\":\"")[6] = '*';
	assert_null(from_jwk(jwk));
	free(jwk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_signature_verifies),
		TEST(another_key_does_not_verify),
		TEST(a_signature_of_zeros_does_not_verify),
		TEST(each_algorithm_has_its_curve),
		TEST(public_forms_give_the_same_key),
		TEST(a_private_key_survives_pem),
		TEST(a_public_key_has_no_scalar),
		TEST(a_point_may_be_compressed),
		TEST(a_cose_key_is_107_bytes_of_a_known_shape),
		TEST(a_point_off_the_curve_is_no_key),
		TEST(a_key_of_another_curve_is_refused),
		TEST(texts_that_are_no_key_are_refused),
		TEST(a_jwk_with_foreign_letters_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
