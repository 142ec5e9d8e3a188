/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of a vCPU: an entry into the guest, and the answer to the exit. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VCPU_RUN_H
#define REEVE_HYPERVISOR_PORT_A64_VCPU_RUN_H

#include "abi/rmi.h"
#include "hypervisor/core/vcpu/vcpu.h"
#include "hypervisor/port/a64/guest.h"

/* The data that the port keeps for a vCPU, in the room of its thread. */
union vcpu_run {
	struct {
		struct guest guest;
		enum vcpu_next inject; /* an exception; VCPU_RUN: none */
		struct vcpu_trap trap; /* the trap that the exception answers */
	} ordinary;
	struct {
		struct rmi_rec_enter enter; /* for the next entry */
		struct rmi_rec_exit exit; /* a copy of the last exit record */
	} realm;
};

/* Called before a Realm's vCPU is entered for the first time. */
void vcpu_realm_start(struct vcpu *vcpu);

/* Notes that the vCPU is about to be in the guest, or is not any more. Whoever
 * has noted something for it before it is in the guest, or finds it there, has
 * it noticed soon. */
static inline void vcpu_in_guest(struct vcpu *vcpu, bool in_guest)
{
	__atomic_store_n(&vcpu->in_guest, in_guest, __ATOMIC_SEQ_CST);
}

enum vcpu_next vcpu_run_guest(struct vcpu *vcpu, union vcpu_run *run);
enum vcpu_next vcpu_run_realm(struct vcpu *vcpu, union vcpu_run *run);

#endif
