/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of a Realm's vCPU: RMI_REC_ENTER (rmi-rsi 5). */
#include <string.h>

#include "abi/bits.h"
#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/guest.h"
#include "hypervisor/port/a64/ich.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/vcpu_run.h"
#include "lib/smc.h"

static struct rmi_rec_run *run_page(const struct vcpu *vcpu)
{
	return (struct rmi_rec_run *)(uintptr_t)vcpu->run.value;
}

void vcpu_realm_start(struct vcpu *vcpu)
{
	memset(run_page(vcpu), 0, sizeof(struct rmi_rec_run));
}

/* Only what the interface defines: the rest of each half stays zero. */
static void enter_put(struct rmi_rec_run *page,
		      const struct rmi_rec_enter *enter)
{
	page->enter.flags = enter->flags;
	memcpy(page->enter.gprs, enter->gprs, sizeof(enter->gprs));
}

static void exit_take(struct rmi_rec_exit *exit, const struct rmi_rec_exit *page)
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

/* Its timers are the core's while it runs, and the RMM masks what has fired. */
static void rec_enter(struct smccc_regs *regs)
{
	irq_ppi_set(MACHINE_TIMER_VIRT_INTID, true);
	irq_ppi_set(MACHINE_TIMER_PHYS_INTID, true);
	guest_forget();
	smc_call(regs);
}

/* Gives X0. */
static uint64_t enter_once(struct vcpu *vcpu, const union vcpu_run *run)
{
	const struct inject_ops *inject = vcpu->domain->ops->inject;
	struct rmi_rec_run *page = run_page(vcpu);
	struct smccc_regs regs = { .x = { RMI_REC_ENTER, vcpu->rec.value,
					  vcpu->run.value } };

	enter_put(page, &run->realm.enter);
	vgic_load(vcpu);
	if (inject != NULL)
		inject->before(vcpu, &run->realm.exit, &regs, &page->enter);
	ich_load(&vcpu->gic.state);
	rec_enter(&regs);
	ich_save(&vcpu->gic.state);
	vgic_save(vcpu);
	return regs.x[0];
}

enum vcpu_next vcpu_run_realm(struct vcpu *vcpu, union vcpu_run *run)
{
	const struct inject_ops *inject = vcpu->domain->ops->inject;
	struct rmi_rec_run *page = run_page(vcpu);
	uint64_t x0;

	run->realm.enter.flags |= RMI_REC_ENTER_TRAP_WFI;
	do {
		x0 = enter_once(vcpu, run);
	} while (inject != NULL && inject->after(vcpu, &x0, &page->exit));
	if (BITS_GET(x0, RMI_RETURN_STATUS) != RMI_SUCCESS)
		return vcpu_enter_refused(vcpu, x0);
	exit_take(&run->realm.exit, &page->exit);
	if (inject != NULL &&
	    inject->exit(vcpu, &run->realm.exit, &run->realm.enter))
		return VCPU_RUN;
	return vcpu_exit_realm(vcpu, &run->realm.exit, &run->realm.enter);
}
