/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of one round of a Realm's vCPU, in the order of their use. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VCPU_REALM_H
#define REEVE_HYPERVISOR_PORT_A64_VCPU_REALM_H

#include <stdint.h>

#include "abi/rmi.h"
#include "abi/smccc.h"
#include "hypervisor/core/vcpu/vcpu.h"
#include "hypervisor/port/a64/vcpu_run.h"

/* Returns the run page, which the RMM writes too. */
static inline struct rmi_rec_run *vcpu_run_page(const struct vcpu *vcpu)
{
	return (struct rmi_rec_run *)(uintptr_t)vcpu->run.value;
}

/* Fills the run page, the list registers in vcpu->gic.state, and the call. */
void vcpu_realm_prepare(struct vcpu *vcpu, const union vcpu_run *run,
			struct smccc_regs *regs);

/* Loads the list registers and issues RMI_REC_ENTER. regs->x[0] is X0
 * afterwards. */
void vcpu_realm_enter(struct vcpu *vcpu, struct smccc_regs *regs);

/* Answers the exit or the refusal that X0 reports. */
enum vcpu_next vcpu_realm_exit(struct vcpu *vcpu, union vcpu_run *run,
			       uint64_t x0);

#endif
