/* SPDX-License-Identifier: BSD-3-Clause */
/* Code that the hosts for the RMM share: checks, RMI calls, the two CPUs. */
#ifndef REEVE_TESTS_MACHINE_HOST_H
#define REEVE_TESTS_MACHINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "abi/smccc.h"

#define GRANULE UINT64_C(0x1000)

/* Prints a line of the Test Anything Protocol (TAP). checks_end() prints the
 * plan. */
void check(bool good, const char *what);
void checks_end(void);

/* Makes an RMI call and returns X0. The other results are in *regs. */
uint64_t rmi(struct smccc_regs *regs, uint64_t fid, uint64_t a, uint64_t b);
uint64_t rmi_status(uint64_t fid, uint64_t a, uint64_t b);
/* The same with up to 5 arguments. */
uint64_t rmi_call(struct smccc_regs *regs, const uint64_t words[6]);
#define rmi_do(...)                                                            \
	rmi_call(&(struct smccc_regs){ { 0 } },                                \
		 (const uint64_t[6]){ __VA_ARGS__ })

/* Delegates or undelegates a whole range. Returns false if a call fails. */
bool range_move(uint64_t fid, uint64_t base, unsigned granules);

/* Enables the vector registers, at their greatest length. */
void vectors_open(void);
/* vectors.S */
void vectors_load(const void *from);
void vectors_store(void *to);

/* The main functions of each host, on the first CPU and on the second. */
void host_primary(void);
void host_secondary(void);

/* Start the second CPU, which enters at _start; wait until it is off; turn it
 * off. */
bool secondary_start(void);
void secondary_wait_off(void);
_Noreturn void secondary_off(void);

void machine_off(void);

#endif
