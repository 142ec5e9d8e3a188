/* SPDX-License-Identifier: BSD-3-Clause */
/* What the bench measures. */
#ifndef REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H
#define REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H

#include <stdint.h>

/* bench_call.S. Ticks of the counter round an SMC, round two, and round a NOP
 * in their place; x is X0-X3 going in and coming back. */
uint64_t bench_smc(uint64_t x[4]);
uint64_t bench_smc_twice(uint64_t x[4]);
uint64_t bench_nop(uint64_t x[4]);

/* bench_sign.c: ticks of one ECDSA signature over P-384 and SHA-384 by the
 * library that the RMM signs with, in one call of it; 0: it does not sign. */
uint64_t bench_sign(void);

#endif
