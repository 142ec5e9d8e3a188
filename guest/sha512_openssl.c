/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-512 on the build machine, for tests. */
#include <openssl/sha.h>

#include "guest/sha512.h"

void sha512(const void *data, size_t size, uint8_t digest[SHA512_SIZE])
{
	SHA512(data, size, digest);
}
