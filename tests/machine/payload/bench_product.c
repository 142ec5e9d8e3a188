/* SPDX-License-Identifier: BSD-3-Clause */
/* The product on which a signature depends. With -icount its ticks must be the
 * same for each scalar: otherwise the time tells something about a nonce. */
#include <string.h>

#include "lib/a64.h"
#include "rmm/port/a64/p384.h"
#include "tests/machine/payload/bench.h"

static uint64_t product_cost(uint8_t first, uint8_t others)
{
	uint8_t scalar[P384_SIZE], product[2 * P384_SIZE];
	uint64_t start;

	memset(scalar, others, sizeof(scalar));
	scalar[P384_SIZE - 1] = first;
	p384_start();
	start = sysreg_read(cntvct_el0);
	p384_multiply(product, scalar);
	return sysreg_read(cntvct_el0) - start;
}

uint64_t bench_product_few(void)
{
	return product_cost(1, 0);
}

uint64_t bench_product_many(void)
{
	return product_cost(0x5a, 0xf7);
}
