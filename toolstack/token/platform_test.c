/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of flash that `host start` writes is complete, consistent and
 * signed. The test reads the token with libcbor's own loader, which our reader
 * does not use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cbor.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "toolstack/token/platform_reference.h"
#include "toolstack/token/sign1.h"

static const struct platform_request request = {
	.images = {
		{ "monitor", "1", "mon", 3 },
		{ "rmm", NULL, "rmmr", 4 },
		{ "hypervisor", "3", "hyper", 5 },
	},
	.service = PLATFORM_SERVICE,
};

struct world {
	struct reeve_report *report;
	struct platform platform;
	struct provision head;
	cbor_item_t *token;
	cbor_item_t *claims;
};

/* Returns element index of the COSE_Sign1 array; the token keeps the bytes. */
static struct span part(const struct world *w, size_t index)
{
	cbor_item_t *item = cbor_array_handle(w->token)[index];

	return (struct span){ cbor_bytestring_handle(item),
			      cbor_bytestring_length(item) };
}

static void world_make(struct world *w, const struct platform_request *wanted)
{
	struct cbor_load_result result;
	struct span payload;

	w->report = reeve_report_new();
	assert_int_equal(platform_make(wanted, &w->platform, w->report),
			 REEVE_OK);
	memcpy(&w->head, w->platform.part, sizeof(w->head));
	/* Skip the first byte: it is a tag that libcbor 0.8 calls malformed. */
	w->token = cbor_load(w->platform.part + w->head.token_offset + 1,
			     w->head.token_size - 1, &result);
	assert_non_null(w->token);
	assert_int_equal(result.read, w->head.token_size - 1);
	payload = part(w, 2);
	w->claims = cbor_load(payload.data, payload.size, &result);
	assert_non_null(w->claims);
}

static void world_free(struct world *w)
{
	cbor_decref(&w->claims);
	cbor_decref(&w->token);
	platform_dispose(&w->platform);
	reeve_report_free(w->report);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct world));
	world_make(*state, &request);
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	free(*state);
	return 0;
}

static cbor_item_t *lookup(cbor_item_t *map, uint64_t key)
{
	struct cbor_pair *pairs = cbor_map_handle(map);

	for (size_t i = 0; i < cbor_map_size(map); i++) {
		if (cbor_get_int(pairs[i].key) == key)
			return pairs[i].value;
	}
	return NULL;
}

static void bytes_are(cbor_item_t *item, const void *wanted, size_t size)
{
	assert_non_null(item);
	assert_int_equal(cbor_bytestring_length(item), size);
	assert_memory_equal(cbor_bytestring_handle(item), wanted, size);
}

static void text_is(cbor_item_t *item, const char *wanted)
{
	assert_non_null(item);
	assert_int_equal(cbor_string_length(item), strlen(wanted));
	assert_memory_equal(cbor_string_handle(item), wanted, strlen(wanted));
}

static void the_head_describes_the_part(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->head.magic, PROVISION_MAGIC);
	assert_int_equal(w->head.version, PROVISION_VERSION);
	assert_int_equal(w->head.token_offset, sizeof(struct provision));
	assert_int_equal(w->head.realm_key_size, PROVISION_KEY_SIZE);
	assert_in_range(w->head.token_size, 300, PROVISION_TOKEN_MAX);
	assert_int_equal(w->platform.part[w->head.token_offset],
			 0xc0 | COSE_TAG_SIGN1);
}

static void the_signature_is_the_platform_keys(void **state)
{
	struct world *w = *state;
	EVP_PKEY *key =
		key_from_pem(w->platform.key_pem, strlen(w->platform.key_pem));
	uint8_t buffer[PROVISION_TOKEN_MAX];
	struct cbor_out out = { .data = buffer, .capacity = sizeof(buffer) };

	sign1_to_be_signed(&out, part(w, 0), part(w, 2));
	assert_false(out.full);
	assert_int_equal(part(w, 3).size, P384_SIGNATURE_SIZE);
	assert_true(key_verify(key, algorithm_find(COSE_ALG_ES384),
			       (struct span){ out.data, out.size }, part(w, 3)));
	EVP_PKEY_free(key);
}

/* Multiplies the generator by the provisioned scalar, as the RMM does. */
static void cose_of_scalar(const uint8_t *scalar, uint8_t *cose)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	EC_POINT *point = EC_POINT_new(group);
	BIGNUM *k = BN_bin2bn(scalar, P384_SIZE, NULL);
	uint8_t octets[1 + 2 * P384_SIZE];
	const struct key_point parts = {
		.curve = curve_find(COSE_KEY_P384),
		.x = { octets + 1, P384_SIZE },
		.y = { octets + 1 + P384_SIZE, P384_SIZE },
	};
	EVP_PKEY *key;

	assert_int_equal(EC_POINT_mul(group, point, k, NULL, NULL, NULL), 1);
	assert_int_equal(EC_POINT_point2oct(group, point,
					    POINT_CONVERSION_UNCOMPRESSED,
					    octets, sizeof(octets), NULL),
			 sizeof(octets));
	key = key_from_point(&parts);
	assert_non_null(key);
	assert_int_equal(key_cose(key, cose), CCA_COSE_KEY_SIZE);
	EVP_PKEY_free(key);
	BN_free(k);
	EC_POINT_free(point);
	EC_GROUP_free(group);
}

static void the_challenge_binds_the_realm_key(void **state)
{
	struct world *w = *state;
	uint8_t cose[KEY_COSE_MAX];
	uint8_t digest[PROVISION_HASH_SIZE];

	cose_of_scalar(w->head.realm_key, cose);
	assert_int_equal(EVP_Digest(cose, CCA_COSE_KEY_SIZE, digest, NULL,
				    EVP_sha256(), NULL),
			 1);
	assert_memory_equal(w->head.challenge, digest, sizeof(digest));
	bytes_are(lookup(w->claims, CCA_CHALLENGE), digest, sizeof(digest));
}

static void the_instance_is_the_hash_of_the_platform_key(void **state)
{
	struct world *w = *state;
	struct json_object *jwk = json_tokener_parse(w->platform.key_jwk);
	EVP_PKEY *key = key_from_jwk(jwk);
	uint8_t cose[KEY_COSE_MAX];
	uint8_t id[CCA_INSTANCE_ID_SIZE] = { 0x01 };

	assert_int_equal(key_cose(key, cose), CCA_COSE_KEY_SIZE);
	assert_int_equal(EVP_Digest(cose, CCA_COSE_KEY_SIZE, id + 1, NULL,
				    EVP_sha256(), NULL),
			 1);
	bytes_are(lookup(w->claims, CCA_INSTANCE_ID), id, sizeof(id));
	EVP_PKEY_free(key);
	json_object_put(jwk);
}

static void the_claims_of_an_ordinary_host(void **state)
{
	struct world *w = *state;
	static const char implementation[32] = "reeve-cca-host-qemu-virt";
	static const uint8_t config[] = { 1, 1, 0, 0 };

	assert_int_equal(cbor_map_size(w->claims), 9);
	text_is(lookup(w->claims, CCA_PROFILE),
		"tag:arm.com,2023:cca_platform#1.0.0");
	bytes_are(lookup(w->claims, CCA_IMPLEMENTATION_ID), implementation, 32);
	bytes_are(lookup(w->claims, CCA_CONFIG), config, 4);
	assert_int_equal(cbor_get_int(lookup(w->claims, CCA_LIFECYCLE)), 0x3000);
	text_is(lookup(w->claims, CCA_HASH), "sha-256");
	text_is(lookup(w->claims, CCA_SERVICE), PLATFORM_SERVICE);
}

static void the_components_are_the_images(void **state)
{
	struct world *w = *state;
	cbor_item_t *list = lookup(w->claims, CCA_COMPONENTS);
	uint8_t digest[32];

	assert_int_equal(cbor_array_size(list), PLATFORM_IMAGES);
	for (size_t i = 0; i < PLATFORM_IMAGES; i++) {
		cbor_item_t *entry = cbor_array_handle(list)[i];
		const struct platform_image *image = &request.images[i];

		EVP_Digest(image->data, image->size, digest, NULL, EVP_sha256(),
			   NULL);
		text_is(lookup(entry, CCA_COMPONENT_TYPE), image->name);
		if (image->version != NULL)
			text_is(lookup(entry, CCA_COMPONENT_VERSION),
				image->version);
		else
			assert_null(lookup(entry, CCA_COMPONENT_VERSION));
		bytes_are(lookup(entry, CCA_COMPONENT_VALUE), digest, 32);
		text_is(lookup(entry, CCA_COMPONENT_HASH), "sha-256");
		assert_int_equal(cbor_bytestring_length(
					 lookup(entry, CCA_COMPONENT_SIGNER)),
				 32);
	}
}

static void a_debug_host_says_so(void **state)
{
	struct platform_request debug = request;
	static const uint8_t config[] = { 1, 3, 0, 0 };
	struct world w;

	(void)state;
	debug.debug = true;
	debug.service = NULL;
	world_make(&w, &debug);
	assert_int_equal(cbor_get_int(lookup(w.claims, CCA_LIFECYCLE)), 0x4000);
	bytes_are(lookup(w.claims, CCA_CONFIG), config, 4);
	assert_null(lookup(w.claims, CCA_SERVICE));
	world_free(&w);
}

static void a_given_key_signs(void **state)
{
	struct platform_request given = request;
	EVP_PKEY *key = key_new();
	char *private = key_private_pem(key);
	char *public = key_public_pem(key);
	struct world w;

	(void)state;
	given.key_pem = private;
	world_make(&w, &given);
	assert_string_equal(w.platform.key_pem, public);
	the_signature_is_the_platform_keys((void *[]){ &w });
	world_free(&w);
	free(public);
	free(private);
	EVP_PKEY_free(key);
}

/* Returns what of a token differs from the reference values of a request. */
static const char *difference(const struct world *w,
			      const struct platform_request *wanted)
{
	struct reeve_references *references = reeve_references_new();
	struct span text = { w->platform.part + w->head.token_offset,
			     w->head.token_size };
	const struct platform_reference *platform;
	struct token_error error;
	struct token token;
	const char *found = NULL;

	assert_true(platform_reference_add(references, wanted));
	assert_true(token_decode(text, &token, &error));
	platform = &references->platforms[0];
	if (!reference_is_for(platform, &token))
		found = "identity";
	else if (!reference_bytes_hold(&platform->config,
				       &token.platform.claims[PLATFORM_CONFIG]))
		found = "configuration";
	else if (reference_stranger(platform, &token) != NULL &&
		 reference_absent(platform, &token) != NULL)
		found = "software";
	token_free(&token);
	reeve_references_free(references);
	return found;
}

static void a_token_is_what_was_predicted_of_it(void **state)
{
	struct world *w = *state;
	struct platform_request other = request;

	assert_null(difference(w, &request));
	other.debug = true;
	assert_string_equal(difference(w, &other), "configuration");
	for (size_t i = 0; i < PLATFORM_IMAGES; i++) {
		other = request;
		other.images[i].data = "another";
		assert_string_equal(difference(w, &other), "software");
		other = request;
		other.images[i].version = "2";
		assert_string_equal(difference(w, &other), "software");
		other = request;
		other.images[i].name = "another";
		assert_string_equal(difference(w, &other), "software");
	}
}

static void two_starts_share_no_key(void **state)
{
	struct world *w = *state;
	struct world other;

	world_make(&other, &request);
	assert_memory_not_equal(w->head.realm_key, other.head.realm_key,
				PROVISION_KEY_SIZE);
	assert_string_not_equal(w->platform.key_pem, other.platform.key_pem);
	world_free(&other);
}

static void refused(const struct platform_request *wanted, const char *message)
{
	struct reeve_report *report = reeve_report_new();
	struct platform platform;

	assert_int_equal(platform_make(wanted, &platform, report),
			 REEVE_ERR_ARGUMENT);
	assert_int_equal(reeve_report_count(report), 1);
	assert_string_equal(reeve_report_get(report, 0)->message, message);
	for (size_t i = 0; i < sizeof(platform.part); i++)
		assert_int_equal(platform.part[i], 0);
	reeve_report_free(report);
}

static void a_public_key_cannot_sign(void **state)
{
	struct platform_request wanted = request;
	struct world *w = *state;

	wanted.key_pem = w->platform.key_pem;
	refused(&wanted, "the platform key is not a P-384 private key in PEM");
	wanted.key_pem = "no key";
	refused(&wanted, "the platform key is not a P-384 private key in PEM");
}

static void a_token_too_large_is_refused(void **state)
{
	struct platform_request wanted = request;
	char *service = calloc(1, PROVISION_TOKEN_MAX);

	(void)state;
	memset(service, 'a', PROVISION_TOKEN_MAX - 1);
	wanted.service = service;
	refused(&wanted, "the platform token would exceed 4096 bytes");
	/* These claims fit by themselves, but not with their signature. */
	service[PROVISION_TOKEN_MAX - 500] = '\0';
	refused(&wanted, "the platform token would exceed 4096 bytes");
	free(service);
}

static void disposing_clears_the_key(void **state)
{
	struct reeve_report *report = reeve_report_new();
	struct platform platform;

	(void)state;
	assert_int_equal(platform_make(&request, &platform, report), REEVE_OK);
	platform_dispose(&platform);
	for (size_t i = 0; i < sizeof(platform.part); i++)
		assert_int_equal(platform.part[i], 0);
	reeve_report_free(report);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_head_describes_the_part),
		TEST(the_signature_is_the_platform_keys),
		TEST(the_challenge_binds_the_realm_key),
		TEST(the_instance_is_the_hash_of_the_platform_key),
		TEST(the_claims_of_an_ordinary_host),
		TEST(the_components_are_the_images),
		cmocka_unit_test(a_debug_host_says_so),
		cmocka_unit_test(a_given_key_signs),
		cmocka_unit_test_setup_teardown(
			a_token_is_what_was_predicted_of_it, setup, teardown),
		TEST(two_starts_share_no_key),
		TEST(a_public_key_cannot_sign),
		cmocka_unit_test(a_token_too_large_is_refused),
		cmocka_unit_test(disposing_clears_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
