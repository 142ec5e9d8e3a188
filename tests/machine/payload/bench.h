/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that the bench measures, to EL3: see bench_call.S. */
#ifndef REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H
#define REEVE_TESTS_MACHINE_PAYLOAD_BENCH_H

#include <stdint.h>

/* Ticks of the counter round an SMC, round two, and round a NOP in their
 * place; x is X0-X3 going in and coming back. */
uint64_t bench_smc(uint64_t x[4]);
uint64_t bench_smc_twice(uint64_t x[4]);
uint64_t bench_nop(uint64_t x[4]);

#endif
