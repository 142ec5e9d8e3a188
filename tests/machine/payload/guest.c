/* SPDX-License-Identifier: BSD-3-Clause */
/* The program in the Realm, which takes commands from the host (guest.h). */
#include "tests/machine/payload/guest.h"

#include <stdbool.h>
#include <string.h>

#include "lib/a64.h"
#include "lib/el1.h"
#include "lib/smc.h"
#include "rmm/core/rec/context.h"

_Static_assert(sizeof(struct guest_cpu) == GUEST_CPU_SIZE, "guest_cpu");
_Static_assert(__builtin_offsetof(struct guest_cpu, fault) == GUEST_FAULT,
	       "guest_cpu.fault");

#define FPCR    S3_3_C4_C4_0
#define FPCR_FZ 0x1000000

/* Stage 1 of the Realm: 39 bits below TTBR0 (T0SZ), none above (EPD1), 40 bits
 * of output (IPS); Normal memory, inner shareable, with the access flag. */
#define TCR_OWN     (25 | 1 << 23 | UINT64_C(2) << 32)
#define MAIR_NORMAL 0xff
#define DESC_BLOCK  (1 | 3 << 8 | 1 << 10)
#define DESC_TABLE  3
#define SCTLR_MMU   1
#define IMAGE_GIB   UINT64_C(0x40000000)
#define IMAGE_ENTRY 1

struct guest_cpu guest_cpus[GUEST_CPUS];
uint64_t guest_tables[2][512] __attribute__((aligned(0x1000)));

extern char guest_loads[], guest_stores[];

static uint64_t boot_x0[GUEST_CPUS];

static uint64_t cpu_number(void)
{
	return sysreg_read(mpidr_el1) & 0xf;
}

static void call_host(struct rsi_host_call *call)
{
	struct smccc_regs regs = { { RSI_HOST_CALL, (uintptr_t)call } };

	smc_call(&regs);
	/* The host sees from this that something is wrong. */
	if (regs.x[0] != RSI_SUCCESS)
		memset(call, 0xff, sizeof(*call));
}

static void do_smc(uint64_t *gprs)
{
	struct smccc_regs regs = { { 0 } };

	memcpy(regs.x, gprs + 1, 11 * sizeof(*gprs));
	smc_call(&regs);
	memcpy(gprs, regs.x, 11 * sizeof(*gprs));
}

/* Makes a call again and again. Returns the ticks of one. */
static uint64_t smc_cost(const uint64_t *gprs)
{
	uint64_t start = sysreg_read(cntvct_el0);

	for (unsigned i = 0; i < GUEST_COST_ROUNDS; i++) {
		struct smccc_regs regs = { { gprs[1], gprs[2], gprs[3] } };

		smc_call(&regs);
	}
	return (sysreg_read(cntvct_el0) - start) / GUEST_COST_ROUNDS;
}

#define READ(name, reg)                                                        \
	case name:                                                             \
		return sysreg_read(reg);

static uint64_t read_sysreg(uint64_t which)
{
	switch (which) {
		READ(SYS_PFR0, S3_0_C0_C4_0)
		READ(SYS_PFR1, S3_0_C0_C4_1)
		READ(SYS_ZFR0, S3_0_C0_C4_4)
		READ(SYS_SMFR0, S3_0_C0_C4_5)
		READ(SYS_DFR0, S3_0_C0_C5_0)
		READ(SYS_ISAR0, S3_0_C0_C6_0)
		READ(SYS_ISAR1, S3_0_C0_C6_1)
		READ(SYS_ISAR2, S3_0_C0_C6_2)
		READ(SYS_MMFR0, S3_0_C0_C7_0)
		READ(SYS_MMFR1, S3_0_C0_C7_1)
		READ(SYS_MMFR2, S3_0_C0_C7_2)
		READ(SYS_MMFR3, S3_0_C0_C7_3)
		READ(SYS_MIDR, midr_el1)
		READ(SYS_ERRIDR, S3_0_C5_C3_0)
		READ(SYS_PMCR, S3_3_C9_C12_0)
		READ(SYS_OSLSR, S2_0_C1_C1_4)
		READ(SYS_SMPRI, S3_0_C1_C2_4)
		READ(SYS_TPIDR2, S3_3_C13_C0_5)
		READ(SYS_SCXTNUM, S3_0_C13_C0_7)
		READ(SYS_MDSCR, mdscr_el1)
		READ(SYS_CNTKCTL, cntkctl_el1)
		READ(SYS_MPAM, S3_0_C10_C5_0)
		READ(SYS_BRBCR, S2_1_C9_C0_0)
	default:
		return 0;
	}
}

static void mmu_set(bool on)
{
	uint64_t sctlr = sysreg_read(sctlr_el1);

	dsb(sy);
	sysreg_write(sctlr_el1,
		     on ? sctlr | SCTLR_MMU : sctlr & ~(uint64_t)SCTLR_MMU);
	isb();
	__asm__ volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
}

static void store_mapped(uint64_t block, uint64_t offset, uint64_t value)
{
	guest_tables[0][IMAGE_ENTRY] = IMAGE_GIB | DESC_BLOCK;
	guest_tables[0][GUEST_MAPPED_ENTRY] =
		(uintptr_t)guest_tables[1] | DESC_TABLE;
	guest_tables[1][0] = block | DESC_BLOCK;
	sysreg_write(mair_el1, MAIR_NORMAL);
	sysreg_write(tcr_el1, TCR_OWN);
	sysreg_write(ttbr0_el1, (uintptr_t)guest_tables[0]);
	mmu_set(true);
	guest_store(STORE_W, GUEST_MAPPED + offset, value);
	mmu_set(false);
}

static uint64_t spin_until(uint64_t address)
{
	volatile uint64_t *word = (volatile uint64_t *)address;

	word[1] = 1;
	while (*word == 0)
		;
	return *word;
}

static uint64_t count_until(uint64_t address, uint64_t until)
{
	volatile uint64_t *word = (volatile uint64_t *)address;
	volatile uint64_t *told = (volatile uint64_t *)until;
	uint64_t done = 0;

	told[1] = 1;
	while (told[0] == 0) {
		*word = *word + 1;
		if (*word != ++done)
			return GUEST_COUNT_LOST;
	}
	return done;
}

static uint64_t do_deed(uint64_t deed, uint64_t argument, uint64_t second)
{
	switch (deed) {
	case DO_WFI:
		wfi();
		return 0;
	case DO_WFE:
		__asm__ volatile("sevl; wfe; wfe" ::: "memory");
		return 0;
	case DO_HVC:
		__asm__ volatile("hvc #1" ::: "memory");
		return 0;
	case DO_JUMP:
		return guest_jump(argument);
	case DO_SVE:
		/* RDVL X0, #1 */
		__asm__ volatile(".inst 0x04bf5020" ::: "x0");
		return 0;
	case DO_SGI:
		sysreg_write(ICC_SGI1R_EL1, argument);
		return 0;
	case DO_COUNT:
		return count_until(argument, second);
	case DO_SPIN:
		return spin_until(argument);
	default:
		return 0;
	}
}

/* Registers that the Realm may fill with any value and still go on. */
#define FILLED(REG)                                                            \
	REG(sp_el0)                                                            \
	REG(elr_el1)                                                           \
	REG(spsr_el1)                                                          \
	REG(ttbr0_el1)                                                         \
	REG(ttbr1_el1)                                                         \
	REG(mair_el1)                                                          \
	REG(contextidr_el1)                                                    \
	REG(esr_el1)                                                           \
	REG(far_el1)                                                           \
	REG(tpidr_el0)                                                         \
	REG(tpidrro_el0)                                                       \
	REG(tpidr_el1)                                                         \
	REG(scxtnum_el0)                                                       \
	REG(scxtnum_el1)                                                       \
	EL1_KEYS(REG)

#define FILL(reg)                                                              \
	sysreg_write(reg, GUEST_PATTERN_BASE + (0x100 + i) * 0x10000);         \
	expected[i++] = sysreg_read(reg);
#define COMPARE(reg) changed += sysreg_read(reg) != expected[i++];

/* Fills all registers that the host must not see with a pattern, and lets the
 * host run. Returns how many have changed afterwards. */
static uint64_t pattern_check(struct guest_cpu *cpu)
{
	uint64_t expected[32], changed = 0;
	unsigned i = 0;

	FILLED(FILL)
	for (i = 0; i < 31; i++)
		cpu->x[i] = GUEST_PATTERN_BASE + i;
	guest_general(cpu->x);
	for (i = 0; i < 31; i++)
		changed += cpu->x[i] != GUEST_PATTERN_BASE + i;
	i = 0;
	FILLED(COMPARE)
	return changed;
}

#define OSLAR_EL1 S2_0_C1_C0_4
#define MDSCR_MDE 0x8000

/* The least that a Realm has, two of each. The breakpoints and watchpoints are
 * off, but debug exceptions are on, so the CPU has them. */
#define POINTS(REG)                                                            \
	REG(dbgbvr0_el1)                                                       \
	REG(dbgbvr1_el1)                                                       \
	REG(dbgwvr0_el1)                                                       \
	REG(dbgwvr1_el1)

static void debug_fill(uint64_t seed)
{
#define POINT_FILL(reg) sysreg_write(reg, seed += 0x1000);
	POINTS(POINT_FILL)
	sysreg_write(OSLAR_EL1, 0);
	sysreg_write(mdscr_el1, MDSCR_MDE);
}

/* Takes debug exceptions meanwhile, and then turns debug off. */
static uint64_t debug_check(uint64_t seed)
{
	volatile uint64_t changed = 0;

	__asm__ volatile("msr daifclr, #8" ::: "memory");
	changed += sysreg_read(mdscr_el1) != MDSCR_MDE;
#define POINT_CHECK(reg) changed += sysreg_read(reg) != (seed += 0x1000);
	POINTS(POINT_CHECK)
	__asm__ volatile("msr daifset, #8" ::: "memory");
	sysreg_write(mdscr_el1, 0);
	return changed;
}

static void vectors_seed(uint64_t vectors[64], uint64_t seed)
{
	for (unsigned i = 0; i < 64; i++)
		vectors[i] = seed + i;
}

static void vectors_fill(uint64_t seed)
{
	uint64_t vectors[64] __attribute__((aligned(16)));

	vectors_seed(vectors, seed);
	guest_vectors_load(vectors);
	sysreg_write(FPCR, FPCR_FZ * (seed & 1));
}

static uint64_t vectors_check(uint64_t seed)
{
	uint64_t vectors[64] __attribute__((aligned(16)));
	uint64_t expected[64], changed = 0;

	guest_vectors_store(vectors);
	vectors_seed(expected, seed);
	for (unsigned i = 0; i < 64; i++)
		changed += vectors[i] != expected[i];
	return changed + (sysreg_read(FPCR) != FPCR_FZ * (seed & 1));
}

/* Starts the timer and waits until it fires. Returns its control register
 * then. */
static uint64_t timer_wait(uint64_t ticks, int sleeps)
{
	uint64_t ctl;

	sysreg_write(cntv_cval_el0, sysreg_read(cntvct_el0) + ticks);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
	if (sleeps)
		wfi();
	do {
		ctl = sysreg_read(cntv_ctl_el0);
	} while (!(ctl & TIMER_ISTATUS));
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	return ctl;
}

static uint64_t interrupt_acknowledge(void)
{
	uint64_t intid;

	sysreg_write(ICC_SRE_EL1, 1);
	isb();
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
	intid = sysreg_read(ICC_IAR1_EL1);
	sysreg_write(ICC_EOIR1_EL1, intid);
	isb();
	return intid;
}

static void command_serve(struct guest_cpu *cpu, uint64_t *gprs)
{
	switch (gprs[0]) {
	case GUEST_NOTHING:
		gprs[0] = cpu_number();
		gprs[1] = sysreg_read(mpidr_el1);
		gprs[2] = boot_x0[cpu_number()];
		break;
	case GUEST_PING:
		guest_ping(&cpu->call);
		break;
	case GUEST_SMC:
		do_smc(gprs);
		break;
	case GUEST_SMC_COST:
		gprs[0] = smc_cost(gprs);
		break;
	case GUEST_LOAD:
		gprs[GUEST_PLACE] = (uintptr_t)guest_loads + 16 * gprs[1];
		gprs[0] = guest_try(gprs[1], gprs[2]);
		break;
	case GUEST_STORE:
		gprs[GUEST_PLACE] = (uintptr_t)guest_stores + 16 * gprs[1];
		guest_store(gprs[1], gprs[2], gprs[3]);
		break;
	case GUEST_STORE_MAPPED:
		gprs[GUEST_PLACE] = (uintptr_t)guest_stores + 16 * STORE_W;
		store_mapped(gprs[1], gprs[2], gprs[3]);
		break;
	case GUEST_DO:
		gprs[0] = do_deed(gprs[1], gprs[2], gprs[3]);
		break;
	case GUEST_SYSREG:
		gprs[0] = read_sysreg(gprs[1]);
		break;
	case GUEST_PATTERN:
		gprs[0] = pattern_check(cpu);
		break;
	case GUEST_VECTORS_FILL:
		vectors_fill(gprs[1]);
		break;
	case GUEST_VECTORS_CHECK:
		gprs[0] = vectors_check(gprs[1]);
		break;
	case GUEST_DEBUG_FILL:
		debug_fill(gprs[1]);
		break;
	case GUEST_DEBUG_CHECK:
		gprs[0] = debug_check(gprs[1]);
		break;
	case GUEST_TIMER:
		gprs[0] = timer_wait(gprs[1], 0);
		break;
	case GUEST_TIMER_SLEEP:
		gprs[0] = timer_wait(gprs[1], 1);
		break;
	case GUEST_ACKNOWLEDGE:
		gprs[0] = interrupt_acknowledge();
		break;
	}
}

void guest_main(uint64_t context, struct guest_cpu *cpu)
{
	uint64_t *gprs = cpu->call.gprs;

	boot_x0[cpu_number()] = context;
	for (;;) {
		call_host(&cpu->call);
		memset(cpu->fault, 0, sizeof(cpu->fault));
		command_serve(cpu, gprs);
		memcpy(gprs + GUEST_FAULTS, cpu->fault, 5 * sizeof(*gprs));
	}
}
