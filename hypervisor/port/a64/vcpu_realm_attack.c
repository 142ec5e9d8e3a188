/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of a Realm's vCPU in the debug build: vcpu_realm_plain.c with the
 * hooks of the attacks. */
#include "abi/bits.h"
#include "hypervisor/attack/attack.h"
#include "hypervisor/port/a64/vcpu_realm.h"

enum vcpu_next vcpu_run_realm(struct vcpu *vcpu, union vcpu_run *run)
{
	struct rmi_rec_run *page = vcpu_run_page(vcpu);
	struct smccc_regs regs;

	run->realm.enter.flags |= RMI_REC_ENTER_TRAP_WFI;
	do {
		vcpu_realm_prepare(vcpu, run, &regs);
		attack_before(vcpu, &run->realm.exit, &regs, &page->enter);
		vcpu_realm_enter(vcpu, &regs);
	} while (attack_after(vcpu, &regs.x[0], &page->exit));
	if (BITS_GET(regs.x[0], RMI_RETURN_STATUS) == RMI_SUCCESS &&
	    attack_exit(vcpu, &page->exit, &run->realm.enter)) {
		run->realm.exit = page->exit;
		return VCPU_RUN;
	}
	return vcpu_realm_exit(vcpu, run, regs.x[0]);
}
