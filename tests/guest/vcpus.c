/* SPDX-License-Identifier: BSD-3-Clause */
/* Turning vCPUs on and off, their jobs and their exceptions. */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "lib/log.h"
#include "tests/guest/probe.h"

/* Longer than any job takes; nanoseconds. */
#define PATIENCE UINT64_C(20000000000)

struct frame {
	uint64_t x[31];
	uint64_t elr;
	uint64_t spsr;
	uint64_t pad;
};

struct vcpu vcpus[VCPUS_MAX] __attribute__((aligned(PAGE)));

/* start.S */
void secondary(void);
/* vectors.S */
void exception_sync(struct frame *frame);
void exception_irq(struct frame *frame);
void exception_other(struct frame *frame);

void probe_secondary(struct vcpu *vcpu);
/* gic.c */
void interrupt_take(struct vcpu *vcpu);

uint64_t psci(uint64_t fid, uint64_t a, uint64_t b, uint64_t c)
{
	struct smccc_regs regs = { { fid, a, b, c } };

	if (machine.is_psci_smc)
		guest_smc(&regs);
	else
		guest_hvc(&regs);
	return regs.x[0];
}

uint64_t rsi(struct smccc_regs *regs, uint64_t fid, uint64_t a, uint64_t b)
{
	*regs = (struct smccc_regs){ { fid, a, b } };
	guest_smc(regs);
	return regs->x[0];
}

void power_off(void)
{
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

static void exception_report(const struct frame *frame, const char *what)
{
	log_line_unlocked("FAIL: %s on vCPU %u: ESR %lx ELR %lx FAR %lx", what,
			  vcpu_this()->index, sysreg_read(ESR_EL1), frame->elr,
			  sysreg_read(FAR_EL1));
	power_off();
}

/* Continues after the instruction; after a failed fetch at the return address;
 * after a step without stepping. */
static void fault_continue(struct frame *frame, uint64_t class)
{
	if (class == ESR_EC_INST_CURRENT)
		frame->elr = frame->x[30];
	else if (class == ESR_EC_STEP_CURRENT)
		debug_step_end();
	else
		frame->elr += 4;
}

void exception_sync(struct frame *frame)
{
	struct fault *fault = &vcpu_this()->fault;

	if (!fault->is_expected)
		exception_report(frame, "an exception");
	fault->esr = sysreg_read(ESR_EL1);
	fault->far = sysreg_read(FAR_EL1);
	fault->elr = frame->elr;
	fault_continue(frame, BITS_GET(fault->esr, ESR_EC));
}

void exception_irq(struct frame *frame)
{
	(void)frame;
	interrupt_take(vcpu_this());
}

void exception_other(struct frame *frame)
{
	exception_report(frame, "an exception that should not be");
}

bool wait_for(bool (*holds)(void *context), void *context)
{
	uint64_t end = timer_now() + PATIENCE;

	while (!holds(context)) {
		if (timer_now() > end)
			return false;
		__asm__ volatile("yield");
	}
	return true;
}

static bool is_idle(void *context)
{
	const struct vcpu *vcpu = context;

	return vcpu->job == NULL;
}

bool vcpu_end(struct vcpu *vcpu)
{
	return wait_for(is_idle, vcpu);
}

/* The vCPU counts the job first and forgets it then. Both must have happened
 * before it gets another. */
void vcpu_begin(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu))
{
	if (!vcpu_end(vcpu))
		return;
	vcpu->job = job;
	dsb(ish);
	gic_sgi(vcpu, JOB_SGI);
}

bool vcpu_run(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu))
{
	vcpu_begin(vcpu, job);
	return vcpu_end(vcpu);
}

void probe_secondary(struct vcpu *vcpu)
{
	vcpu->mpidr = sysreg_read(MPIDR_EL1);
	gic_vcpu_init(vcpu);
	vcpu->starts++;
	for (;;) {
		irq_mask();
		while (vcpu->job == NULL) {
			wfi();
			irq_unmask();
			isb();
			irq_mask();
		}
		irq_unmask();
		vcpu->job(vcpu);
		dsb(ish);
		vcpu->done++;
		vcpu->job = NULL;
	}
}

static bool is_up(void *context)
{
	const struct vcpu *vcpu = context;

	return vcpu->result == 1;
}

static void say_up(struct vcpu *vcpu)
{
	vcpu->result = 1;
}

bool vcpu_on(struct vcpu *vcpu)
{
	vcpu->result = 0;
	vcpu->job = say_up;
	dcache_clean((uintptr_t)vcpu, sizeof(*vcpu));
	if (psci(PSCI_CPU_ON_64, machine.mpidr[vcpu->index],
		 (uintptr_t)secondary, (uintptr_t)vcpu) != PSCI_SUCCESS)
		return false;
	return wait_for(is_up, vcpu);
}

static void go_off(struct vcpu *vcpu)
{
	vcpu->job = NULL;
	dsb(ish);
	psci(PSCI_CPU_OFF, 0, 0, 0);
	vcpu->result = 2; /* CPU_OFF returned */
}

bool vcpu_is_off(const struct vcpu *vcpu)
{
	return psci(PSCI_AFFINITY_INFO_64, machine.mpidr[vcpu->index], 0, 0) ==
	       PSCI_AFFINITY_OFF;
}

static bool is_off(void *context)
{
	return vcpu_is_off(context);
}

bool vcpu_off(struct vcpu *vcpu)
{
	return vcpu_run(vcpu, go_off) && wait_for(is_off, vcpu);
}

void vcpus_on(void)
{
	for (unsigned i = 1; i < machine.vcpus; i++) {
		if (vcpu_is_off(&vcpus[i]))
			check_of(vcpu_on(&vcpus[i]), "comes on", i);
	}
}
