/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers of host and Realm: after an exit the host sees only its own values
 * and those that the exit defines, and the Realm finds its own at the next
 * entry. Also timers, and the interrupt controller's virtual interface.
 */
#include <string.h>

#include "abi/bits.h"
#include "lib/debug_cpu.h"
#include "lib/ich.h"
#include "rmm/core/rec/context.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

#define HOST_PATTERN UINT64_C(0x4057000000000000)
#define VECTOR_SIZE  8192
#define SPIN         100000

#define DISR_EL1 S3_0_C12_C1_1
/* An SError that is not contained: one of the Realm's would stop the RMM. */
#define DISR_OF_HOST (DISR_A | ESR_FSC_ASYNCHRONOUS)

static struct el1_shared expected, seen;

/* The low 16 bits of the patterns are 0: in MDSCR_EL1 they would enable debug
 * exceptions. */
#define FILL(reg)                                                              \
	sysreg_write(reg, HOST_PATTERN + ++i * 0x10000);                       \
	expected.reg = sysreg_read(reg);
#define SEE(reg) seen.reg = sysreg_read(reg);

static void el1_fill(void)
{
	uint64_t i = 0;

	EL1_SHARED(FILL)
	EL1_TRANSLATION(FILL)
	isb();
}

static bool el1_kept(void)
{
	EL1_SHARED(SEE)
	EL1_TRANSLATION(SEE)
	return memcmp(&expected, &seen, sizeof(seen)) == 0;
}

static void timers_fill(void)
{
	sysreg_write(cntv_cval_el0, HOST_PATTERN + 1);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE | TIMER_IMASK);
	sysreg_write(cntp_cval_el0, HOST_PATTERN + 2);
	sysreg_write(cntp_ctl_el0, TIMER_IMASK);
	isb();
}

static bool timers_kept(void)
{
	return sysreg_read(cntv_cval_el0) == HOST_PATTERN + 1 &&
	       sysreg_read(cntv_ctl_el0) == (TIMER_ENABLE | TIMER_IMASK) &&
	       sysreg_read(cntp_cval_el0) == HOST_PATTERN + 2 &&
	       sysreg_read(cntp_ctl_el0) == TIMER_IMASK;
}

/* Returns true if the exit record is that of a trapped WFI and all else is
 * zero. */
static bool record_is_bare(const struct vcpu *vcpu)
{
	struct rmi_rec_exit bare = {
		.exit_reason = RMI_EXIT_SYNC,
		.esr = (uint64_t)ESR_EC_WFX << 26,
	};

	return memcmp(&vcpu->run->exit, &bare, sizeof(bare)) == 0;
}

static void check_registers(struct vcpu *vcpu)
{
	uint64_t x[GENERAL_REGISTERS];

	vcpu_command(vcpu, GUEST_PATTERN);
	vcpu->run->enter.flags = RMI_REC_ENTER_TRAP_WFI;
	memset(&vcpu->run->exit, 0xff, sizeof(vcpu->run->exit));
	el1_fill();
	timers_fill();
	general_fill(x, 0, HOST_PATTERN);
	x[0] = RMI_REC_ENTER;
	x[1] = vcpu->rec;
	x[2] = (uintptr_t)vcpu->run;
	smc_all(x);
	check(x[0] == RMI_SUCCESS && x[1] == 0 && x[2] == 0 && x[3] == 0 &&
		      general_changed(x, 4, HOST_PATTERN) == 0,
	      "X0-X30 have nothing of the Realm");
	check(el1_kept(), "nor have the registers of EL1");
	check(timers_kept(), "nor the timers");
	check(record_is_bare(vcpu), "nor the record of the exit");
	memset(&vcpu->run->enter, 0, sizeof(vcpu->run->enter));
	el1_fill();
	check(rmi_status(RMI_REC_ENTER, vcpu->rec, (uintptr_t)vcpu->run + 8) ==
			      RMI_ERROR_INPUT &&
		      el1_kept() && timers_kept(),
	      "an entry that is refused changes none of them");
	check(vcpu_calls(vcpu) && result(vcpu, 0) == 0,
	      "the Realm finds its own again");
}

static void check_vectors(struct vcpu *vcpu)
{
	static uint8_t before[VECTOR_SIZE] __attribute__((aligned(16)));
	static uint8_t after[VECTOR_SIZE] __attribute__((aligned(16)));
	bool good;

	for (unsigned i = 0; i < VECTOR_SIZE; i++)
		before[i] = (uint8_t)(i * 5 + (i >> 8) + 3);
	vectors_load(before);
	good = vcpu_does(vcpu, GUEST_VECTORS_FILL, 0x1234567);
	vectors_store(after);
	check(good && memcmp(before, after, VECTOR_SIZE) == 0,
	      "the vector registers stay the host's");
	vectors_load(before);
	check(vcpu_does(vcpu, GUEST_VECTORS_CHECK, 0x1234567) &&
		      result(vcpu, 0) == 0,
	      "and the Realm's");
	vectors_store(after);
	check(memcmp(before, after, VECTOR_SIZE) == 0,
	      "even when it reads them");
	check(vcpu_does(vcpu, GUEST_SMC, RSI_MEASUREMENT_EXTEND, 2, 8) &&
		      vcpu_does(vcpu, GUEST_VECTORS_CHECK, 0x1234567) &&
		      result(vcpu, 0) == 0,
	      "and when the RMM hashes");
}

/* DBGWCR<n>_EL1: accesses of EL0 and EL1 to the GiB of the machine's RAM. */
#define WCR_ALL   (1 | 3 << 1 | 3 << 3 | 0xff << 5 | 30 << 24)
#define MDSCR_ALL (1 << 13 | 1 << 15) /* KDE, MDE */

/* Loads breakpoints and watchpoints of the host, of which one would stop a
 * Realm at once. *kept is what the CPU makes of them. */
static void host_debug_fill(struct debug *kept, bool os_locked)
{
	struct debug mine = { .os_locked = os_locked };

	for (unsigned i = 0; i < DEBUG_MAX; i++) {
		mine.breakpoints[i].value = HOST_PATTERN + i * 0x10000;
		mine.watchpoints[i].value = HOST_PATTERN + i * 0x1000;
	}
	mine.watchpoints[0].value = MACHINE_DRAM_BASE;
	mine.watchpoints[0].control = WCR_ALL;
	debug_cpu_load(&mine);
	sysreg_write(mdscr_el1, MDSCR_ALL);
	memset(kept, 0, sizeof(*kept));
	debug_cpu_save(kept);
}

static bool host_debug_kept(const struct debug *kept)
{
	struct debug found;

	memset(&found, 0, sizeof(found));
	debug_cpu_save(&found);
	return sysreg_read(mdscr_el1) == MDSCR_ALL &&
	       memcmp(&found, kept, sizeof(found)) == 0;
}

static void check_debug(struct vcpu *vcpu)
{
	const uint64_t seed = UINT64_C(0x7ea10000);
	struct debug kept;

	host_debug_fill(&kept, false);
	check(vcpu_does(vcpu, GUEST_DEBUG_CHECK, 0) &&
		      result(vcpu, GUEST_FAULTS) == 0 && host_debug_kept(&kept),
	      "a watchpoint of the host stops no Realm");
	check(vcpu_does(vcpu, GUEST_DEBUG_FILL, seed) && host_debug_kept(&kept),
	      "and stays the host's when a Realm has its own");
	host_debug_fill(&kept, true);
	check(vcpu_does(vcpu, GUEST_DEBUG_CHECK, seed) &&
		      result(vcpu, 0) == 0 && host_debug_kept(&kept),
	      "which the Realm finds again, and the host its OS lock");
	debug_cpu_load(&(struct debug){ 0 });
	sysreg_write(mdscr_el1, 0);
}

static void gic_enable(void)
{
	mmio_write32(GICR_ISENABLER0, 1U << MACHINE_TIMER_VIRT_INTID |
					      1U << MACHINE_TIMER_PHYS_INTID);
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

static bool exits_in_wfi(struct vcpu *vcpu)
{
	vcpu->run->enter.flags = RMI_REC_ENTER_TRAP_WFI;
	return vcpu_exits_sync(vcpu, ESR_EC_WFX);
}

/* Enters the vCPU until its program calls the host, or waits. Returns true if
 * it waits and its timer has not fired yet. */
static bool waits_for_timer(struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;

	do {
		if (exits_in_wfi(vcpu) && exit->cntv_ctl == TIMER_ENABLE)
			return true;
	} while (exit->exit_reason == RMI_EXIT_IRQ ||
		 exit->exit_reason == RMI_EXIT_SYNC);
	return false;
}

/* Tries with longer and longer times until the vCPU waits before its timer
 * fires. */
static bool timer_sleeps(struct vcpu *vcpu)
{
	uint64_t ticks = SPIN;

	do {
		vcpu_command(vcpu, GUEST_TIMER_SLEEP, ticks);
		if (waits_for_timer(vcpu))
			return true;
		ticks *= 2;
	} while (vcpu->run->exit.exit_reason == RMI_EXIT_HOST_CALL);
	return false;
}

static void check_timer(struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;

	gic_enable();
	vcpu_command(vcpu, GUEST_TIMER, SPIN);
	check(vcpu_enter(vcpu) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_IRQ &&
		      exit->cntv_ctl == (TIMER_ENABLE | TIMER_ISTATUS) &&
		      exit->cntv_cval != 0 && exit->cntp_ctl == 0,
	      "a timer that fires comes to the host");
	check(timers_kept(), "whose timers are its own");
	check(vcpu_calls(vcpu) &&
		      result(vcpu, 0) == (TIMER_ENABLE | TIMER_ISTATUS) &&
		      exit->cntv_ctl == 0,
	      "and the Realm goes on");
	check(timer_sleeps(vcpu), "the Realm waits for a timer");
	while (sysreg_read(cntpct_el0) < exit->cntv_cval)
		;
	check(vcpu_enter(vcpu) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_IRQ &&
		      exit->cntv_ctl == (TIMER_ENABLE | TIMER_ISTATUS),
	      "which fired meanwhile");
	check(vcpu_calls(vcpu), "and it goes on");
}

/* A list register: pending, group 1, priority 0x80. */
#define LR_PENDING(intid)                                                      \
	(ICH_LR_PENDING | ICH_LR_GROUP1 | BITS_PUT(ICH_LR_PRIORITY, 0x80) |    \
	 (intid))

static void check_gic(struct vcpu *vcpu)
{
	sysreg_write(ICH_VMCR_EL2, 0);
	sysreg_write(ICH_HCR_EL2, 1);
	sysreg_write(ICH_LR_EL2(0), LR_PENDING(27) | ICH_LR_HW);
	check(vcpu_enter(vcpu) == RMI_ERROR_REC,
	      "a list register with a physical interrupt is refused");
	sysreg_write(ICH_LR_EL2(0), LR_PENDING(27));
	sysreg_write(ICH_LR_EL2(1), LR_PENDING(27));
	check(vcpu_enter(vcpu) == RMI_ERROR_REC, "and the same one twice");
	sysreg_write(ICH_LR_EL2(1), 0);
	isb();
	check(vcpu_does(vcpu, GUEST_ACKNOWLEDGE) && result(vcpu, 0) == 27,
	      "the Realm gets the host's interrupt");
	check(sysreg_read(ICH_LR_EL2(0)) >> 62 == 0, "and ends it");
	check((sysreg_read(ICH_HCR_EL2) & 1) == 0,
	      "the virtual interface is off after a run");
}

/* Returns the reason of the first exit after the Realm has ended an interrupt
 * whose list register asks for the host to be told. */
static uint64_t exit_after_end(struct vcpu *vcpu, uint64_t intid)
{
	sysreg_write(ICH_HCR_EL2, 1);
	sysreg_write(ICH_LR_EL2(0), LR_PENDING(intid) | ICH_LR_EOI);
	isb();
	vcpu_command(vcpu, GUEST_ACKNOWLEDGE);
	if (vcpu_enter(vcpu) != RMI_SUCCESS)
		return RMI_EXIT_SERROR;
	return vcpu->run->exit.exit_reason;
}

static void check_end_of_interrupt(struct vcpu *vcpu)
{
	mmio_write32(GICR_ISENABLER0, 1U << MACHINE_GIC_MAINT_INTID);
	check(exit_after_end(vcpu, 28) == RMI_EXIT_IRQ &&
		      sysreg_read(ICH_LR_EL2(0)) >> 62 == 0 &&
		      (sysreg_read(ICH_LR_EL2(0)) & ICH_LR_EOI) != 0,
	      "the end of an interrupt is told");
	check(vcpu_calls(vcpu) && result(vcpu, 0) == 28, "when it was taken");
	check(exit_after_end(vcpu, MACHINE_TIMER_VIRT_INTID) ==
			      RMI_EXIT_HOST_CALL &&
		      result(vcpu, 0) == MACHINE_TIMER_VIRT_INTID,
	      "that of a timer which is silent is not");
	sysreg_write(ICH_LR_EL2(0), 0);
}

/* The worlds share DISR_EL1, in which the host may have an SError. */
static void check_deferred(struct vcpu *vcpu)
{
	sysreg_write(DISR_EL1, DISR_OF_HOST);
	check(vcpu_does(vcpu, GUEST_NOTHING),
	      "a deferred SError of the host is not taken for the Realm's");
	check(sysreg_read(DISR_EL1) == DISR_OF_HOST, "and stays the host's");
	sysreg_write(DISR_EL1, 0);
}

void check_state(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];

	check_registers(vcpu);
	check_deferred(vcpu);
	check_vectors(vcpu);
	check_debug(vcpu);
	check_timer(vcpu);
	check_gic(vcpu);
	check_end_of_interrupt(vcpu);
}
