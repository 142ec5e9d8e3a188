/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attestation tokens as a Realm gets them. The expected token is put together
 * here byte by byte; OpenSSL verifies the signature.
 */
#include "rmm/fixture/fixture.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

#include "abi/cca_token.h"
#include "abi/provision.h"
#include "abi/rsi.h"
#include "rmm/core/rsi/token.h"

#define RD     page(PAGE_RD)
#define BOOT   page(PAGE_REC)
#define SECOND page(PAGE_REC + 1)
/* The first IPA outside the protected half. */
#define PAR_END (UINT64_C(1) << 38)

#define TOKEN_MAX (PROVISION_TOKEN_MAX + 2048)

static const uint8_t scalar[P384_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
static const uint8_t platform_token[300] = "a platform token";
static const uint64_t challenge[8] = { 11, 12, 13, 14, 15, 16, 17, 18 };

/* An ACTIVE Realm of a hash, with a page at IPA 0 and two runnable vCPUs. */
static struct fixture *realm_make(void **state, uint8_t hash)
{
	struct fixture *f;
	struct rmi_realm_params *params;

	fixture_setup(state);
	f = *state;
	params = fixture_realm_params(f);
	params->hash_algo = hash;
	memset(params->rpv, 0x52, sizeof(params->rpv));
	delegate(f, PAGE_ROOT, 1);
	delegate(f, PAGE_RD, 1);
	assert_int_equal(rmi(f, RMI_REALM_CREATE, RD, page(PAGE_SCRATCH)),
			 RMI_SUCCESS);
	memset(host(f, PAGE_SCRATCH), 0x3c, GRANULE_SIZE);
	fixture_data(f);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	fixture_rec(f, 1, RMI_REC_FLAG_RUNNABLE);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, RD), RMI_SUCCESS);
	return f;
}

static int bare_setup(void **state)
{
	realm_make(state, RMI_HASH_SHA_256);
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = realm_make(state, RMI_HASH_SHA_256);

	assert_true(inprocess_provision(f->machine, scalar, platform_token,
					sizeof(platform_token)));
	return 0;
}

#define rsi(f, fid, ...)                                                       \
	rsi_call(f, BOOT, fid, (const uint64_t[10]){ __VA_ARGS__ })

static uint64_t init_on(struct fixture *f, uint64_t rec)
{
	uint64_t args[10] = { 0 };

	memcpy(args, challenge, sizeof(challenge));
	return rsi_call(f, rec, RSI_ATTEST_TOKEN_INIT, args);
}

static void init(struct fixture *f)
{
	assert_int_equal(init_on(f, BOOT), RSI_SUCCESS);
	assert_int_equal(f->outcome, RSI_RETURN);
}

static uint64_t go_on(struct fixture *f, uint64_t offset, uint64_t size)
{
	return rsi(f, RSI_ATTEST_TOKEN_CONTINUE, 0, offset, size);
}

/* Gathers the whole token in pieces. Returns its size. */
static size_t gather(struct fixture *f, uint8_t *token, size_t piece)
{
	const uint8_t *content = peek(f, PAGE_DATA);
	size_t size = 0;
	uint64_t x0;

	do {
		x0 = go_on(f, 8, piece);
		assert_int_equal(f->outcome, RSI_RETURN);
		assert_in_range(f->regs.x[1], 1, piece);
		memcpy(token + size, content + 8, f->regs.x[1]);
		size += f->regs.x[1];
		assert_in_range(size, 1, TOKEN_MAX);
	} while (x0 == RSI_INCOMPLETE);
	assert_int_equal(x0, RSI_SUCCESS);
	return size;
}

/* ---- The expected token -------------------------------------------------- */

struct expected {
	uint8_t bytes[TOKEN_MAX];
	size_t size;
};

static void add(struct expected *e, const void *data, size_t size)
{
	memcpy(e->bytes + e->size, data, size);
	e->size += size;
}

#define ADD(e, ...)                                                            \
	add(e, (const uint8_t[]){ __VA_ARGS__ },                               \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void public_point(uint8_t point[1 + 2 * P384_SIZE])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	EC_POINT *product = EC_POINT_new(group);
	BIGNUM *number = BN_bin2bn(scalar, sizeof(scalar), NULL);

	assert_int_equal(EC_POINT_mul(group, product, number, NULL, NULL, NULL),
			 1);
	assert_int_equal(EC_POINT_point2oct(group, product,
					    POINT_CONVERSION_UNCOMPRESSED,
					    point, 97, NULL),
			 97);
	BN_free(number);
	EC_POINT_free(product);
	EC_GROUP_free(group);
}

/* Claims 10, 256, 44235, 44237. */
static void identity_add(struct expected *e, const struct rd *rd)
{
	uint8_t point[97];

	public_point(point);
	ADD(e, 0xaa, 0x0a, 0x58, 64);
	add(e, challenge, 64);
	ADD(e, 0x19, 0x01, 0x00, 0x58, 33);
	add(e, rd->instance_id, 33);
	ADD(e, 0x19, 0xac, 0xcb, 0x58, 64);
	for (unsigned i = 0; i < 64; i++)
		ADD(e, 0x52);
	ADD(e, 0x19, 0xac, 0xcd, 0x58, 107, 0xa4, 1, 2, 0x20, 2, 0x21, 0x58, 48);
	add(e, point + 1, 48);
	ADD(e, 0x22, 0x58, 48);
	add(e, point + 49, 48);
}

/* Claims 44236, 44240, 44243, 265, 44238, 44239. */
static void state_add(struct expected *e, const struct rd *rd, const char *hash)
{
	uint8_t size = (uint8_t)hash_size(rd->measurements.algorithm);

	ADD(e, 0x19, 0xac, 0xcc, 0x67);
	add(e, hash, 7);
	ADD(e, 0x19, 0xac, 0xd0, 0x67);
	add(e, "sha-256", 7);
	ADD(e, 0x19, 0xac, 0xd3, 0x00, 0x19, 0x01, 0x09, 0x78, 28);
	add(e, "tag:arm.com,2024:realm#2.0.0", 28);
	ADD(e, 0x19, 0xac, 0xce, 0x58, size);
	add(e, rd->measurements.slot[0], size);
	ADD(e, 0x19, 0xac, 0xcf, 0x84);
	for (unsigned i = 1; i < 5; i++) {
		ADD(e, 0x58, size);
		add(e, rd->measurements.slot[i], size);
	}
}

static void head_add(struct expected *e, size_t size)
{
	ADD(e, 0x59, (uint8_t)(size >> 8), (uint8_t)size);
}

/* The expected token without its signature. */
static void token_expect(struct expected *e, const struct rd *rd,
			 const char *hash)
{
	struct expected claims = { .size = 0 };

	identity_add(&claims, rd);
	state_add(&claims, rd, hash);
	ADD(e, 0xd9, 0x03, 0x8b, 0xa2, 0x19, 0xac, 0xca, 0x82, 0x19, 0x01, 0x07);
	head_add(e, sizeof(platform_token));
	add(e, platform_token, sizeof(platform_token));
	ADD(e, 0x19, 0xac, 0xd1, 0x82, 0x19, 0x01, 0x07);
	head_add(e, 11 + claims.size + 98);
	ADD(e, 0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0);
	head_add(e, claims.size);
	add(e, claims.bytes, claims.size);
	ADD(e, 0x58, 96);
}

/* The digest of the Sig_structure around the claims at the token's end. */
static void sig_structure_hash(const uint8_t *payload, size_t size,
			       uint8_t digest[48])
{
	struct expected text = { .size = 0 };

	ADD(&text, 0x84, 0x6a);
	add(&text, "Signature1", 10);
	ADD(&text, 0x44, 0xa1, 0x01, 0x38, 0x22, 0x40);
	head_add(&text, size);
	add(&text, payload, size);
	assert_int_equal(EVP_Digest(text.bytes, text.size, digest, NULL,
				    EVP_sha384(), NULL),
			 1);
}

static EVP_PKEY *public_key(void)
{
	uint8_t point[97];
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
				       (char *)"P-384", 5),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 97),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	public_point(point);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params),
		1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void signature_holds(const uint8_t digest[48], const uint8_t *raw)
{
	EVP_PKEY *key = public_key();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	uint8_t *der = NULL;
	int size;

	ECDSA_SIG_set0(pair, BN_bin2bn(raw, 48, NULL),
		       BN_bin2bn(raw + 48, 48, NULL));
	size = i2d_ECDSA_SIG(pair, &der);
	assert_true(size > 0);
	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	assert_int_equal(
		EVP_PKEY_verify(context, der, (size_t)size, digest, 48), 1);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
}

static void token_is_right(struct fixture *f, const uint8_t *token, size_t size,
			   const char *hash)
{
	struct expected e = { .size = 0 };
	uint8_t digest[48];
	size_t claims;

	token_expect(&e, peek(f, PAGE_RD), hash);
	assert_int_equal(size, e.size + 96);
	assert_memory_equal(token, e.bytes, e.size);
	/* The claims come last before the head of the signature; see
	 * token_expect(). */
	claims = 11 + 3 + sizeof(platform_token) + 7 + 3 + 8 + 3;
	sig_structure_hash(token + claims, e.size - 2 - claims, digest);
	signature_holds(digest, token + e.size);
}

/* ---- Tests --------------------------------------------------------------- */

static void without_provisioning_there_is_no_token(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(init_on(f, BOOT), RSI_ERROR_UNKNOWN);
	assert_int_equal(go_on(f, 0, 4096), RSI_ERROR_UNKNOWN);
	assert_int_equal(f->outcome, RSI_RETURN);
}

static void a_token_comes_in_one_page(void **state)
{
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];
	size_t size;

	init(f);
	assert_int_equal(f->regs.x[1], GRANULE_SIZE);
	assert_int_equal(go_on(f, 0, 4096), RSI_SUCCESS);
	size = f->regs.x[1];
	memcpy(token, peek(f, PAGE_DATA), size);
	token_is_right(f, token, size, "sha-256");
}

static void pieces_make_the_same_token(void **state)
{
	static const size_t pieces[] = { 1, 7, 96, 311, 1000, 4088 };
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		init(f);
		token_is_right(f, token, gather(f, token, pieces[i]), "sha-256");
	}
}

static void only_the_named_bytes_are_written(void **state)
{
	struct fixture *f = *state;
	uint8_t *content = peek(f, PAGE_DATA);

	init(f);
	memset(content, 0xee, GRANULE_SIZE);
	assert_int_equal(go_on(f, 100, 10), RSI_INCOMPLETE);
	assert_int_equal(f->regs.x[1], 10);
	assert_int_equal(content[99], 0xee);
	assert_int_equal(content[100], 0xd9);
	assert_int_equal(content[110], 0xee);
}

static void a_piece_of_nothing_is_incomplete(void **state)
{
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];

	init(f);
	assert_int_equal(go_on(f, 0, 0), RSI_INCOMPLETE);
	assert_int_equal(f->regs.x[1], 0);
	assert_int_equal(f->outcome, RSI_RETURN);
	token_is_right(f, token, gather(f, token, 512), "sha-256");
}

static void longer_hashes_fit(void **state)
{
	uint8_t token[TOKEN_MAX];
	struct fixture *f = realm_make(state, RMI_HASH_SHA_512);

	assert_true(inprocess_provision(f->machine, scalar, platform_token,
					sizeof(platform_token)));
	init(f);
	token_is_right(f, token, gather(f, token, 4088), "sha-512");
}

static void the_third_hash_has_its_own_name(void **state)
{
	uint8_t token[TOKEN_MAX];
	struct fixture *f = realm_make(state, RMI_HASH_SHA_384);

	assert_true(inprocess_provision(f->machine, scalar, platform_token,
					sizeof(platform_token)));
	init(f);
	token_is_right(f, token, gather(f, token, 4088), "sha-384");
}

static void the_token_shows_what_was_measured_until_init(void **state)
{
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];
	struct rd *rd = peek(f, PAGE_RD);
	struct measurements then;
	size_t size;

	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 3, 8, 0x1234),
			 RSI_SUCCESS);
	init(f);
	then = rd->measurements;
	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 4, 8, 0x5678),
			 RSI_SUCCESS);
	size = gather(f, token, 4088);
	rd->measurements = then;
	token_is_right(f, token, size, "sha-256");
}

static void continue_wants_an_init(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(go_on(f, 0, 4096), RSI_ERROR_STATE);
	init(f);
	assert_int_equal(go_on(f, 0, 4096), RSI_SUCCESS);
	assert_int_equal(go_on(f, 0, 4096), RSI_ERROR_STATE);
}

static void each_vcpu_has_its_own_token(void **state)
{
	struct fixture *f = *state;
	const uint64_t args[10] = { 0, 0, 4096 };

	init(f);
	assert_int_equal(rsi_call(f, SECOND, RSI_ATTEST_TOKEN_CONTINUE, args),
			 RSI_ERROR_STATE);
	assert_int_equal(init_on(f, SECOND), RSI_SUCCESS);
	assert_int_equal(rsi_call(f, SECOND, RSI_ATTEST_TOKEN_CONTINUE, args),
			 RSI_SUCCESS);
	assert_int_equal(go_on(f, 0, 4096), RSI_SUCCESS);
}

static void init_begins_anew(void **state)
{
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];

	init(f);
	assert_int_equal(go_on(f, 0, 500), RSI_INCOMPLETE);
	init(f);
	token_is_right(f, token, gather(f, token, 700), "sha-256");
}

static void bad_arguments_are_refused(void **state)
{
	static const uint64_t bad[][3] = {
		{ 8, 0, 4096 },       { 0, 4096, 0 },
		{ 0, UINT64_MAX, 1 }, { 0, 1, 4096 },
		{ 0, 4095, 2 },       { 0, 8, UINT64_MAX },
		{ PAR_END, 0, 4096 }, { UINT64_MAX - 0xfff, 0, 4096 },
		{ 0x1000, 0, 4096 }, /* RIPAS EMPTY */
	};
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];

	init(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rsi(f, RSI_ATTEST_TOKEN_CONTINUE, bad[i][0],
				     bad[i][1], bad[i][2]),
				 RSI_ERROR_INPUT);
		assert_int_equal(f->outcome, RSI_RETURN);
	}
	token_is_right(f, token, gather(f, token, 4088), "sha-256");
}

static void arguments_are_judged_before_the_state(void **state)
{
	assert_int_equal(rsi(*state, RSI_ATTEST_TOKEN_CONTINUE, 8, 0, 0),
			 RSI_ERROR_INPUT);
}

/* A token is short enough to be made while an interrupt waits. */
static void an_interrupt_waits(void **state)
{
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];

	init(f);
	inprocess_faults(f->machine)->interrupt_every = 1;
	assert_int_equal(go_on(f, 0, 0), RSI_INCOMPLETE);
	assert_int_equal(f->outcome, RSI_RETURN);
	token_is_right(f, token, gather(f, token, 4088), "sha-256");
}

static void a_missing_page_is_asked_of_the_host(void **state)
{
	struct fixture *f = *state;

	init(f);
	assert_int_equal(rmi(f, RMI_RTT_DATA_UNMAP, RD, 0, 0x1000), RMI_SUCCESS);
	go_on(f, 0, 4096);
	assert_int_equal(f->outcome, RSI_RETRY);
	assert_int_equal(f->exit.exit_reason, RMI_EXIT_SYNC);
	assert_int_equal(f->regs.x[0], RSI_ATTEST_TOKEN_CONTINUE);
	assert_int_equal(f->regs.x[1], 0);
}

static void no_signature_is_no_token(void **state)
{
	struct fixture *f = *state;

	init(f);
	inprocess_faults(f->machine)->no_signature = true;
	assert_int_equal(go_on(f, 0, 4096), RSI_ERROR_UNKNOWN);
	assert_int_equal(go_on(f, 0, 4096), RSI_ERROR_STATE);
}

static void the_largest_platform_token_takes_two_pages(void **state)
{
	static uint8_t large[PROVISION_TOKEN_MAX];
	struct fixture *f = *state;
	uint8_t token[TOKEN_MAX];
	size_t size;

	memset(large, 0xab, sizeof(large));
	assert_true(
		inprocess_provision(f->machine, scalar, large, sizeof(large)));
	init(f);
	assert_int_equal(f->regs.x[1], 2 * GRANULE_SIZE);
	size = gather(f, token, 4088);
	assert_in_range(size, PROVISION_TOKEN_MAX, 2 * GRANULE_SIZE);
	assert_memory_equal(token + 14, large, sizeof(large));
}

static void a_scalar_must_be_one(void **state)
{
	static const uint8_t zero[P384_SIZE];
	struct fixture *f = *state;
	uint8_t ones[P384_SIZE];

	memset(ones, 0xff, sizeof(ones));
	assert_false(inprocess_provision(f->machine, zero, "t", 1));
	assert_int_equal(init_on(f, BOOT), RSI_ERROR_UNKNOWN);
	assert_false(inprocess_provision(f->machine, ones, "t", 1));
	assert_int_equal(init_on(f, BOOT), RSI_ERROR_UNKNOWN);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
#define BARE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bare_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		BARE(without_provisioning_there_is_no_token),
		BARE(a_scalar_must_be_one),
		TEST(a_token_comes_in_one_page),
		TEST(pieces_make_the_same_token),
		TEST(only_the_named_bytes_are_written),
		TEST(a_piece_of_nothing_is_incomplete),
		cmocka_unit_test_teardown(longer_hashes_fit, fixture_teardown),
		cmocka_unit_test_teardown(the_third_hash_has_its_own_name,
					  fixture_teardown),
		TEST(the_token_shows_what_was_measured_until_init),
		TEST(continue_wants_an_init),
		TEST(each_vcpu_has_its_own_token),
		TEST(init_begins_anew),
		TEST(bad_arguments_are_refused),
		TEST(arguments_are_judged_before_the_state),
		TEST(an_interrupt_waits),
		TEST(a_missing_page_is_asked_of_the_host),
		TEST(no_signature_is_no_token),
		TEST(the_largest_platform_token_takes_two_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
