/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm key, and ES384 signatures by BearSSL: in constant time, with nonces
 * by RFC 6979 and without allocation.
 *
 * BearSSL signs in one call. Nearly all of its time is the product k * G of the
 * nonce and the generator, which is too long to keep interrupts waiting. So
 * BearSSL signs twice, on a curve whose product function is replaced by ours:
 *  1. The first call gets a wrong product, and our function learns k.
 *  2. The product is computed in steps, between which interrupts are possible.
 *  3. The second call has the same k, since the digest is the same. It gets the
 *     right product, and its result is the signature.
 *
 * The product: k has DIGITS digits of DIGIT bytes, and base[i] is G times
 * 2^(8 * DIGIT * i). The product is the sum of (digit i + 1) * base[i], less
 * the sum of all bases. One is added to each digit because BearSSL's arithmetic
 * does not work for a factor of zero.
 */
#include <bearssl.h>

#include <string.h>

#include "abi/bits.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/attest.h"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/fp.h"
#include "rmm/port/a64/regs.h"

#define POINT_SIZE (1 + 2 * P384_SIZE) /* uncompressed */
#define DIGIT      8
#define DIGITS     (P384_SIZE / DIGIT)

_Static_assert(sizeof(((struct signing *)0)->point) >= POINT_SIZE, "point");
_Static_assert(sizeof(((struct signing *)0)->nonce) == P384_SIZE, "nonce");

static const uint8_t one[] = { 1 };

/* The prime of the field, big endian: 2^384 - 2^128 - 2^96 + 2^32 - 1. */
static const uint8_t prime[P384_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
};

/* Filled at boot and constant afterwards. */
static uint8_t scalar[P384_SIZE];
static uint8_t base[DIGITS][POINT_SIZE];
static uint8_t start[POINT_SIZE]; /* minus the sum of all bases */

static const br_ec_private_key private_key = {
	.curve = BR_EC_secp384r1,
	.x = scalar,
	.xlen = sizeof(scalar),
};

/* With PSTATE.DIT the time of instructions does not depend on their data. */
static bool has_dit(void)
{
	return BITS_GET(sysreg_read(ID_AA64PFR0_EL1), ID_AA64PFR0_DIT) != 0;
}

static void secret_begin(void)
{
	fp_own();
	if (has_dit())
		sysreg_write(DIT, DIT_ON);
}

static void secret_end(void)
{
	if (has_dit())
		sysreg_write(DIT, 0);
	fp_return();
}

/* sum = sum + factor * point. Returns false if that cannot be computed. */
static bool point_add(uint8_t *sum, const uint8_t *point, const uint8_t *factor,
		      size_t factor_size)
{
	return br_ec_prime_i31.muladd(sum, point, POINT_SIZE, one, sizeof(one),
				      factor, factor_size, BR_EC_secp384r1) == 1;
}

/* Replaces y by prime - y. */
static void point_negate(uint8_t point[POINT_SIZE])
{
	uint8_t *y = point + 1 + P384_SIZE;
	unsigned borrow = 0;

	for (unsigned i = P384_SIZE; i-- > 0;) {
		unsigned difference = prime[i] - y[i] - borrow;

		y[i] = (uint8_t)difference;
		borrow = difference >> 8 & 1;
	}
}

static bool bases_make(void)
{
	static const uint8_t radix[1 + DIGIT] = { 1 };
	size_t size;
	bool ok = true;

	memcpy(base[0], br_ec_prime_i31.generator(BR_EC_secp384r1, &size),
	       POINT_SIZE);
	memcpy(start, base[0], POINT_SIZE);
	for (unsigned i = 1; i < DIGITS && ok; i++) {
		memcpy(base[i], base[i - 1], POINT_SIZE);
		ok = br_ec_prime_i31.mul(base[i], POINT_SIZE, radix,
					 sizeof(radix), BR_EC_secp384r1) == 1 &&
		     point_add(start, base[i], one, sizeof(one));
	}
	point_negate(start);
	return ok;
}

bool sign_start(const uint8_t given[P384_SIZE], uint8_t point[2 * P384_SIZE])
{
	uint8_t buffer[BR_EC_KBUF_PUB_MAX_SIZE];
	br_ec_public_key public_key;
	bool ok;

	memcpy(scalar, given, sizeof(scalar));
	secret_begin();
	ok = br_ec_compute_pub(&br_ec_prime_i31, &public_key, buffer,
			       &private_key) == POINT_SIZE &&
	     bases_make();
	secret_end();
	if (ok)
		memcpy(point, public_key.q + 1, 2 * P384_SIZE);
	return ok;
}

/* Stands in for the product k * G: keeps k, and returns a wrong product. */
static size_t nonce_capture(unsigned char *product, const unsigned char *k,
			    size_t size, int curve)
{
	struct signing *signing = cpu_this()->signing;

	(void)curve;
	memcpy(signing->nonce + P384_SIZE - size, k, size);
	memcpy(product, base[0], POINT_SIZE);
	return POINT_SIZE;
}

/* Stands in for it too, and returns the right product. */
static size_t product_replace(unsigned char *product, const unsigned char *k,
			      size_t size, int curve)
{
	(void)k;
	(void)size;
	(void)curve;
	memcpy(product, cpu_this()->signing->point, POINT_SIZE);
	return POINT_SIZE;
}

static bool sign_with(struct signing *signing, uint8_t *signature,
		      size_t (*product)(unsigned char *, const unsigned char *,
					size_t, int))
{
	br_ec_impl curve = br_ec_prime_i31;

	curve.mulgen = product;
	cpu_this()->signing = signing;
	return br_ecdsa_i31_sign_raw(&curve, &br_sha384_vtable, signing->digest,
				     &private_key,
				     signature) == P384_SIGNATURE_SIZE;
}

static bool nonce_make(struct signing *signing)
{
	uint8_t wrong[P384_SIGNATURE_SIZE];
	bool ok = sign_with(signing, wrong, nonce_capture);

	/* The key can be computed from a signature with a known product, so
	 * nothing of this one may stay on the stack. */
	memset(wrong, 0, sizeof(wrong));
	__asm__ volatile("" : : "r"(wrong) : "memory");
	memcpy(signing->point, start, POINT_SIZE);
	return ok;
}

/* Computes digit i of the nonce, plus one, as big endian bytes. */
static void factor_make(const struct signing *signing, unsigned i,
			uint8_t factor[1 + DIGIT])
{
	const uint8_t *digit = signing->nonce + P384_SIZE - DIGIT * (i + 1);
	unsigned carry = 1;

	for (unsigned j = DIGIT; j > 0; j--) {
		carry += digit[j - 1];
		factor[j] = (uint8_t)carry;
		carry >>= 8;
	}
	factor[0] = (uint8_t)carry;
}

static bool product_continue(struct signing *signing, unsigned i)
{
	uint8_t factor[1 + DIGIT];

	factor_make(signing, i, factor);
	return point_add(signing->point, base[i], factor, sizeof(factor));
}

/* The first step makes the nonce, the next DIGITS make the product, the last
 * one signs. */
static bool sign_step(struct signing *signing, uint8_t *signature)
{
	unsigned step = signing->step++;

	if (step == 0)
		return nonce_make(signing);
	if (step <= DIGITS)
		return product_continue(signing, step - 1);
	return sign_with(signing, signature, product_replace);
}

enum sign_progress port_sign(struct rmm_port *port, struct signing *signing,
			     uint8_t *signature)
{
	bool ok;

	(void)port;
	secret_begin();
	ok = sign_step(signing, signature);
	secret_end();
	if (ok && signing->step <= DIGITS + 1)
		return SIGN_MORE;
	memset(signing, 0, sizeof(*signing));
	return ok ? SIGN_DONE : SIGN_FAILED;
}
