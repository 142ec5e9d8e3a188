/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of an ordinary guest's vCPU: from an entry to the answer to its
 * exit. */
#include "abi/guest_map.h"
#include "abi/machine_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/el1_timers.h"
#include "hypervisor/port/a64/ich.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/vcpu_run.h"
#include "lib/a64.h"

/*
 * Gives the core's EL1 timers to the guest. A timer that fired keeps its line
 * asserted until the guest handles it, so the physical PPI is disabled
 * meanwhile: otherwise it would end each entry at once. The EOI in the timer's
 * list register raises a maintenance interrupt, after which the line is read
 * again.
 */
static void guest_timers_load(const struct vcpu *vcpu)
{
	const struct vgic_irq *irqs = vcpu->gic.irqs;

	irq_ppi_set(MACHINE_TIMER_VIRT_INTID, !irqs[GUEST_TIMER_VIRT_PPI].level);
	irq_ppi_set(MACHINE_TIMER_PHYS_INTID,
		    !irqs[GUEST_TIMER_PHYS_NS_PPI].level);
	el1_timers_load(&vcpu->virt, &vcpu->phys);
}

/* The timers run on. The interrupt of one that fired is known by this, so that
 * it need not be taken. */
static void guest_timers_save(struct vcpu *vcpu)
{
	el1_timers_read(&vcpu->virt, &vcpu->phys);
	vcpu->timers_run = true;
	if (timer_asserted(vcpu->virt.ctl))
		irq_ppi_set(MACHINE_TIMER_VIRT_INTID, false);
	if (timer_asserted(vcpu->phys.ctl))
		irq_ppi_set(MACHINE_TIMER_PHYS_INTID, false);
}

/* Loads the vCPU's registers, and injects an exception that is due. A vCPU that
 * was just started begins with the values of a reset. */
static void guest_state_load(struct vcpu *vcpu, union vcpu_run *run)
{
	struct guest *guest = &run->ordinary.guest;

	if (vcpu->reset) {
		vcpu->reset = false;
		guest->loaded = false;
		guest_reset(guest);
	}
	guest_load(guest, vcpu);
	if (vcpu->debug_changed)
		guest_debug_load(vcpu);
	if (run->ordinary.inject != VCPU_RUN)
		guest_inject(vcpu, run->ordinary.inject, &run->ordinary.trap);
	run->ordinary.inject = VCPU_RUN;
}

/* Finds the IPA of an access by a walk of the guest's stage 1. Returns false if
 * the walk fails, since another vCPU has changed stage 1: the access must then
 * be made again, and takes its abort if there is one. */
static bool guest_hpfar_find(struct vcpu_trap *trap)
{
	uint64_t kept = sysreg_read(par_el1), par;

	__asm__ volatile("at s1e1r, %0" ::"r"(trap->far) : "memory");
	isb();
	par = sysreg_read(par_el1);
	sysreg_write(par_el1, kept);
	trap->hpfar = BITS_PUT(HPFAR_FIPA, BITS_GET(par, PAR_PA));
	return (par & PAR_FAILED) == 0;
}

static enum vcpu_next guest_left_answer(struct vcpu *vcpu, union vcpu_run *run,
					unsigned why)
{
	enum vcpu_next next;

	switch (why) {
	case GUEST_LEFT_SYNC:
		if (guest_id_read(vcpu, &run->ordinary.trap) ||
		    (esr_lacks_hpfar(run->ordinary.trap.esr) &&
		     !guest_hpfar_find(&run->ordinary.trap)))
			return VCPU_RUN;
		next = vcpu_exit_guest(vcpu, &run->ordinary.trap);
		break;
	case GUEST_LEFT_IRQ:
	case GUEST_LEFT_FIQ:
		vcpu->exits[CONTROL_EXIT_IRQ]++;
		return VCPU_RUN;
	default:
		vcpu->exits[CONTROL_EXIT_OTHER]++;
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: SError with syndrome 0x%llx", vcpu->index,
			    (unsigned long long)run->ordinary.trap.esr);
		return VCPU_STOP;
	}
	if (next != VCPU_UNDEF && next != VCPU_ABORT)
		return next;
	run->ordinary.inject = next;
	return VCPU_RUN;
}

enum vcpu_next vcpu_run_guest(struct vcpu *vcpu, union vcpu_run *run)
{
	struct vcpu_trap *trap = &run->ordinary.trap;
	unsigned why;

	guest_state_load(vcpu, run);
	vgic_load(vcpu);
	ich_load(&vcpu->gic.state);
	guest_timers_load(vcpu);
	/* Changes of stage 2 must be visible to the walks that follow. */
	dsb(ishst);
	vcpu_in_guest(vcpu, true);
	why = guest_enter(&vcpu->regs);
	vcpu_in_guest(vcpu, false);
	trap->esr = sysreg_read(esr_el2);
	trap->far = sysreg_read(far_el2);
	trap->hpfar = sysreg_read(hpfar_el2);
	guest_timers_save(vcpu);
	ich_save(&vcpu->gic.state);
	vgic_save(vcpu);
	return guest_left_answer(vcpu, run, why);
}
