/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program in the Realm, which does what the host tells it. It is this same
 * image, copied into the Realm at the same addresses. It asks for work by
 * RSI_HOST_CALL. The host answers with a command and its arguments in the
 * registers, and gets the results with the next call.
 */
#ifndef REEVE_TESTS_MACHINE_GUEST_H
#define REEVE_TESTS_MACHINE_GUEST_H

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "abi/rsi.h"

/* Commands, gprs[0]; arguments from gprs[1] on, results from gprs[0] on. */
enum guest_command {
	GUEST_NOTHING, /* results: the CPU's index and MPIDR_EL1, its X0 */
	GUEST_PING, /* calls again until another command comes, quickly */
	GUEST_SMC, /* X0-X10, and back */
	GUEST_SMC_COST, /* X0-X10: the ticks of such a call */
	GUEST_LOAD, /* enum guest_load, address: the value loaded */
	GUEST_STORE, /* enum guest_store, address, value */
	/* The same through tables of the Realm's own, which map the address
	 * GUEST_MAPPED to the argument, a 2 MiB block: block, offset, value.
	 * The entry of the first table is entry GUEST_MAPPED_ENTRY of
	 * guest_tables. */
	GUEST_STORE_MAPPED,
	GUEST_DO, /* enum guest_deed, argument: result */
	GUEST_SYSREG, /* enum guest_sysreg: value */
	GUEST_PATTERN, /* fills all registers; WFI: how many have changed */
	GUEST_VECTORS_FILL, /* V0-V31 from a seed */
	GUEST_VECTORS_CHECK, /* a seed: how many of V0-V31 differ from it */
	GUEST_DEBUG_FILL, /* breakpoints and watchpoints from a seed */
	/* A seed: how many of them differ from it. Turns debug off. */
	GUEST_DEBUG_CHECK,
	GUEST_TIMER, /* starts the virtual timer: ticks; waits until it fires */
	GUEST_TIMER_SLEEP, /* the same, and waits by WFI */
	GUEST_ACKNOWLEDGE, /* the INTID of the next interrupt */
};

/* Results with the exceptions that the command took. */
#define GUEST_FAULTS     20 /* number of exceptions; the next four: the last */
#define GUEST_FAULT_ESR  21
#define GUEST_FAULT_FAR  22
#define GUEST_FAULT_ELR  23
#define GUEST_FAULT_SPSR 24
#define GUEST_PLACE      25 /* address of the instruction that was tried */

enum guest_load {
	LOAD_B,
	LOAD_H,
	LOAD_W,
	LOAD_X,
	LOAD_SB_W,
	LOAD_SB_X,
	LOAD_SH_W,
	LOAD_SH_X,
	LOAD_SW_X,
	LOAD_XZR,
	LOAD_PAIR,
};

enum guest_store {
	STORE_B,
	STORE_H,
	STORE_W,
	STORE_X,
	STORE_XZR,
	STORE_PAIR,
};

enum guest_deed {
	DO_WFI,
	DO_WFE,
	DO_HVC,
	DO_JUMP, /* calls the argument */
	DO_SVE,
	DO_SGI, /* ICC_SGI1R_EL1 = argument */
	DO_COUNT, /* adds 1 to a word until told to stop: how often */
	DO_SPIN, /* sets word 1 at the argument; waits until word 0 is set */
};

/* DO_COUNT has a second argument, two words as those of DO_SPIN. It returns
 * this value if its own word lost an addition. */
#define GUEST_COUNT_LOST UINT64_MAX

enum guest_sysreg {
	SYS_PFR0,
	SYS_PFR1,
	SYS_ZFR0,
	SYS_SMFR0,
	SYS_DFR0,
	SYS_ISAR0,
	SYS_ISAR1,
	SYS_ISAR2,
	SYS_MMFR0,
	SYS_MMFR1,
	SYS_MMFR2,
	SYS_MMFR3,
	SYS_MIDR,
	SYS_ERRIDR,
	SYS_PMCR,
	SYS_OSLSR,
	SYS_SMPRI,
	SYS_TPIDR2,
	SYS_SCXTNUM,
	SYS_MDSCR,
	SYS_CNTKCTL,
	SYS_MPAM,
	SYS_BRBCR,
	SYS_COUNT,
};

/* The calls of GUEST_SMC_COST. */
#define GUEST_COST_ROUNDS 64

#define GUEST_PATTERN_BASE UINT64_C(0x7ea1000000000000)

#define GUEST_MAPPED       UINT64_C(0x100000000)
#define GUEST_MAPPED_ENTRY 4

/* A level 1 table, whose entries cover 1 GiB each, and a level 2 table. */
extern uint64_t guest_tables[2][512];

/* guest_start.S: the entry point of a vCPU. */
extern char guest_entry[];

/* The state of each vCPU. */
struct guest_cpu {
	struct rsi_host_call call;
	uint64_t fault[8]; /* count, ESR, FAR, ELR, SPSR */
	uint64_t x[32];
} __attribute__((aligned(256)));

_Noreturn void guest_main(uint64_t context, struct guest_cpu *cpu);

/* guest_start.S */
uint64_t guest_try(uint64_t kind, uint64_t address);
void guest_store(uint64_t kind, uint64_t address, uint64_t value);
uint64_t guest_jump(uint64_t address);
void guest_ping(struct rsi_host_call *call);
/* Loads X0-X30 from x, executes WFI, and stores them to x. */
void guest_general(uint64_t x[31]);
void guest_vectors_load(const void *from);
void guest_vectors_store(void *to);

#endif

#define GUEST_CPUS     2
#define GUEST_FAULT    256 /* offset of fault in struct guest_cpu */
#define GUEST_CPU_SIZE 768

#endif
