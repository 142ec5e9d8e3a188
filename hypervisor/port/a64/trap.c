/* SPDX-License-Identifier: BSD-3-Clause */
/* Handles exceptions that are taken to EL2. */
#include "hypervisor/port/a64/trap.h"

#include "abi/bits.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/probe.h"
#include "lib/a64.h"
#include "lib/log.h"

/* Vectors come in groups of four. */
#define VECTOR_SYNC_CURRENT 4

static const char *const groups[] = { "at EL2 on SP_EL0", "at EL2" };
static const char *const kinds[] = { "synchronous", "IRQ", "FIQ", "SError" };

/* The labels in probe_access.S. */
extern const char probe_read_at[], probe_write_at[], probe_end[];

uint64_t probe_fixup(uint64_t pc)
{
	if (pc == (uintptr_t)probe_read_at || pc == (uintptr_t)probe_write_at)
		return (uintptr_t)probe_end;
	return 0;
}

static void trap_frame_report(const struct trap_frame *frame)
{
	for (unsigned i = 0; i < 30; i += 2) {
		log_line_unlocked("  x%u %016llx  x%u %016llx", i,
				  (unsigned long long)frame->x[i], i + 1,
				  (unsigned long long)frame->x[i + 1]);
	}
	log_line_unlocked("  x30 %016llx  sp %016llx",
			  (unsigned long long)frame->x[30],
			  (unsigned long long)frame->sp);
}

static void trap_report(const struct trap_frame *frame, unsigned vector)
{
	log_line_unlocked("unexpected %s exception %s, core %llx",
			  kinds[vector % 4], groups[vector / 4],
			  (unsigned long long)sysreg_read(mpidr_el1));
	log_line_unlocked("  esr %016llx  far %016llx",
			  (unsigned long long)sysreg_read(esr_el2),
			  (unsigned long long)sysreg_read(far_el2));
	log_line_unlocked("  elr %016llx  spsr %016llx",
			  (unsigned long long)frame->elr,
			  (unsigned long long)frame->spsr);
	trap_frame_report(frame);
}

/* Reports an overflow. The frame is not on the stack that overflowed. */
static _Noreturn void trap_overflow_report(struct trap_frame *frame,
					   unsigned vector)
{
	frame->sp = sysreg_read(tpidrro_el0) + TRAP_FRAME_SIZE;
	log_line_unlocked("the stack is used up");
	trap_report(frame, vector);
	power_off();
}

void trap(struct trap_frame *frame, unsigned vector)
{
	uint64_t esr = sysreg_read(esr_el2);
	uint64_t fixup = 0;

	if (vector >= TRAP_OVERFLOW)
		trap_overflow_report(frame, vector - TRAP_OVERFLOW);
	if (vector == VECTOR_SYNC_CURRENT &&
	    BITS_GET(esr, ESR_EC) == ESR_EC_DATA_CURRENT)
		fixup = probe_fixup(frame->elr);
	if (fixup == 0) {
		trap_report(frame, vector);
		power_off();
	}
	frame->x[0] = esr;
	frame->elr = fixup;
}
