/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files about vCPUs and their exits share. */
#ifndef REEVE_HYPERVISOR_CORE_VCPU_VCPU_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_VCPU_VCPU_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/vcpu/vcpu.h"
#include "lib/addr.h"

/* vcpu.c: the vCPU with that MPIDR affinity (abi/guest_map.h). NULL: none. */
struct vcpu *vcpu_at_affinity(struct domain *domain, uint64_t affinity);

/* Whether its domain is over: not paused, but SHUTDOWN or DYING. */
bool vcpu_has_ended(const struct vcpu *vcpu);

/* PSCI SYSTEM_OFF and SYSTEM_RESET. */
enum vcpu_next vcpu_system_off(struct vcpu *vcpu);
enum vcpu_next vcpu_system_reset(struct vcpu *vcpu);
/* GUEST_CALL_CRASH. */
enum vcpu_next vcpu_crashed(struct vcpu *vcpu);

/* exit_realm_psci.c: a Realm's PSCI call, as the RMM passes it on. */
enum vcpu_next realm_psci(struct vcpu *vcpu, const struct rmi_rec_exit *exit);
/* An exit, or a refused entry with status: what follows for who started it. */
void realm_psci_alive(struct vcpu *vcpu);
bool realm_psci_is_off(struct vcpu *vcpu, enum vcpu_next *next);

/* vpsci.c: a call of an ordinary guest by HVC or SMC, in its X0..X3. */
enum vcpu_next vpsci_call(struct vcpu *vcpu);

/* exit.c: what syndromes mean (lib/esr.h). */
enum vcpu_next exit_wfx(uint64_t esr);
/* The address of a stage-2 fault. */
ipa_t exit_ipa(uint64_t hpfar, uint64_t far);
bool exit_is_translation_fault(uint64_t esr);

enum exit_sysreg {
	EXIT_SGI, /* a write of ICC_SGI1R_EL1 */
	EXIT_SYSREG_IGNORED, /* reads as zero, writes are ignored */
	EXIT_SYSREG_UNKNOWN,
};
enum exit_sysreg exit_sysreg(uint64_t esr);

#endif
