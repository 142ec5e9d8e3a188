/* SPDX-License-Identifier: BSD-3-Clause */
/* The provisioned part, and its way to the RMM. */
#include "monitor/core/provision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE_PA    UINT64_C(0x421ff000)
#define TOKEN_SIZE 3000
#define OFFSET     0x100
#define SIZE       PROVISION_PART_SIZE

struct fixture {
	struct provision *part; /* SIZE bytes */
	struct provisioned provisioned;
	uint8_t page[4096];
};

static uint8_t *token_of(struct fixture *f)
{
	return (uint8_t *)f->part + f->part->token_offset;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->part = calloc(1, SIZE);
	assert_non_null(f->part);
	*f->part = (struct provision){ .magic = PROVISION_MAGIC,
				       .version = PROVISION_VERSION,
				       .token_size = TOKEN_SIZE,
				       .token_offset = OFFSET,
				       .realm_key_size = PROVISION_KEY_SIZE };
	memset(f->part->realm_key, 0x4b, PROVISION_KEY_SIZE);
	memset(f->part->challenge, 0xc4, PROVISION_HASH_SIZE);
	for (unsigned i = 0; i < TOKEN_SIZE; i++)
		token_of(f)[i] = (uint8_t)(i * 7 + i / 256);
	assert_null(provision_open(&f->provisioned, f->part, SIZE));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	free(f->part);
	free(f);
	return 0;
}

static struct provision_buffer buffer(struct fixture *f, uint64_t offset,
				      uint64_t size)
{
	return (struct provision_buffer){ f->page, PAGE_PA, PAGE_PA + offset,
					  size };
}

static int key(struct fixture *f, uint64_t offset, uint64_t size, uint64_t curve)
{
	const struct provision_buffer at = buffer(f, offset, size);
	uint64_t length = 0;
	int status = provision_realm_key(&f->provisioned, &at, curve, &length);

	assert_int_equal(length, status == 0 ? PROVISION_KEY_SIZE : 0);
	return status;
}

static int token(struct fixture *f, uint64_t offset, uint64_t size,
		 uint64_t challenge, struct provision_token_part *sent)
{
	const struct provision_buffer at = buffer(f, offset, size);

	return provision_token(&f->provisioned, &at, challenge, sent);
}

static const char *open_again(struct fixture *f, uint64_t size)
{
	return provision_open(&f->provisioned, f->part, size);
}

static void nothing_may_be_provisioned(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	assert_null(open_again(f, 0));
	assert_int_equal(key(f, 0, 4096, 0), -1);
	memset(f->part, 0, SIZE);
	assert_null(open_again(f, SIZE));
	assert_int_equal(key(f, 0, 4096, 0), -1);
	assert_int_equal(token(f, 0, 4096, 32, &sent), -1);
}

static void either_may_be_absent(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	f->part->token_size = 0;
	f->part->token_offset = 0;
	assert_null(open_again(f, sizeof(struct provision)));
	assert_int_equal(key(f, 0, 4096, 0), 0);
	assert_int_equal(token(f, 0, 4096, 32, &sent), -1);
	f->part->realm_key_size = 0;
	assert_null(open_again(f, SIZE));
	assert_int_equal(key(f, 0, 4096, 0), -1);
}

static void refused(struct fixture *f, uint64_t size, const char *why)
{
	assert_string_equal(open_again(f, size), why);
	assert_null(f->provisioned.part);
}

static void a_broken_header_is_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, sizeof(struct provision) - 1,
		"a provisioned part that is too small");
	f->part->magic ^= 1;
	refused(f, SIZE, "no provisioned part");
	f->part->magic ^= 1;
	f->part->version = 2;
	refused(f, SIZE, "a provisioned part of another version");
	f->part->version = 1;
	f->part->realm_key_size = 47;
	refused(f, SIZE, "a provisioned key of another size");
}

static void a_token_lies_within_its_part(void **state)
{
	struct fixture *f = *state;

	f->part->token_size = PROVISION_TOKEN_MAX + 1;
	refused(f, SIZE, "a platform token that is too large");
	f->part->token_size = TOKEN_SIZE;
	f->part->token_offset = sizeof(struct provision) - 1;
	refused(f, SIZE, "a platform token over its header");
	f->part->token_offset = SIZE - TOKEN_SIZE + 1;
	refused(f, SIZE, "a platform token outside its part");
	f->part->token_offset = UINT32_MAX;
	refused(f, SIZE, "a platform token outside its part");
	f->part->token_offset = SIZE - TOKEN_SIZE;
	assert_null(open_again(f, SIZE));
}

static void the_key_is_written_where_asked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(key(f, 4096 - 48, 48, 0), 0);
	assert_memory_equal(f->page + 4096 - 48, f->part->realm_key, 48);
	assert_int_equal(f->page[4096 - 49], 0);
}

static void the_key_is_refused_for_bad_arguments(void **state)
{
	static const uint8_t zero[4096];
	struct fixture *f = *state;

	assert_int_equal(key(f, -UINT64_C(1), 64, 0), -2);
	assert_int_equal(key(f, 4096, 64, 0), -2);
	assert_int_equal(key(f, 1, 4096, 0), -5);
	assert_int_equal(key(f, 1, UINT64_MAX, 0), -5);
	assert_int_equal(key(f, 0, 0, 0), -5);
	assert_int_equal(key(f, 0, 47, 0), -5);
	assert_int_equal(key(f, 0, 4096, 1), -5);
	assert_memory_equal(f->page, zero, 4096);
}

static void challenge_put(struct fixture *f, uint64_t offset)
{
	memset(f->page + offset, 0xc4, PROVISION_HASH_SIZE);
}

static void the_token_comes_in_parts_of_the_buffer(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	challenge_put(f, 16);
	assert_int_equal(token(f, 16, 1024, 32, &sent), 0);
	assert_int_equal(sent.length, 1024);
	assert_int_equal(sent.left, TOKEN_SIZE - 1024);
	assert_memory_equal(f->page + 16, token_of(f), 1024);
	assert_int_equal(token(f, 0, 1900, 0, &sent), 0);
	assert_int_equal(sent.length, 1900);
	assert_int_equal(sent.left, 76);
	assert_memory_equal(f->page, token_of(f) + 1024, 1900);
	assert_int_equal(token(f, 0, 4096, 0, &sent), 0);
	assert_int_equal(sent.length, 76);
	assert_int_equal(sent.left, 0);
	assert_memory_equal(f->page, token_of(f) + 2924, 76);
	assert_int_equal(token(f, 0, 4096, 0, &sent), -5);
}

static void the_token_begins_anew_with_a_challenge(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	for (unsigned i = 0; i < 2; i++) {
		challenge_put(f, 0);
		assert_int_equal(token(f, 0, 1024, 32, &sent), 0);
		assert_memory_equal(f->page, token_of(f), 1024);
	}
}

static void the_token_is_refused_for_bad_arguments(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	challenge_put(f, 0);
	assert_int_equal(token(f, 4096, 1024, 32, &sent), -2);
	assert_int_equal(token(f, 0, 4097, 32, &sent), -5);
	assert_int_equal(token(f, 0, 31, 32, &sent), -5);
	assert_int_equal(token(f, 0, 4096, 48, &sent), -5);
	assert_int_equal(token(f, 0, 4096, 64, &sent), -5);
	assert_int_equal(token(f, 0, 4096, 33, &sent), -5);
	assert_int_equal(token(f, 0, 4096, 0, &sent), -5);
}

static void another_challenge_ends_the_delivery(void **state)
{
	struct fixture *f = *state;
	struct provision_token_part sent;

	challenge_put(f, 0);
	assert_int_equal(token(f, 0, 1024, 32, &sent), 0);
	challenge_put(f, 0);
	f->page[31] ^= 1;
	assert_int_equal(token(f, 0, 1024, 32, &sent), -5);
	assert_int_equal(token(f, 0, 1024, 0, &sent), -5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_may_be_provisioned),
		TEST(either_may_be_absent),
		TEST(a_broken_header_is_refused),
		TEST(a_token_lies_within_its_part),
		TEST(the_key_is_written_where_asked),
		TEST(the_key_is_refused_for_bad_arguments),
		TEST(the_token_comes_in_parts_of_the_buffer),
		TEST(the_token_begins_anew_with_a_challenge),
		TEST(the_token_is_refused_for_bad_arguments),
		TEST(another_challenge_ends_the_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
