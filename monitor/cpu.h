/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state that EL3 keeps for each CPU. While a lower level runs, SP_EL3
 * points to the frame of its world and TPIDR_EL3 to the struct cpu.
 */
#ifndef REEVE_MONITOR_CPU_H
#define REEVE_MONITOR_CPU_H

#define CPU_STACK_SIZE 0x2000
#define FRAME_ELR      248
#define FRAME_SPSR     256
#define FRAME_STACK    264
#define FRAME_SIZE     272

/* Offsets in struct context and struct cpu, for carry.S. */
#define CONTEXT_EL2  FRAME_SIZE
#define CONTEXT_SCR  (CONTEXT_EL2 + 8 * 52)
#define CONTEXT_SIZE 704
#define CPU_WORLD    (2 * CONTEXT_SIZE)
#define CPU_BOOTING  (CPU_WORLD + 8)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include "abi/machine_map.h"
#include "lib/a64.h"
#include "monitor/core/route.h"
#include "monitor/el2_state.h"

/* The general registers of a world while EL3 or the other world runs. */
struct frame {
	uint64_t x[31];
	uint64_t elr;
	uint64_t spsr;
	uint64_t stack; /* EL3's, empty; the same in both frames of a CPU */
};

_Static_assert(__builtin_offsetof(struct frame, elr) == FRAME_ELR, "elr");
_Static_assert(__builtin_offsetof(struct frame, spsr) == FRAME_SPSR, "spsr");
_Static_assert(__builtin_offsetof(struct frame, stack) == FRAME_STACK, "stack");
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "frame");

struct context {
	struct frame frame;
	uint64_t el2[EL2_STATE_WORDS];
	uint64_t scr;
} __attribute__((aligned(16)));

struct cpu {
	struct context context[WORLDS];
	enum world world; /* the one that runs, or ran last */
	uint32_t index;
	bool is_rmm_booting; /* until BOOT_COMPLETE */
	uint64_t rmm_token; /* the RMM's, for its next warm boot */
};

#define CPU_AT(type, field, offset)                                            \
	_Static_assert(__builtin_offsetof(struct type, field) == offset, #field)
CPU_AT(context, el2, CONTEXT_EL2);
CPU_AT(context, scr, CONTEXT_SCR);
CPU_AT(cpu, world, CPU_WORLD);
CPU_AT(cpu, is_rmm_booting, CPU_BOOTING);
_Static_assert(sizeof(struct context) == CONTEXT_SIZE, "context");
_Static_assert(WORLD_NS == 0 && WORLD_REALM == 1, "worlds");

extern struct cpu cpus[MACHINE_MAX_CPUS];
/* In start.S. Each stack grows down from where the next one begins. */
extern char cpu_stacks[MACHINE_MAX_CPUS + 1][CPU_STACK_SIZE];

static inline struct cpu *cpu_self(void)
{
	return (struct cpu *)sysreg_read(TPIDR_EL3);
}

/*
 * Gives a world the registers that it starts with (docs/machine.md, World
 * switch). The caller sets the entry point and X0-X30.
 */
void context_init(struct cpu *cpu, enum world world);

/*
 * In context.S: saves the calling CPU's registers of el2_state.h to old, and
 * loads them from new.
 */
void context_switch(uint64_t *old, const uint64_t *new);

/*
 * Both load the EL2 registers and SCR_EL3 of a world, which becomes the running
 * one, and return its frame, to be resumed. world_switch() first saves the
 * registers of the world that ran. carry.S does the same for a request and for
 * its result.
 */
struct frame *world_load(struct cpu *cpu, enum world world);
struct frame *world_switch(struct cpu *cpu, enum world world);

#endif
#endif
