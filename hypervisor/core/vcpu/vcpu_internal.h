/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files about vCPUs and their exits. */
#ifndef REEVE_HYPERVISOR_CORE_VCPU_VCPU_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_VCPU_VCPU_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/vcpu/vcpu.h"
#include "lib/addr.h"

/* vcpu.c. Returns the vCPU with that MPIDR affinity (abi/guest_map.h), or NULL
 * if there is none. */
struct vcpu *vcpu_at_affinity(struct domain *domain, uint64_t affinity);

/* Returns true if the vCPU's domain is over: SHUTDOWN or DYING, not merely
 * paused. */
bool vcpu_has_ended(const struct vcpu *vcpu);

/* Stop the domain for PSCI SYSTEM_OFF, for SYSTEM_RESET, and for
 * GUEST_CALL_CRASH. */
enum vcpu_next vcpu_system_off(struct vcpu *vcpu);
enum vcpu_next vcpu_system_reset(struct vcpu *vcpu);
enum vcpu_next vcpu_crashed(struct vcpu *vcpu);

/* exit_realm_psci.c. Answers a PSCI call of a Realm that the RMM passed on. */
enum vcpu_next realm_psci(struct vcpu *vcpu, const struct rmi_rec_exit *exit);
/*
 * A vCPU that was started while it seemed to be on: realm_psci_alive() is
 * called at an exit that is no CPU_OFF; realm_psci_is_off() when the RMM
 * refuses an entry with ERROR_REC. The latter returns true if that explains the
 * refusal, and fills *next.
 */
void realm_psci_alive(struct vcpu *vcpu);
bool realm_psci_is_off(struct vcpu *vcpu, enum vcpu_next *next);

/* vpsci.c. Answers a call of an ordinary guest, by HVC or SMC, whose arguments
 * are in X0 to X3. */
enum vcpu_next vpsci_call(struct vcpu *vcpu);

/* exit.c: the meaning of syndromes (lib/esr.h). */
enum vcpu_next exit_wfx(uint64_t esr);
/* Returns the IPA of a stage 2 fault. */
ipa_t exit_ipa(uint64_t hpfar, uint64_t far);
bool exit_is_translation_fault(uint64_t esr);
/* Returns true if the access was a read of a device whose registers the guest
 * can read from now on: the device is not asked, and the read is made again. */
bool exit_shows(struct vcpu *vcpu, uint64_t esr, ipa_t ipa);

enum exit_sysreg {
	EXIT_SGI, /* a write of ICC_SGI1R_EL1 */
	EXIT_SYSREG_IGNORED, /* reads as zero, writes are ignored */
	EXIT_SYSREG_UNKNOWN,
};
enum exit_sysreg exit_sysreg(uint64_t esr);

#endif
