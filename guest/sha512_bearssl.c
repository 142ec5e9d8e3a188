/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-512 in the guest: the library that the RMM uses, too. */
#include <bearssl.h>

#include "guest/sha512.h"

void sha512(const void *data, size_t size, uint8_t digest[SHA512_SIZE])
{
	br_sha512_context context;

	br_sha512_init(&context);
	br_sha512_update(&context, data, size);
	br_sha512_out(&context, digest);
}
