/* SPDX-License-Identifier: BSD-3-Clause */
/* Multiples of the generator, compared with those of OpenSSL. A test on the
 * emulated machine shows that the time does not depend on the scalar. */
#include "rmm/port/a64/p384.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#define POINT_SIZE (1 + 2 * P384_SIZE)
#define RANDOM     100
#define BITS       (8 * P384_SIZE)

struct reference {
	EC_GROUP *group;
	EC_POINT *product;
	BIGNUM *scalar;
};

static int setup(void **state)
{
	static struct reference reference;

	p384_start();
	reference.group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	assert_non_null(reference.group);
	reference.product = EC_POINT_new(reference.group);
	reference.scalar = BN_new();
	assert_non_null(reference.product);
	assert_non_null(reference.scalar);
	*state = &reference;
	return 0;
}

static int teardown(void **state)
{
	struct reference *reference = *state;

	BN_free(reference->scalar);
	EC_POINT_free(reference->product);
	EC_GROUP_free(reference->group);
	return 0;
}

/* Compares the product for reference->scalar, which is taken modulo the
 * order. */
static void assert_same(struct reference *reference)
{
	BN_CTX *context = BN_CTX_new();
	uint8_t expected[POINT_SIZE], scalar[P384_SIZE];
	uint8_t product[2 * P384_SIZE];

	assert_non_null(context);
	assert_true(BN_nnmod(reference->scalar, reference->scalar,
			     EC_GROUP_get0_order(reference->group), context));
	assert_false(BN_is_zero(reference->scalar));
	assert_true(EC_POINT_mul(reference->group, reference->product,
				 reference->scalar, NULL, NULL, context));
	assert_int_equal(EC_POINT_point2oct(reference->group, reference->product,
					    POINT_CONVERSION_UNCOMPRESSED,
					    expected, POINT_SIZE, context),
			 POINT_SIZE);
	assert_int_equal(BN_bn2binpad(reference->scalar, scalar, P384_SIZE),
			 P384_SIZE);
	BN_CTX_free(context);
	p384_multiply(product, scalar);
	assert_memory_equal(product, expected + 1, sizeof(product));
}

static void small_and_large_scalars(void **state)
{
	struct reference *reference = *state;

	for (unsigned i = 1; i <= 40; i++) {
		assert_true(BN_set_word(reference->scalar, i));
		assert_same(reference);
		assert_true(BN_set_word(reference->scalar, i));
		BN_set_negative(reference->scalar, 1);
		assert_same(reference);
	}
}

/* Most digits are zero, or all ones. */
static void powers_of_two_and_what_is_next_to_them(void **state)
{
	struct reference *reference = *state;

	for (int i = 1; i < BITS; i++) {
		for (BN_ULONG less = 0; less < 2; less++) {
			BN_zero(reference->scalar);
			assert_true(BN_set_bit(reference->scalar, i));
			assert_true(BN_sub_word(reference->scalar, less));
			assert_same(reference);
		}
	}
}

/* The sum passes through a point that is added to itself, or to its
 * negative. */
static void scalars_whose_digits_meet(void **state)
{
	struct reference *reference = *state;

	for (unsigned digit = 1; digit < 16; digit++) {
		BN_zero(reference->scalar);
		for (int tooth = 0; tooth < 4; tooth++) {
			if (digit & 1U << tooth) {
				assert_true(BN_set_bit(reference->scalar,
						       96 * tooth));
				assert_true(BN_set_bit(reference->scalar,
						       96 * tooth + 1));
			}
		}
		assert_same(reference);
	}
}

static void random_scalars(void **state)
{
	struct reference *reference = *state;

	for (unsigned i = 0; i < RANDOM; i++) {
		assert_true(BN_rand(reference->scalar, BITS, BN_RAND_TOP_ANY,
				    BN_RAND_BOTTOM_ANY));
		assert_same(reference);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_and_large_scalars),
		cmocka_unit_test(powers_of_two_and_what_is_next_to_them),
		cmocka_unit_test(scalars_whose_digits_meet),
		cmocka_unit_test(random_scalars),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
