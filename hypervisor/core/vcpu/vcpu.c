/* SPDX-License-Identifier: BSD-3-Clause */
/* The conditions that a vCPU waits for: its timers, its interrupts, and the end
 * of its domain. */
#include "hypervisor/core/vcpu/vcpu.h"

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/number.h"
#include "lib/pstate.h"

#define INSTRUCTION_SIZE 4

struct vcpu *vcpu_at_affinity(struct domain *domain, uint64_t affinity)
{
	unsigned index = (unsigned)(BITS_GET(affinity, RMI_MPIDR_AFF0) |
				    BITS_GET(affinity, RMI_MPIDR_AFF1)
					    << RMI_MPIDR_AFF0_WIDTH);

	if (GUEST_MPIDR(index) != affinity)
		return NULL;
	return domain_vcpu(domain, index);
}

void vcpu_skip(struct vcpu *vcpu)
{
	vcpu->regs.pc += INSTRUCTION_SIZE;
	vcpu->regs.pstate &= ~(uint64_t)(PSTATE_BTYPE | PSTATE_SS);
}

bool vcpu_has_ended(const struct vcpu *vcpu)
{
	uint32_t state = __atomic_load_n(&vcpu->domain->state, __ATOMIC_RELAXED);

	return state == CONTROL_SHUTDOWN || state == CONTROL_DYING;
}

enum vcpu_next vcpu_system_off(struct vcpu *vcpu)
{
	domain_stop(vcpu->domain, CONTROL_POWEROFF, "the guest powered off");
	return VCPU_STOP;
}

enum vcpu_next vcpu_system_reset(struct vcpu *vcpu)
{
	domain_stop(vcpu->domain, CONTROL_REBOOT,
		    "the guest asked for a reboot");
	return VCPU_STOP;
}

enum vcpu_next vcpu_crashed(struct vcpu *vcpu)
{
	domain_stop(vcpu->domain, CONTROL_CRASH,
		    "vCPU %u: the guest says that it cannot go on", vcpu->index);
	return VCPU_STOP;
}

/* Returns how far the guest's counter is behind the machine's. */
static uint64_t counter_offset(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->domain->counter_offset, __ATOMIC_RELAXED);
}

/*
 * Returns true if the timer's output is asserted. ISTATUS was read at the last
 * exit; the timer may have fired since then. Of a timer that runs, ISTATUS
 * decides and not the time: QEMU sets it somewhat later, and a guest that is
 * interrupted before finds that its timer has not fired, and is interrupted
 * again and again until it has.
 */
static bool timer_output(const struct vcpu *vcpu, struct vcpu_timer *timer)
{
	const struct domain_ops *ops = vcpu->domain->ops;

	if (timer_asserted(timer->ctl))
		return true;
	if (!timer_armed(timer->ctl) ||
	    ops->counter(ops->ctx) - counter_offset(vcpu) < timer->cval)
		return false;
	if (!vcpu->timers_run)
		return true;
	timer->ctl = ops->timer_ctl(ops->ctx, timer == &vcpu->phys);
	return timer_asserted(timer->ctl);
}

/* Brings a timer's line in the vGIC up to date. No other function writes that
 * line. */
static void timer_update(struct vcpu *vcpu, struct vcpu_timer *timer,
			 unsigned ppi)
{
	bool output = timer_output(vcpu, timer);

	if (output != vcpu->gic.irqs[ppi].level)
		vgic_ppi_set(vcpu, ppi, output);
}

void vcpu_timers_update(struct vcpu *vcpu)
{
	timer_update(vcpu, &vcpu->virt, GUEST_TIMER_VIRT_PPI);
	timer_update(vcpu, &vcpu->phys, GUEST_TIMER_PHYS_NS_PPI);
}

/*
 * Returns the machine's counter when the timer will fire, or UINT64_MAX if
 * there is nothing to wait for: also if the vGIC was told already that the
 * timer's output is asserted. The level in the vGIC decides, not the time: a
 * timer that fires just now has a deadline in the past, which ends the wait at
 * once.
 */
static uint64_t timer_deadline(const struct vcpu *vcpu,
			       const struct vcpu_timer *timer, unsigned ppi)
{
	if (!timer_armed(timer->ctl) || vcpu->gic.irqs[ppi].level)
		return UINT64_MAX;
	if (timer->cval >= UINT64_MAX - counter_offset(vcpu))
		return UINT64_MAX;
	return timer->cval + counter_offset(vcpu);
}

uint64_t vcpu_deadline(const struct vcpu *vcpu)
{
	uint64_t virt = timer_deadline(vcpu, &vcpu->virt, GUEST_TIMER_VIRT_PPI);
	uint64_t phys =
		timer_deadline(vcpu, &vcpu->phys, GUEST_TIMER_PHYS_NS_PPI);

	return smaller(virt, phys);
}

bool vcpu_awake(struct vcpu *vcpu)
{
	if (!domain_runs(vcpu->domain))
		return true;
	vcpu_timers_update(vcpu);
	return vgic_pending(vcpu);
}
