/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of a vCPU: into the guest, out again, and what came of it. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VCPU_RUN_H
#define REEVE_HYPERVISOR_PORT_A64_VCPU_RUN_H

#include "abi/rmi.h"
#include "hypervisor/core/vcpu/vcpu.h"
#include "hypervisor/port/a64/guest.h"

/* What the port keeps for a vCPU, in its thread's room. */
union vcpu_run {
	struct {
		struct guest guest;
		enum vcpu_next inject; /* VCPU_UNDEF, VCPU_ABORT; else none */
		struct vcpu_trap trap; /* of that */
	} ordinary;
	struct {
		struct rmi_rec_enter enter; /* of the next entry */
		struct rmi_rec_exit exit; /* a copy of the last */
	} realm;
};

/* Before a Realm's vCPU is entered for the first time. */
void vcpu_realm_start(struct vcpu *vcpu);

enum vcpu_next vcpu_run_guest(struct vcpu *vcpu, union vcpu_run *run);
enum vcpu_next vcpu_run_realm(struct vcpu *vcpu, union vcpu_run *run);

#endif
