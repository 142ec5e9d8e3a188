/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations for all test programs, at R-EL2 and at NS-EL2. */
#ifndef REEVE_TESTS_MACHINE_PAYLOAD_H
#define REEVE_TESTS_MACHINE_PAYLOAD_H

#include <stdint.h>

#include "abi/machine_map.h"
#include "lib/a64.h"

/* Requests to the program at R-EL2. They have identifiers of the RMI, so that
 * the monitor passes them on. */
#define REALM_ECHO  0xc4000150 /* X1-X7 come back inverted */
#define REALM_FILL  0xc4000153 /* EL2 registers from the pattern X1 */
#define REALM_CHECK 0xc4000157 /* X1: number of registers that changed since */
#define REALM_SMC   0xc4000158 /* makes the SMC X1-X6; X1-X4: its X0-X3 */
#define REALM_READ  0xc4000159 /* X1: address; X1 the word, X2 fault */
#define REALM_WRITE 0xc400015a /* X1: address, X2: word; X2 fault */
#define REALM_LIST  0xc400015b /* X1: ICH_LR0_EL2, X2 ICH_VMCR_EL2 */

#define GENERAL_REGISTERS 31

/* The syndrome of the last exception that was skipped. */
extern uint64_t payload_fault;

/* The main function of each program, on each CPU. argument is X0. Does not
 * return. */
void payload_main(uint64_t argument, uint64_t x1, uint64_t x2, uint64_t x3);

/* start.S */
void smc_all(uint64_t x[GENERAL_REGISTERS]);
void smc_a32(uint64_t r[8]);
uint64_t probe_read(uint64_t address);
void probe_write(uint64_t address, uint64_t word);

static inline uint64_t cpu_index(void)
{
	return MACHINE_CPU_INDEX(sysreg_read(MPIDR_EL1));
}

/* Fill x[from] and all behind it with a pattern; return how many of them differ
 * from it. */
void general_fill(uint64_t *x, unsigned from, uint64_t pattern);
unsigned general_changed(const uint64_t *x, unsigned from, uint64_t pattern);

/*
 * el2_fill() writes a pattern to each register of EL2 that every world has for
 * itself, except those whose values the program needs. el2_changed() returns
 * how many read differently since.
 */
void el2_fill(uint64_t pattern);
unsigned el2_changed(void);

/* Lets Non-secure interrupts of the machine reach its CPUs. */
void interrupts_enable(void);

/* Starts the console; name begins each line. */
void console_init(const char *name);

#endif
