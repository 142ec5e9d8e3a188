/* SPDX-License-Identifier: BSD-3-Clause */
/* Invariants of a guest's debug registers (lib/debug.h), whatever it wrote. */
#ifndef REEVE_TESTS_FUZZ_DEBUG_INVARIANTS_H
#define REEVE_TESTS_FUZZ_DEBUG_INVARIANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bits.h"
#include "lib/debug.h"
#include "lib/esr.h"

#define DEBUG_ON      1 /* E of DBGBCR<n>_EL1 and DBGWCR<n>_EL1 */
#define DEBUG_TYPE(c) ((c) >> 20 & 0xf) /* BT */
#define DEBUG_LINK(c) ((c) >> 16 & 0xf) /* LBN */
#define DEBUG_LINKED  (1 << 20) /* BT[0], WT */
#define DEBUG_MDSCR   UINT64_C(0xb001) /* SS, TDCC, KDE, MDE */

/* Returns the ESR_EL2 of an access to a register of debug: one of S2_0_C0_*,
 * S2_0_C1_*, from or to any general register. */
static inline uint64_t debug_syndrome(uint64_t any)
{
	const uint64_t taken = BITS_MASK(ESR_SYS_OP2) | 1 << ESR_SYS_CRN_SHIFT |
			       BITS_MASK(ESR_SYS_RT) | BITS_MASK(ESR_SYS_CRM) |
			       ESR_SYS_READ;

	return BITS_PUT(ESR_EC, ESR_EC_SYSREG) | ESR_IL |
	       BITS_PUT(ESR_SYS_OP0, 2) | (any & taken);
}

/* Returns true if a breakpoint that is on matches an address, or the context if
 * it is the CPU's last; a link is to that one. */
static inline bool breakpoint_is_sane(uint64_t control, unsigned n,
				      struct debug_counts has)
{
	unsigned last = has.breakpoints - 1U;

	if ((control & DEBUG_ON) == 0 || DEBUG_TYPE(control) == 0)
		return true;
	if (DEBUG_TYPE(control) == 1)
		return DEBUG_LINK(control) == last;
	return DEBUG_TYPE(control) <= 3 && n == last;
}

static inline bool watchpoint_is_sane(uint64_t control, struct debug_counts has)
{
	return (control & DEBUG_ON) == 0 || (control & DEBUG_LINKED) == 0 ||
	       DEBUG_LINK(control) == has.breakpoints - 1U;
}

static inline bool debug_is_sane(const struct debug *debug,
				 struct debug_counts counts,
				 struct debug_counts has)
{
	struct debug cpu;
	unsigned on = 0;

	debug_translate(debug, counts, has, &cpu);
	for (unsigned n = 0; n < DEBUG_MAX; n++) {
		if (!breakpoint_is_sane(cpu.breakpoints[n].control, n, has) ||
		    !watchpoint_is_sane(cpu.watchpoints[n].control, has))
			return false;
		on += cpu.breakpoints[n].control & DEBUG_ON;
		if (n >= counts.watchpoints &&
		    (cpu.watchpoints[n].control | cpu.watchpoints[n].value))
			return false;
	}
	return on <= counts.breakpoints && !cpu.os_locked &&
	       (cpu.mdscr & ~DEBUG_MDSCR) == 0 &&
	       (!debug->os_locked || !debug_is_used(debug));
}

#endif
