/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SHA-2 by BearSSL, and whole blocks of SHA-256 by the CPU's instructions for it
 * if there are any. Both use FP/SIMD registers: the RMM owns them from
 * port_hash_start() to port_hash_end().
 */
#include <bearssl.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/fp.h"
#include "rmm/port/a64/machine.h"
#include "rmm/port/a64/panic.h"
#include "rmm/port/a64/regs.h"
#include "rmm/port/a64/sha256.h"

static const br_hash_class *const classes[] = {
	[RMI_HASH_SHA_256] = &br_sha256_vtable,
	[RMI_HASH_SHA_512] = &br_sha512_vtable,
	[RMI_HASH_SHA_384] = &br_sha384_vtable,
};

/* The state of a hash. Each kind begins with its class. */
union context {
	const br_hash_class *class;
	br_sha256_context sha256;
	br_sha384_context sha384;
	br_sha512_context sha512;
};

_Static_assert(sizeof(union context) <= sizeof(((struct hash *)0)->state),
	       "struct hash holds every context");

static const br_hash_class **bearssl_context(struct hash *hash)
{
	return &((union context *)hash->state)->class;
}

void port_hash_start(struct rmm_port *port, struct hash *hash,
		     uint32_t algorithm)
{
	(void)port;
	hash->algorithm = algorithm;
	fp_own();
	classes[algorithm]->init(bearssl_context(hash));
}

static bool has_sha256(void)
{
	return BITS_GET(sysreg_read(ID_AA64ISAR0_EL1), ID_AA64ISAR0_SHA2) != 0;
}

/* Adds the whole blocks of the data by the CPU's instructions, unless BearSSL
 * holds a part of a block. Returns the number of bytes added. */
static size_t blocks_add(br_sha256_context *context, const void *data,
			 size_t size)
{
	uint8_t value[SHA256_SIZE];
	uint64_t before = br_sha256_state(context, value);
	size_t added = size - size % SHA256_BLOCK;

	if (added == 0 || before % SHA256_BLOCK != 0)
		return 0;
	sha256_blocks(value, data, added / SHA256_BLOCK);
	br_sha256_set_state(context, value, before + added);
	return added;
}

void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size)
{
	const br_hash_class **context = bearssl_context(hash);
	size_t added = 0;

	(void)port;
	if (hash->algorithm == RMI_HASH_SHA_256 && has_sha256())
		added = blocks_add((br_sha256_context *)context, data, size);
	classes[hash->algorithm]->update(context, (const uint8_t *)data + added,
					 size - added);
}

void port_hash_end(struct rmm_port *port, struct hash *hash, uint8_t *digest)
{
	(void)port;
	classes[hash->algorithm]->out(bearssl_context(hash), digest);
	fp_return();
}

/* BearSSL is compiled to check its stack frames with this value. */
uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

void hash_init(struct rmm_port *port)
{
	/* Without entropy a fixed value still detects accidents. */
	if (!port_random(port, &__stack_chk_guard, sizeof(__stack_chk_guard)))
		__stack_chk_guard = (uintptr_t)&__stack_chk_guard;
}

void __stack_chk_fail(void)
{
	rmm_stop("a stack is smashed");
}
