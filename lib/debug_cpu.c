/* SPDX-License-Identifier: BSD-3-Clause */
/* Saving and loading the CPU's debug registers. No instruction takes the number
 * of a system register from a general one, so that each has its own. */
#include "lib/debug_cpu.h"

#include "lib/a64.h"

#define OSLAR_EL1  S2_0_C1_C0_4
#define OSLSR_EL1  S2_0_C1_C1_4
#define OSLSR_OSLK 0x2

/* The numbers, from the last to the first: a CPU has those below its count. */
#define NUMBERS(DO)                                                            \
	DO(15)                                                                 \
	DO(14)                                                                 \
	DO(13)                                                                 \
	DO(12)                                                                 \
	DO(11)                                                                 \
	DO(10)                                                                 \
	DO(9)                                                                  \
	DO(8)                                                                  \
	DO(7)                                                                  \
	DO(6)                                                                  \
	DO(5)                                                                  \
	DO(4)                                                                  \
	DO(3)                                                                  \
	DO(2)                                                                  \
	DO(1)                                                                  \
	DO(0)

struct debug_counts debug_cpu_counts(void)
{
	return debug_counts(sysreg_read(id_aa64dfr0_el1));
}

#define BREAKPOINT_SAVE(n)                                                     \
	case (n) + 1:                                                          \
		to[n].value = sysreg_read(dbgbvr##n##_el1);                    \
		to[n].control = sysreg_read(dbgbcr##n##_el1);                  \
		__attribute__((fallthrough));
#define WATCHPOINT_SAVE(n)                                                     \
	case (n) + 1:                                                          \
		to[n].value = sysreg_read(dbgwvr##n##_el1);                    \
		to[n].control = sysreg_read(dbgwcr##n##_el1);                  \
		__attribute__((fallthrough));
#define BREAKPOINT_LOAD(n)                                                     \
	case (n) + 1:                                                          \
		sysreg_write(dbgbvr##n##_el1, from[n].value);                  \
		sysreg_write(dbgbcr##n##_el1, from[n].control);                \
		__attribute__((fallthrough));
#define WATCHPOINT_LOAD(n)                                                     \
	case (n) + 1:                                                          \
		sysreg_write(dbgwvr##n##_el1, from[n].value);                  \
		sysreg_write(dbgwcr##n##_el1, from[n].control);                \
		__attribute__((fallthrough));

static void breakpoints_save(struct debug_point *to, unsigned count)
{
	switch (count) {
		NUMBERS(BREAKPOINT_SAVE)
	default:
		break;
	}
}

static void watchpoints_save(struct debug_point *to, unsigned count)
{
	switch (count) {
		NUMBERS(WATCHPOINT_SAVE)
	default:
		break;
	}
}

static void breakpoints_load(const struct debug_point *from, unsigned count)
{
	switch (count) {
		NUMBERS(BREAKPOINT_LOAD)
	default:
		break;
	}
}

static void watchpoints_load(const struct debug_point *from, unsigned count)
{
	switch (count) {
		NUMBERS(WATCHPOINT_LOAD)
	default:
		break;
	}
}

void debug_cpu_save(struct debug *to)
{
	struct debug_counts has = debug_cpu_counts();

	breakpoints_save(to->breakpoints, has.breakpoints);
	watchpoints_save(to->watchpoints, has.watchpoints);
	to->os_locked = (sysreg_read(OSLSR_EL1) & OSLSR_OSLK) != 0;
}

void debug_cpu_load(const struct debug *from)
{
	struct debug_counts has = debug_cpu_counts();

	breakpoints_load(from->breakpoints, has.breakpoints);
	watchpoints_load(from->watchpoints, has.watchpoints);
	sysreg_write(OSLAR_EL1, from->os_locked ? 1 : 0);
}

void debug_cpu_load_guest(const struct debug *debug, struct debug_counts counts)
{
	struct debug cpu;

	debug_translate(debug, counts, debug_cpu_counts(), &cpu);
	debug_cpu_load(&cpu);
}
