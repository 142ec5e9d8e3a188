/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys survive being written and read again, and their signatures verify. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
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

static void a_signature_verifies(void **state)
{
	uint8_t signature[P384_SIGNATURE_SIZE];

	assert_true(key_sign(*state, "abc", 3, signature));
	assert_true(key_verify(*state, "abc", 3, signature));
	assert_false(key_verify(*state, "abd", 3, signature));
	signature[95] ^= 1;
	assert_false(key_verify(*state, "abc", 3, signature));
}

static void another_key_does_not_verify(void **state)
{
	EVP_PKEY *other = key_new();
	uint8_t signature[P384_SIGNATURE_SIZE];

	assert_true(key_sign(*state, "abc", 3, signature));
	assert_false(key_verify(other, "abc", 3, signature));
	EVP_PKEY_free(other);
}

static void a_signature_of_zeros_does_not_verify(void **state)
{
	const uint8_t zeros[P384_SIGNATURE_SIZE] = { 0 };

	assert_false(key_verify(*state, "abc", 3, zeros));
}

static void public_forms_give_the_same_key(void **state)
{
	char *pem = key_public_pem(*state);
	char *jwk = key_public_jwk(*state);
	EVP_PKEY *from_pem = key_from_pem(pem, strlen(pem));
	EVP_PKEY *from_jwk = key_from_jwk(jwk);

	assert_non_null(from_pem);
	assert_non_null(from_jwk);
	assert_int_equal(EVP_PKEY_eq(*state, from_pem), 1);
	assert_int_equal(EVP_PKEY_eq(*state, from_jwk), 1);
	assert_false(key_is_private(from_pem));
	EVP_PKEY_free(from_jwk);
	EVP_PKEY_free(from_pem);
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

static void a_public_key_has_no_scalar(void **state)
{
	uint8_t point[2 * P384_SIZE];
	uint8_t scalar[P384_SIZE];
	EVP_PKEY *key;

	assert_true(key_point(*state, point));
	key = key_from_point(point, point + P384_SIZE);
	assert_non_null(key);
	assert_false(key_scalar(key, scalar));
	EVP_PKEY_free(key);
}

static void a_cose_key_is_107_bytes_of_a_known_shape(void **state)
{
	static const uint8_t head[] = { 0xa4, 1, 2, 0x20, 2, 0x21, 0x58, 48 };
	static const uint8_t middle[] = { 0x22, 0x58, 48 };
	uint8_t cose[CCA_COSE_KEY_SIZE];
	uint8_t point[2 * P384_SIZE];

	assert_int_equal(CCA_COSE_KEY_SIZE, 107);
	assert_true(key_cose(*state, cose));
	assert_true(key_point(*state, point));
	assert_memory_equal(cose, head, 8);
	assert_memory_equal(cose + 8, point, P384_SIZE);
	assert_memory_equal(cose + 56, middle, 3);
	assert_memory_equal(cose + 59, point + P384_SIZE, P384_SIZE);
}

static void a_point_off_the_curve_is_no_key(void **state)
{
	uint8_t point[2 * P384_SIZE];

	assert_true(key_point(*state, point));
	point[95] ^= 1;
	assert_null(key_from_point(point, point + P384_SIZE));
	memset(point, 0, sizeof(point));
	assert_null(key_from_point(point, point + P384_SIZE));
	memset(point, 0xff, sizeof(point));
	assert_null(key_from_point(point, point + P384_SIZE));
}

static void a_key_of_another_curve_is_refused(void **state)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");
	char *pem = key_public_pem(other);

	(void)state;
	assert_null(key_from_pem(pem, strlen(pem)));
	free(pem);
	EVP_PKEY_free(other);
}

static void texts_that_are_no_key_are_refused(void **state)
{
	static const char *const jwks[] = {
		"",
		"[]",
		"{}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":3,\"y\":4}",
		"{\"kty\":\"RSA\",\"crv\":\"P-384\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(jwks) / sizeof(jwks[0]); i++)
		assert_null(key_from_jwk(jwks[i]));
	assert_null(key_from_pem("", 0));
	assert_null(key_from_pem("-----BEGIN PUBLIC KEY-----\n", 27));
}

static void a_jwk_with_foreign_letters_is_refused(void **state)
{
	char *jwk = key_public_jwk(*state);

	strstr(jwk, "\"x\":\"")[6] = '*';
	assert_null(key_from_jwk(jwk));
	free(jwk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_signature_verifies),
		TEST(another_key_does_not_verify),
		TEST(a_signature_of_zeros_does_not_verify),
		TEST(public_forms_give_the_same_key),
		TEST(a_private_key_survives_pem),
		TEST(a_public_key_has_no_scalar),
		TEST(a_cose_key_is_107_bytes_of_a_known_shape),
		TEST(a_point_off_the_curve_is_no_key),
		TEST(a_key_of_another_curve_is_refused),
		TEST(texts_that_are_no_key_are_refused),
		TEST(a_jwk_with_foreign_letters_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
