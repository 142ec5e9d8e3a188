/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-2 by BearSSL, which uses FP/SIMD registers: the RMM owns them from
 * port_hash_start() to port_hash_end(). */
#include <bearssl.h>

#include "abi/rmi.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/fp.h"
#include "rmm/port/a64/machine.h"
#include "rmm/port/a64/panic.h"

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

void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size)
{
	(void)port;
	classes[hash->algorithm]->update(bearssl_context(hash), data, size);
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
