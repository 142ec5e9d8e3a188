/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Self-hosted debug of a guest, Realm or ordinary: its breakpoints, watchpoints
 * and single-step (DDI0487 D2). Every access of the guest to a debug register
 * traps and works on a copy. The CPU's registers are loaded from the copy,
 * while the guest runs, only if the guest has turned debug exceptions on. So a
 * guest that does not debug costs nothing at an entry or an exit, nothing has
 * to be saved, and the CPU never holds a value that was not looked at here.
 *
 * A guest may have fewer breakpoints than the CPU. The last one of each matches
 * contexts too: the guest's last is the CPU's last. Usable on any machine.
 */
#ifndef REEVE_LIB_DEBUG_H
#define REEVE_LIB_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

#define DEBUG_MAX 16 /* of each kind */

/* DBGBVR<n>_EL1 and DBGBCR<n>_EL1, or DBGWVR<n>_EL1 and DBGWCR<n>_EL1. */
struct debug_point {
	uint64_t value;
	uint64_t control;
};

struct debug {
	struct debug_point breakpoints[DEBUG_MAX];
	struct debug_point watchpoints[DEBUG_MAX];
	uint64_t mdscr; /* MDSCR_EL1 */
	bool os_locked; /* OSLSR_EL1.OSLK: no debug exceptions */
};

struct debug_counts {
	uint8_t breakpoints; /* 2..DEBUG_MAX */
	uint8_t watchpoints;
};

/* Returns the counts that a value of ID_AA64DFR0_EL1 tells. */
struct debug_counts debug_counts(uint64_t dfr0);

/* Sets the values after a reset. */
void debug_reset(struct debug *debug);

/* The outcome of an access to a register. */
enum debug_result {
	DEBUG_OTHER, /* no register of debug */
	DEBUG_UNDEFINED, /* the guest does not have it */
	DEBUG_DONE, /* *value is what the guest reads, if it does */
	DEBUG_WRITTEN, /* the CPU's registers have to be loaded again */
};

/*
 * Does an access that trapped with this ESR_EL2, of class 0x18, by a guest that
 * has so many breakpoints and watchpoints. *value is what the guest writes.
 * Registers for an external debugger read as zero and ignore writes: there is
 * none.
 */
enum debug_result debug_access(struct debug *debug, struct debug_counts counts,
			       uint64_t esr, uint64_t *value);

/* Returns MDSCR_EL1 for the CPU while the guest runs. */
uint64_t debug_mdscr(const struct debug *debug);

/* Returns true if the CPU's registers have to be loaded: the guest may take
 * debug exceptions other than those of BRK. */
bool debug_is_used(const struct debug *debug);

/* Makes the breakpoints and watchpoints for a CPU that has `has` of them, of a
 * guest that has `counts`. Those that the guest does not have are off. */
void debug_translate(const struct debug *debug, struct debug_counts counts,
		     struct debug_counts has, struct debug *cpu);

#endif
