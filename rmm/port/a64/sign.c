/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm key, and ES384 signatures by BearSSL: in constant time, with nonces
 * by RFC 6979 and without allocation. Products of the generator are most of a
 * signature, and BearSSL has no table of multiples for this curve: one would keep
 * interrupts waiting for 26 million instructions. So they come from p384.c.
 */
#include <bearssl.h>

#include <string.h>

#include "abi/bits.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/attest.h"
#include "rmm/port/a64/fp.h"
#include "rmm/port/a64/p384.h"
#include "rmm/port/a64/regs.h"

#define POINT_SIZE         (1 + 2 * P384_SIZE)
#define POINT_UNCOMPRESSED 4 /* the first byte */

/* Filled at boot and constant afterwards. */
static uint8_t scalar[P384_SIZE];
static br_ec_impl curve;

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

/* br_ec_impl.mulgen: the product of the generator and of k, big endian. */
static size_t generator_multiply(unsigned char *product, const unsigned char *k,
				 size_t size, int id)
{
	uint8_t factor[P384_SIZE] = { 0 };

	(void)id; /* the key's curve */
	memcpy(factor + P384_SIZE - size, k, size);
	product[0] = POINT_UNCOMPRESSED;
	p384_multiply(product + 1, factor);
	return POINT_SIZE;
}

bool sign_start(const uint8_t given[P384_SIZE], uint8_t point[2 * P384_SIZE])
{
	uint8_t buffer[BR_EC_KBUF_PUB_MAX_SIZE];
	br_ec_public_key public_key;
	bool ok;

	memcpy(scalar, given, sizeof(scalar));
	curve = br_ec_prime_i31;
	curve.mulgen = generator_multiply;
	secret_begin();
	p384_start();
	ok = br_ec_compute_pub(&curve, &public_key, buffer, &private_key) ==
	     POINT_SIZE;
	secret_end();
	if (ok)
		memcpy(point, public_key.q + 1, 2 * P384_SIZE);
	return ok;
}

bool port_sign(struct rmm_port *port, const uint8_t digest[SIGN_DIGEST_SIZE],
	       uint8_t *signature)
{
	bool ok;

	(void)port;
	secret_begin();
	ok = br_ecdsa_i31_sign_raw(&curve, &br_sha384_vtable, digest,
				   &private_key,
				   signature) == P384_SIGNATURE_SIZE;
	secret_end();
	return ok;
}
