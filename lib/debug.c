/* SPDX-License-Identifier: BSD-3-Clause */
/* A guest's debug registers: accesses to them, and what the CPU gets. */
#include "lib/debug.h"

#include <string.h>

#include "abi/bits.h"
#include "lib/dfr0.h"
#include "lib/esr.h"

/* MDSCR_EL1 (DDI0487 D24.3): the fields that self-hosted debug has. */
#define MDSCR_SS   (1 << 0) /* software step */
#define MDSCR_TDCC (1 << 12) /* EL0 has no debug communication channel */
#define MDSCR_KDE  (1 << 13) /* debug exceptions within EL1 */
#define MDSCR_MDE  (1 << 15) /* breakpoints and watchpoints */
#define MDSCR_KEPT (MDSCR_SS | MDSCR_TDCC | MDSCR_KDE | MDSCR_MDE)

/* OSLAR_EL1.OSLK; OSLSR_EL1: there is an OS lock (OSLM), and it is locked. */
#define OSLAR_OSLK 1
#define OSLSR_OSLM 0x8
#define OSLSR_OSLK 0x2

/*
 * DBGBCR<n>_EL1 and DBGWCR<n>_EL1. Both have E, and the number of a linked
 * breakpoint (LBN). The breakpoint's type (BT) is one of the first four: match
 * an address or CONTEXTIDR_EL1, linked or not. All others are for EL2.
 */
#define CONTROL_E         (1 << 0)
#define CONTROL_LBN_SHIFT 16
#define CONTROL_LBN_WIDTH 4
#define BCR_BT_SHIFT      20
#define BCR_BT_WIDTH      4
#define BCR_KEPT          0x00ffe1e7 /* E, PMC, BAS, HMC, SSC, LBN, BT */
#define WCR_WT            (1 << 20) /* linked */
#define WCR_KEPT          0x1f1fffff /* E, PAC, LSC, BAS, .., WT, MASK */

#define BT_LINKED_ADDRESS 1
#define BT_CONTEXT        2
#define BT_LINKED_CONTEXT 3

/* Registers S2_0_C0_C<n>_<op2>: of each number n, or of one. */
#define OP2_BVR   4
#define OP2_BCR   5
#define OP2_WVR   6
#define OP2_WCR   7
#define OP2_MDSCR 2
#define CRM_MDSCR 2
/* Registers S2_0_C1_C<n>_4. */
#define OP2_OS    4
#define CRM_OSLAR 0
#define CRM_OSLSR 1

struct debug_counts debug_counts(uint64_t dfr0)
{
	return (struct debug_counts){
		.breakpoints = (uint8_t)(BITS_GET(dfr0, DFR0_BRPS) + 1),
		.watchpoints = (uint8_t)(BITS_GET(dfr0, DFR0_WRPS) + 1),
	};
}

void debug_reset(struct debug *debug)
{
	memset(debug, 0, sizeof(*debug));
	debug->mdscr = MDSCR_TDCC;
	debug->os_locked = true;
}

uint64_t debug_mdscr(const struct debug *debug)
{
	return debug->os_locked ? debug->mdscr & MDSCR_TDCC : debug->mdscr;
}

bool debug_is_used(const struct debug *debug)
{
	return (debug_mdscr(debug) & (MDSCR_SS | MDSCR_MDE)) != 0;
}

/* Returns the register with that CRm and op2 as a word of *debug, and the bits
 * that it keeps; or NULL if the guest does not have it. */
static uint64_t *point_find(struct debug *debug, struct debug_counts counts,
			    uint64_t crm, uint64_t op2, uint64_t *kept)
{
	bool watch = op2 == OP2_WVR || op2 == OP2_WCR;
	struct debug_point *points =
		watch ? debug->watchpoints : debug->breakpoints;

	if (crm >= (watch ? counts.watchpoints : counts.breakpoints))
		return NULL;
	*kept = UINT64_MAX;
	if (op2 == OP2_BVR || op2 == OP2_WVR)
		return &points[crm].value;
	*kept = watch ? WCR_KEPT : BCR_KEPT;
	return &points[crm].control;
}

static enum debug_result word_access(uint64_t *word, uint64_t kept,
				     uint64_t esr, uint64_t *value)
{
	if (esr & ESR_SYS_READ) {
		*value = *word;
		return DEBUG_DONE;
	}
	*word = *value & kept;
	return DEBUG_WRITTEN;
}

static enum debug_result os_lock_access(struct debug *debug, uint64_t esr,
					uint64_t *value)
{
	uint64_t crm = BITS_GET(esr, ESR_SYS_CRM);

	if (esr & ESR_SYS_READ) {
		*value = crm != CRM_OSLSR   ? 0
			 : debug->os_locked ? OSLSR_OSLM | OSLSR_OSLK
					    : OSLSR_OSLM;
		return DEBUG_DONE;
	}
	if (crm == CRM_OSLAR)
		debug->os_locked = (*value & OSLAR_OSLK) != 0;
	return DEBUG_WRITTEN;
}

enum debug_result debug_access(struct debug *debug, struct debug_counts counts,
			       uint64_t esr, uint64_t *value)
{
	uint64_t op1 = BITS_GET(esr, ESR_SYS_OP1);
	uint64_t crn = BITS_GET(esr, ESR_SYS_CRN);
	uint64_t crm = BITS_GET(esr, ESR_SYS_CRM);
	uint64_t op2 = BITS_GET(esr, ESR_SYS_OP2);
	uint64_t *word, kept;

	if (BITS_GET(esr, ESR_SYS_OP0) != 2 || (op1 != 0 && op1 != 3))
		return DEBUG_OTHER;
	if (op1 == 0 && crn == 1 && op2 == OP2_OS)
		return os_lock_access(debug, esr, value);
	if (op1 == 0 && crn == 0 && crm == CRM_MDSCR && op2 == OP2_MDSCR)
		return word_access(&debug->mdscr, MDSCR_KEPT, esr, value);
	if (op1 != 0 || crn != 0 || op2 < OP2_BVR) {
		*value = 0;
		return DEBUG_DONE;
	}
	word = point_find(debug, counts, crm, op2, &kept);
	if (word == NULL)
		return DEBUG_UNDEFINED;
	return word_access(word, kept, esr, value);
}

/* Returns the control register with the CPU's number of the linked breakpoint,
 * or with E clear if the guest's number is not that of the one that matches
 * contexts: the architecture leaves open what such a link means. */
static uint64_t link_translate(uint64_t control, struct debug_counts counts,
			       struct debug_counts has)
{
	if (BITS_GET(control, CONTROL_LBN) != counts.breakpoints - 1U)
		return control & ~(uint64_t)CONTROL_E;
	return (control & ~BITS_MASK(CONTROL_LBN)) |
	       BITS_PUT(CONTROL_LBN, has.breakpoints - 1U);
}

/* Returns DBGBCR<n>_EL1 for the CPU. E is clear if the type is none that the
 * breakpoint has. */
static uint64_t breakpoint_control(uint64_t control, bool is_last,
				   struct debug_counts counts,
				   struct debug_counts has)
{
	uint64_t type = BITS_GET(control, BCR_BT);

	if (type == BT_LINKED_ADDRESS)
		return link_translate(control, counts, has);
	if (type > BT_LINKED_CONTEXT || (type >= BT_CONTEXT && !is_last))
		return control & ~(uint64_t)CONTROL_E;
	return control;
}

void debug_translate(const struct debug *debug, struct debug_counts counts,
		     struct debug_counts has, struct debug *cpu)
{
	memset(cpu, 0, sizeof(*cpu));
	cpu->mdscr = debug_mdscr(debug);
	for (unsigned i = 0; i < counts.breakpoints; i++) {
		bool is_last = i == counts.breakpoints - 1U;
		struct debug_point *to =
			&cpu->breakpoints[is_last ? has.breakpoints - 1U : i];

		to->value = debug->breakpoints[i].value;
		to->control = breakpoint_control(debug->breakpoints[i].control,
						 is_last, counts, has);
	}
	for (unsigned i = 0; i < counts.watchpoints; i++) {
		uint64_t control = debug->watchpoints[i].control;

		cpu->watchpoints[i].value = debug->watchpoints[i].value;
		cpu->watchpoints[i].control =
			control & WCR_WT ? link_translate(control, counts, has)
					 : control;
	}
}
