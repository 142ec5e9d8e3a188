/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Self-hosted debug (DDI0487 D2): breakpoints, watchpoints and the software
 * step stop at this level, and each vCPU has its own. Every vCPU uses other
 * addresses and values than all others, also of other guests (seed=N).
 */
#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "lib/dfr0.h"
#include "lib/pstate.h"
#include "tests/guest/probe.h"

#define ROUNDS 30
#define SHORT  100000 /* nanoseconds */

#define MDSCR_SS  (1 << 0)
#define MDSCR_KDE (1 << 13)
#define MDSCR_MDE (1 << 15)
#define OSLAR_EL1 S2_0_C1_C0_4
#define OSLSR_EL1 S2_0_C1_C1_4
#define OSLSR     0x8 /* there is an OS lock; with bit 1, it is locked */
#define OSLK      0x2

/* The registers S2_0_C0_C<n>_<op2> of each breakpoint and watchpoint. */
enum point_register {
	BVR = 4,
	BCR,
	WVR,
	WCR
};
#define MRS_X0(n, op2) (0xd5300000 | (n) << 8 | (unsigned)(op2) << 5)
#define MSR_X0(n, op2) (0xd5100000 | (n) << 8 | (unsigned)(op2) << 5)
#define NOP            0xd503201f
#define RET            0xd65f03c0
#define MRS_PFR0_X0    0xd5380400 /* traps: an ID register */

/* DBGBCR<n>_EL1 and DBGWCR<n>_EL1: enabled at EL1. */
#define AT_EL1         (1 | 1 << 1)
#define BCR_ALL_BYTES  (0xf << 5)
#define BCR_CONTEXT    (3 << 20) /* linked, matches CONTEXTIDR_EL1 */
#define WCR_LOAD_STORE (3 << 3)
#define WCR_ALL_BYTES  (0xff << 5)
#define WCR_LINKED(n)  (1 << 20 | (n) << 16)
#define BREAKPOINT     (AT_EL1 | BCR_ALL_BYTES)
#define WATCHPOINT     (AT_EL1 | WCR_LOAD_STORE | WCR_ALL_BYTES)
#define UNDEFINED      ((uint64_t)ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL)
#define CONTEXT        UINT64_C(0x5a5a0000)

/* The places at which a vCPU is to stop. */
struct target {
	uint32_t access[CODE_WORDS]; /* an instruction that accesses a register */
	uint32_t code[CODE_WORDS];
	uint64_t word;
	uint64_t other;
} __attribute__((aligned(64)));

static struct target targets[VCPUS_MAX];

static struct target *target(void)
{
	return &targets[vcpu_this()->index];
}

static void code_write(uint32_t code[CODE_WORDS], uint32_t instruction)
{
	code[0] = instruction;
	code[1] = RET;
	dcache_clean((uintptr_t)code, CODE_WORDS * sizeof(*code));
	icache_invalidate_all();
}

static uint64_t point_read(unsigned n, enum point_register op2)
{
	code_write(target()->access, MRS_X0(n, op2));
	return ((uint64_t (*)(void))(uintptr_t)target()->access)();
}

static void point_write(unsigned n, enum point_register op2, uint64_t value)
{
	code_write(target()->access, MSR_X0(n, op2));
	((void (*)(uint64_t))(uintptr_t)target()->access)(value);
	isb();
}

static bool point_is_undefined(unsigned n, enum point_register op2)
{
	struct fault fault;

	try_instruction(target()->access, MRS_X0(n, op2), &fault);
	return fault.esr == UNDEFINED;
}

static unsigned breakpoints(void)
{
	return (unsigned)BITS_GET(sysreg_read(id_aa64dfr0_el1), DFR0_BRPS) + 1;
}

static unsigned watchpoints(void)
{
	return (unsigned)BITS_GET(sysreg_read(id_aa64dfr0_el1), DFR0_WRPS) + 1;
}

static void points_clear(void)
{
	for (unsigned n = 0; n < breakpoints(); n++)
		point_write(n, BCR, 0);
	for (unsigned n = 0; n < watchpoints(); n++)
		point_write(n, WCR, 0);
}

/* Turns debug exceptions on at this level, and takes them. */
static void debug_begin(void)
{
	sysreg_write(OSLAR_EL1, 0);
	points_clear();
	sysreg_write(mdscr_el1, MDSCR_MDE | MDSCR_KDE);
	isb();
	__asm__ volatile("msr daifclr, #8" ::: "memory");
}

static void debug_end(void)
{
	__asm__ volatile("msr daifset, #8" ::: "memory");
	points_clear();
	sysreg_write(mdscr_el1, 0);
	isb();
}

void debug_step_end(void)
{
	sysreg_write(mdscr_el1, sysreg_read(mdscr_el1) & ~(uint64_t)MDSCR_SS);
	isb();
}

static uint64_t class_of(const struct fault *fault)
{
	return BITS_GET(fault->esr, ESR_EC);
}

/* Returns true if executing the vCPU's code stops at its breakpoint. */
static bool breaks(void)
{
	uint64_t code = (uintptr_t)target()->code;
	struct fault fault;

	try_fetch(code, &fault);
	return class_of(&fault) == ESR_EC_BREAK_CURRENT && fault.elr == code;
}

static bool watches(const uint64_t *word)
{
	struct fault read, write;

	try_read((uintptr_t)word, &read);
	try_write((uintptr_t)word, 1, &write);
	return class_of(&read) == ESR_EC_WATCH_CURRENT &&
	       class_of(&write) == ESR_EC_WATCH_CURRENT &&
	       read.far == (uintptr_t)word && write.far == (uintptr_t)word;
}

static bool breakpoint_stops(unsigned n)
{
	bool good;

	code_write(target()->code, NOP);
	good = !breaks();
	point_write(n, BVR, (uintptr_t)target()->code);
	point_write(n, BCR, BREAKPOINT);
	good = good && breaks();
	point_write(n, BCR, 0);
	return good && !breaks();
}

static bool breakpoints_stop(void)
{
	for (unsigned n = 0; n < breakpoints(); n++) {
		if (!breakpoint_stops(n))
			return false;
	}
	return true;
}

static bool watchpoints_stop(void)
{
	bool good = true;

	for (unsigned n = 0; n < watchpoints(); n++) {
		point_write(n, WVR, (uintptr_t)&target()->word);
		point_write(n, WCR, WATCHPOINT);
		good = good && watches(&target()->word) &&
		       !watches(&target()->other);
		point_write(n, WCR, 0);
		good = good && !watches(&target()->word);
	}
	return good;
}

/* A watchpoint that is linked to the last breakpoint, which alone is sure to
 * match contexts, stops in that context only. */
static bool link_stops(void)
{
	unsigned last = breakpoints() - 1;
	uint64_t kept = sysreg_read(CONTEXTIDR_EL1);
	bool good;

	point_write(last, BVR, CONTEXT);
	point_write(last, BCR, BREAKPOINT | BCR_CONTEXT);
	point_write(0, WVR, (uintptr_t)&target()->word);
	point_write(0, WCR, WATCHPOINT | WCR_LINKED(last));
	good = !watches(&target()->word);
	sysreg_write(CONTEXTIDR_EL1, CONTEXT);
	isb();
	good = good && watches(&target()->word);
	sysreg_write(CONTEXTIDR_EL1, kept);
	point_write(0, WCR, 0);
	point_write(last, BCR, 0);
	return good;
}

/* Returns true if a step over this instruction ends right after it. */
static bool steps(uint32_t instruction)
{
	uint64_t code = (uintptr_t)target()->access;
	struct fault fault;

	code_write(target()->access, instruction);
	__asm__ volatile("msr daifset, #15" ::: "memory");
	sysreg_write(mdscr_el1, sysreg_read(mdscr_el1) | MDSCR_SS);
	isb();
	try_step(code, &fault);
	irq_unmask();
	return class_of(&fault) == ESR_EC_STEP_CURRENT && fault.elr == code + 4;
}

static bool lock_stops(void)
{
	bool good;

	point_write(0, BVR, (uintptr_t)target()->code);
	point_write(0, BCR, BREAKPOINT);
	sysreg_write(OSLAR_EL1, 1);
	isb();
	good = sysreg_read(OSLSR_EL1) == (OSLSR | OSLK) && !breaks();
	sysreg_write(OSLAR_EL1, 0);
	isb();
	good = good && sysreg_read(OSLSR_EL1) == OSLSR && breaks();
	point_write(0, BCR, 0);
	return good;
}

/* ---- State ---- */

static uint64_t point_pattern(unsigned n, enum point_register op2)
{
	uint64_t guest = argument_number("seed", 1);

	return (guest << 28 | (uint64_t)vcpu_this()->index << 20 |
		(uint64_t)op2 << 12 | (uint64_t)n << 4)
	       << 3;
}

static bool points_are_kept(unsigned count, enum point_register op2)
{
	for (unsigned n = 1; n < count; n++) {
		if (point_read(n, op2) != point_pattern(n, op2))
			return false;
	}
	return true;
}

static void points_fill(unsigned count, enum point_register op2)
{
	for (unsigned n = 1; n < count; n++)
		point_write(n, op2, point_pattern(n, op2));
}

/* Others run on the core meanwhile. */
static void point_pause(void)
{
	irq_mask();
	timer_start(SHORT);
	wfi();
	timer_stop();
	irq_unmask();
	(void)psci(PSCI_VERSION, 0, 0, 0);
}

static bool state_is_kept(void)
{
	bool good = true;

	points_fill(breakpoints(), BVR);
	points_fill(watchpoints(), WVR);
	point_write(0, BVR, (uintptr_t)target()->code);
	point_write(0, BCR, BREAKPOINT);
	point_write(0, WVR, (uintptr_t)&target()->word);
	point_write(0, WCR, WATCHPOINT);
	for (unsigned i = 0; i < ROUNDS && good; i++) {
		point_pause();
		good = breaks() && watches(&target()->word) &&
		       points_are_kept(breakpoints(), BVR) &&
		       points_are_kept(watchpoints(), WVR) && steps(NOP);
	}
	return good;
}

static void debug_job(struct vcpu *vcpu)
{
	debug_begin();
	code_write(target()->code, NOP);
	vcpu->result = state_is_kept();
	debug_end();
}

/* The checks of one vCPU, before any other debugs. */
static void check_debug_stops(void)
{
	debug_begin();
	check(breakpoints_stop(), "every breakpoint stops");
	check(watchpoints_stop(), "every watchpoint stops");
	check(link_stops(), "and only in a context, if that is asked for");
	check(steps(NOP) && steps(MRS_PFR0_X0), "a step is one instruction");
	/* QEMU by itself has an OS lock without effect. */
	if (argument_has("oslock"))
		check(lock_stops(), "the OS lock stops them all");
	check((breakpoints() == 16 || point_is_undefined(breakpoints(), BVR)) &&
		      (watchpoints() == 16 ||
		       point_is_undefined(watchpoints(), WCR)),
	      "those beyond the count are undefined");
	debug_end();
}

/* Then all vCPUs debug at once, and take turns on the same cores. */
void check_debug(void)
{
	check_debug_stops();
	vcpus_on();
	for (unsigned i = 1; i < machine.vcpus; i++)
		vcpu_begin(&vcpus[i], debug_job);
	debug_job(&vcpus[0]);
	for (unsigned i = 0; i < machine.vcpus; i++) {
		if (i > 0 && !vcpu_end(&vcpus[i]))
			vcpus[i].result = 0;
		check_of(vcpus[i].result == 1, "keeps its debug registers",
			 vcpus[i].index);
	}
}
