/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of one round of a Realm's vCPU (docs/rmi.md, RMI_REC_ENTER).
 * vcpu_realm_plain.c combines them, or in a debug build vcpu_realm_attack.c. */
#include "hypervisor/port/a64/vcpu_realm.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/el1_timers.h"
#include "hypervisor/port/a64/guest.h"
#include "hypervisor/port/a64/ich.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/vcpu_run.h"
#include "lib/smc.h"

void vcpu_realm_start(struct vcpu *vcpu)
{
	memset(vcpu_run_page(vcpu), 0, sizeof(struct rmi_rec_run));
}

/* Writes the entry half of the run page: only the fields that the interface
 * defines. The rest stays zero. */
static void run_page_write(struct rmi_rec_run *page,
			   const struct rmi_rec_enter *enter)
{
	page->enter.flags = enter->flags;
	memcpy(page->enter.gprs, enter->gprs, sizeof(enter->gprs));
}

static void run_page_read(struct rmi_rec_exit *exit,
			  const struct rmi_rec_exit *page)
{
	exit->exit_reason = page->exit_reason;
	exit->esr = page->esr;
	exit->far = page->far;
	exit->hpfar = page->hpfar;
	memcpy(exit->gprs, page->gprs, sizeof(exit->gprs));
	exit->cntp_ctl = page->cntp_ctl;
	exit->cntp_cval = page->cntp_cval;
	exit->cntv_ctl = page->cntv_ctl;
	exit->cntv_cval = page->cntv_cval;
	exit->ripas_base = page->ripas_base;
	exit->ripas_top = page->ripas_top;
	exit->ripas_value = page->ripas_value;
	exit->imm = page->imm;
}

/* Returns a timer as it is in the core's registers while the hypervisor runs:
 * one that has fired is off, so that no interrupt of it is pending. */
static struct vcpu_timer timer_kept(const struct vcpu_timer *timer)
{
	struct vcpu_timer kept = *timer;

	if (timer_asserted(timer->ctl))
		kept.ctl = 0;
	return kept;
}

/*
 * The RMM puts the timers of the REC into the core's registers, and the host's
 * back, as far as the two differ. So the host's are made those of the vCPU's
 * last exit (docs/machine.md, Timers).
 */
static void realm_timers_load(const struct vcpu *vcpu)
{
	struct vcpu_timer virt = timer_kept(&vcpu->virt);
	struct vcpu_timer phys = timer_kept(&vcpu->phys);

	el1_timers_load(&virt, &phys);
}

/*
 * Enters the REC. The vCPU has the core's EL1 timers while it runs, so their
 * PPIs are enabled; the RMM masks a timer that has fired (docs/rmi.md, Timers).
 */
static void vcpu_rec_enter(const struct vcpu *vcpu, struct smccc_regs *regs)
{
	irq_ppi_set(MACHINE_TIMER_VIRT_INTID, true);
	irq_ppi_set(MACHINE_TIMER_PHYS_INTID, true);
	guest_forget();
	realm_timers_load(vcpu);
	smc_call(regs);
}

void vcpu_realm_prepare(struct vcpu *vcpu, const union vcpu_run *run,
			struct smccc_regs *regs)
{
	*regs = (struct smccc_regs){ .x = { RMI_REC_ENTER, vcpu->rec.value,
					    vcpu->run.value } };
	run_page_write(vcpu_run_page(vcpu), &run->realm.enter);
	vgic_load(vcpu);
}

void vcpu_realm_enter(struct vcpu *vcpu, struct smccc_regs *regs)
{
	ich_load(&vcpu->gic.state);
	vcpu->timers_run = false;
	vcpu_in_guest(vcpu, true);
	vcpu_rec_enter(vcpu, regs);
	vcpu_in_guest(vcpu, false);
	ich_save(&vcpu->gic.state);
	vgic_save(vcpu);
}

enum vcpu_next vcpu_realm_exit(struct vcpu *vcpu, union vcpu_run *run,
			       uint64_t x0)
{
	enum vcpu_next next;

	if (BITS_GET(x0, RMI_RETURN_STATUS) != RMI_SUCCESS) {
		vcpu->timers_run = true; /* as they were loaded for it */
		return vcpu_enter_refused(vcpu, x0);
	}
	run_page_read(&run->realm.exit, &vcpu_run_page(vcpu)->exit);
	next = vcpu_exit_realm(vcpu, &run->realm.exit, &run->realm.enter);
	realm_timers_load(vcpu);
	vcpu->timers_run = true;
	return next;
}
