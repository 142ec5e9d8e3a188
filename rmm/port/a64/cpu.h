/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each CPU has its own state, two stacks and translation tables.
 *
 * The RMM runs on SP_EL0. SP_EL2 holds the exception stack, which an exception
 * in the RMM uses. So an overflow of the main stack, which faults on its guard
 * page, can still be reported.
 */
#ifndef REEVE_RMM_PORT_A64_CPU_H
#define REEVE_RMM_PORT_A64_CPU_H

#define RMM_CPUS 32

/* For each CPU: guard page, exception stack (a page), guard page, main
 * stack. */
#define CPU_STACKS_SHIFT    15
#define CPU_STACKS_SIZE     (1 << CPU_STACKS_SHIFT)
#define CPU_EXCEPTION_STACK 0x1000
#define CPU_MAIN_STACK      0x3000
#define CPU_EXCEPTION_TOP   0x2000

/* The offset of struct cpu.stack, for assembly. */
#define CPU_STACK 8

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "rmm/core/rec/context.h"
#include "rmm/port/a64/el1.h"
#include "rmm/port/a64/fp.h"

struct cpu {
	uint32_t index;
	uint32_t slots; /* number in use, from the first on */
	/* The stack pointers of the main stack, while a REC runs, and of the
	 * exception stack. */
	uint64_t stack;
	uint64_t exception_stack;
	uint64_t *slot_table; /* the level 3 table of the slots */
	uint64_t *block_entry; /* the level 2 entry of the CPU's block */
	struct el1_shared host_el1; /* saved while a REC has the registers */
	/* rec_expect(): the registers of the REC that ran last on this CPU, if
	 * one has; whether they are loaded, and the host's saved. */
	struct el1_translation rec_translation;
	bool rec_ran;
	uint64_t rec_id; /* that REC: VMID and index, or 0 if none has run */
	bool expects;
	uint64_t host_disr; /* DISR_EL1, while a REC runs */
	bool leaves; /* rec_leave() has something to do */
	bool debugs; /* a REC has breakpoints and watchpoints, which follow */
	struct debug host_debug;
	struct rec_timer host_virt;
	struct rec_timer host_phys;
	/* The host's, while a REC or the RMM has the FP/SIMD registers; and
	 * those of the REC that has them, or NULL. */
	struct fp_state fp;
	struct rec_fp *rec_fp;
};

_Static_assert(__builtin_offsetof(struct cpu, stack) == CPU_STACK &&
		       __builtin_offsetof(struct cpu, exception_stack) ==
			       CPU_STACK + 8,
	       "CPU_STACK");

/* Sets up the state of the calling CPU. index is less than RMM_CPUS. */
void cpu_init(uint64_t index);

static inline struct cpu *cpu_this(void)
{
	struct cpu *cpu;

	__asm__ volatile("mrs %0, tpidr_el2" : "=r"(cpu));
	return cpu;
}

#endif
#endif
