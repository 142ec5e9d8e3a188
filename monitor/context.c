/* SPDX-License-Identifier: BSD-3-Clause */
/* The first registers of a world, and the switch from one world to another. */
#include "monitor/cpu.h"

#include <string.h>

#include "lib/pstate.h"
#include "monitor/core/el3_regs.h"

/*
 * SCR_EL3 of both worlds: what Linux and an RMM use at EL2 without a trap to
 * EL3 (docs/machine.md, EL3 registers). Interrupts, aborts and granule
 * protection faults stay in the world in which they occur.
 */
#define SCR_COMMON                                                             \
	(SCR_NS | SCR_RES1 | SCR_HCE | SCR_SIF | SCR_RW | SCR_APK | SCR_API |  \
	 SCR_ENSCXT | SCR_FGTEN | SCR_ECVEN | SCR_HXEN | SCR_ENTP2)

struct cpu cpus[MACHINE_MAX_CPUS];

void context_init(struct cpu *cpu, enum world world)
{
	struct context *context = &cpu->context[world];
	uint64_t stack = context->frame.stack;

	memset(context, 0, sizeof(*context));
	context->frame.stack = stack;
	context->frame.spsr = PSTATE_EL2H_MASKED;
	context->scr = SCR_COMMON | (world == WORLD_REALM ? SCR_NSE : 0);
	context->el2[EL2_STATE_SCTLR_EL2] = SCTLR_RES1;
	context->el2[EL2_STATE_VPIDR_EL2] = sysreg_read(MIDR_EL1);
	context->el2[EL2_STATE_VMPIDR_EL2] = sysreg_read(MPIDR_EL1);
}

static struct frame *world_enter(struct cpu *cpu, enum world world,
				 uint64_t *old_el2)
{
	struct context *context = &cpu->context[world];

	context_switch(old_el2, context->el2);
	sysreg_write(SCR_EL3, context->scr);
	cpu->world = world;
	return &context->frame;
}

struct frame *world_load(struct cpu *cpu, enum world world)
{
	uint64_t discarded[EL2_STATE_WORDS];

	return world_enter(cpu, world, discarded);
}

struct frame *world_switch(struct cpu *cpu, enum world world)
{
	return world_enter(cpu, world, cpu->context[cpu->world].el2);
}
