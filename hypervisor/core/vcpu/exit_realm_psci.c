/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI of a Realm: the RMM decides, the hypervisor runs the vCPUs (docs/rsi.md,
 * PSCI of a Realm).
 *
 * A vCPU that turned itself off is off for the RMM from its exit on, but for
 * the hypervisor only when that exit is answered. Another vCPU can start it in
 * between, and the hypervisor cannot tell that from the start of a vCPU that is
 * on. So the hypervisor remembers a start of a vCPU that it takes to be on.
 * When that vCPU then turns itself off, it is entered again; if it was off
 * after all, the RMM refuses the entry.
 */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/rmi/rmi.h"
#include "hypervisor/core/rmi/rmi_names.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/mpidr.h"

/*
 * Returns the vCPU that an MPIDR_EL1 value names, by the RMM's rule
 * (docs/rmi.md, REC index). MPIDR_EL1 has Aff3 in another place than
 * RmiRecMpidr.
 */
static struct vcpu *psci_target(struct domain *domain, uint64_t mpidr)
{
	uint64_t index = BITS_GET(mpidr, RMI_MPIDR_AFF0) |
			 BITS_GET(mpidr, RMI_MPIDR_AFF1) << 4 |
			 BITS_GET(mpidr, RMI_MPIDR_AFF2) << 12 |
			 BITS_GET(mpidr, MPIDR_AFF3) << 20;

	return domain_vcpu(domain, (unsigned)index);
}

static bool psci_complete(struct vcpu *caller, uint64_t mpidr,
			  struct vcpu **target)
{
	struct domain *domain = caller->domain;
	struct rmi_failure failure = { 0 };
	struct rmi rmi = {
		.ops = domain->realm.rmi.ops,
		.failure = &failure,
	};

	*target = psci_target(domain, mpidr);
	if (*target == NULL || *target == caller) {
		domain_stop(domain, CONTROL_CRASH,
			    "vCPU %u: PSCI about vCPU 0x%llx, which cannot be",
			    caller->index, (unsigned long long)mpidr);
		return false;
	}
	if (ask_psci_complete(&rmi, caller->rec, (*target)->rec, PSCI_SUCCESS))
		return true;
	domain_stop(domain, CONTROL_CRASH,
		    "vCPU %u: RMI_PSCI_COMPLETE failed: %s", caller->index,
		    rmi_status_name(rmi_status(&rmi)));
	return false;
}

static enum vcpu_next realm_cpu_on(struct vcpu *caller, uint64_t mpidr)
{
	struct domain *domain = caller->domain;
	struct vcpu *target;

	if (!psci_complete(caller, mpidr, &target))
		return VCPU_STOP;
	spinlock_acquire(&domain->lock);
	target->on_again = target->online;
	target->online = true;
	spinlock_release(&domain->lock);
	domain->ops->vcpu_kick(domain->ops->ctx, target);
	return VCPU_RUN;
}

static enum vcpu_next realm_affinity_info(struct vcpu *caller, uint64_t mpidr)
{
	struct vcpu *target;

	return psci_complete(caller, mpidr, &target) ? VCPU_RUN : VCPU_STOP;
}

static enum vcpu_next realm_cpu_off(struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;
	bool again;

	vgic_cpu_reset(vcpu);
	spinlock_acquire(&domain->lock);
	again = vcpu->on_again;
	vcpu->on_again = false;
	vcpu->restarted = again;
	vcpu->online = again;
	spinlock_release(&domain->lock);
	return again ? VCPU_RUN : VCPU_OFF;
}

/* The vCPU executed and is not off, so a start that was remembered did not
 * start it: forget it. */
void realm_psci_alive(struct vcpu *vcpu)
{
	spinlock_acquire(&vcpu->domain->lock);
	vcpu->on_again = false;
	vcpu->restarted = false;
	spinlock_release(&vcpu->domain->lock);
}

bool realm_psci_is_off(struct vcpu *vcpu, enum vcpu_next *next)
{
	if (!vcpu->restarted)
		return false;
	*next = realm_cpu_off(vcpu);
	return true;
}

enum vcpu_next realm_psci(struct vcpu *vcpu, const struct rmi_rec_exit *exit)
{
	switch (exit->gprs[0]) {
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
		return realm_cpu_on(vcpu, exit->gprs[1]);
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
		return realm_affinity_info(vcpu, exit->gprs[1]);
	case PSCI_CPU_OFF:
		return realm_cpu_off(vcpu);
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		return VCPU_WAIT;
	case PSCI_SYSTEM_OFF:
		return vcpu_system_off(vcpu);
	case PSCI_SYSTEM_RESET:
		return vcpu_system_reset(vcpu);
	default:
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: unknown PSCI exit 0x%llx", vcpu->index,
			    (unsigned long long)exit->gprs[0]);
		return VCPU_STOP;
	}
}
