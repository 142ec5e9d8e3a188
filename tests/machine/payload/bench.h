/* SPDX-License-Identifier: BSD-3-Clause */
/* The measurements of the benchmark. */
#ifndef REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H
#define REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H

#include <stdint.h>

/* bench_call.S: return the ticks of the counter for an SMC, for two SMCs, and
 * for a NOP in their place. x is X0-X3 before and after. */
uint64_t bench_smc(uint64_t x[4]);
uint64_t bench_smc_twice(uint64_t x[4]);
uint64_t bench_nop(uint64_t x[4]);

/*
 * bench_sign.c: returns the ticks of one ECDSA signature over P-384 and
 * SHA-384, in one call of the library with which the RMM signs, or 0 if it
 * fails.
 */
uint64_t bench_sign(void);

/* bench_product.c: return the ticks of a product of the generator of P-384, as
 * the RMM computes it, for scalars of few ones and of many. */
uint64_t bench_product_few(void);
uint64_t bench_product_many(void);

/*
 * bench_hash.c: return the ticks of SHA-256 of a granule by the library, and by
 * the CPU's instructions, after bench_sign(). The second is called after the
 * first, and returns 0 if the results differ.
 */
uint64_t bench_hash_plain(void);
uint64_t bench_hash_cpu(void);

#endif
