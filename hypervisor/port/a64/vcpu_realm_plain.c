/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of a Realm's vCPU, in every build but the debug build. */
#include "hypervisor/port/a64/vcpu_realm.h"

enum vcpu_next vcpu_run_realm(struct vcpu *vcpu, union vcpu_run *run)
{
	struct smccc_regs regs;

	run->realm.enter.flags |= RMI_REC_ENTER_TRAP_WFI;
	vcpu_realm_prepare(vcpu, run, &regs);
	vcpu_realm_enter(vcpu, &regs);
	return vcpu_realm_exit(vcpu, run, regs.x[0]);
}
