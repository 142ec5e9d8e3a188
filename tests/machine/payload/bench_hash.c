/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-256 of a granule in the two ways of the RMM. */
#include <bearssl.h>

#include <string.h>

#include "lib/a64.h"
#include "rmm/port/a64/sha256.h"
#include "tests/machine/payload/bench.h"

#define GRANULE 4096

static uint8_t data[GRANULE] __attribute__((aligned(4096)));
static uint8_t digest[SHA256_SIZE];

uint64_t bench_hash_plain(void)
{
	uint64_t start = sysreg_read(cntvct_el0);
	br_sha256_context context;

	br_sha256_init(&context);
	br_sha256_update(&context, data, sizeof(data));
	(void)br_sha256_state(&context, digest);
	return sysreg_read(cntvct_el0) - start;
}

uint64_t bench_hash_cpu(void)
{
	uint64_t start = sysreg_read(cntvct_el0);
	br_sha256_context context;
	uint8_t value[SHA256_SIZE];

	br_sha256_init(&context);
	(void)br_sha256_state(&context, value);
	sha256_blocks(value, data, sizeof(data) / SHA256_BLOCK);
	start = sysreg_read(cntvct_el0) - start;
	return memcmp(value, digest, sizeof(digest)) == 0 ? start : 0;
}
