/* SPDX-License-Identifier: BSD-3-Clause */
/* PSCI 1.1 (Arm DEN0022) and SMCCC's own calls, for ordinary guests. */
#include "abi/guest_map.h"
#include "abi/psci.h"
#include "abi/smccc.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/vcpu/guest_id.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/pstate.h"
#include "lib/workaround.h"

#define INSTRUCTION_SIZE 4

/* Returns an argument of the call: those of a 32-bit call are 32 bits wide. */
static uint64_t vpsci_argument(const struct vcpu *vcpu, unsigned number)
{
	uint64_t value = vcpu->regs.gprs[number];

	return (vcpu->regs.gprs[0] & SMCCC_FID_64) != 0 ? value
							: (uint32_t)value;
}

static bool vpsci_entry_is_valid(const struct domain *domain, uint64_t entry)
{
	return entry >= GUEST_RAM0_BASE &&
	       entry - GUEST_RAM0_BASE < domain->ram_size &&
	       entry % INSTRUCTION_SIZE == 0;
}

/* Turns a vCPU on. Returns false if it is on already. */
static bool vpsci_turn_on(struct vcpu *target, uint64_t entry, uint64_t context)
{
	struct domain *domain = target->domain;
	bool was_on;

	spinlock_acquire(&domain->lock);
	was_on = target->online;
	if (!was_on) {
		target->regs = (struct vcpu_regs){
			.gprs = { context },
			.pc = entry,
			.pstate = PSTATE_EL1H_MASKED,
		};
		target->virt = (struct vcpu_timer){ 0 };
		target->phys = (struct vcpu_timer){ 0 };
		debug_reset(&target->debug);
		target->reset = true;
		target->online = true;
	}
	spinlock_release(&domain->lock);
	return !was_on;
}

static int64_t vpsci_cpu_on(struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;
	struct vcpu *target = vcpu_at_affinity(domain, vpsci_argument(vcpu, 1));
	uint64_t entry = vpsci_argument(vcpu, 2);

	if (target == NULL)
		return PSCI_INVALID_PARAMETERS;
	if (!vpsci_entry_is_valid(domain, entry))
		return PSCI_INVALID_ADDRESS;
	if (!vpsci_turn_on(target, entry, vpsci_argument(vcpu, 3)))
		return PSCI_ALREADY_ON;
	domain->ops->vcpu_kick(domain->ops->ctx, target);
	return PSCI_SUCCESS;
}

static enum vcpu_next vpsci_cpu_off(struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;

	vgic_cpu_reset(vcpu);
	spinlock_acquire(&domain->lock);
	vcpu->online = false;
	spinlock_release(&domain->lock);
	return VCPU_OFF;
}

static int64_t vpsci_affinity_info(struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;
	const struct vcpu *target =
		vcpu_at_affinity(domain, vpsci_argument(vcpu, 1));
	bool online;

	/* The affinity level must be 0: a single vCPU, no cluster. */
	if (target == NULL || vpsci_argument(vcpu, 2) != 0)
		return PSCI_INVALID_PARAMETERS;
	spinlock_acquire(&domain->lock);
	online = target->online;
	spinlock_release(&domain->lock);
	return online ? PSCI_AFFINITY_ON : PSCI_AFFINITY_OFF;
}

static int64_t vpsci_features(uint64_t fid)
{
	switch (fid) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
	case SMCCC_VERSION_FID:
		return PSCI_SUCCESS;
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

static int64_t vpsci_arch_features(const struct vcpu *vcpu, uint64_t fid)
{
	const struct domain_ops *ops = vcpu->domain->ops;

	if (fid == SMCCC_VERSION_FID || fid == SMCCC_ARCH_FEATURES_FID)
		return SMCCC_SUCCESS;
	return workaround_features(fid, ops->id_read(ops->ctx, GUEST_ID_PFR0));
}

/* A workaround that is not required does nothing. */
static int64_t vpsci_workaround(const struct vcpu *vcpu, uint64_t fid)
{
	return vpsci_arch_features(vcpu, fid) == SMCCC_NOT_REQUIRED
		       ? SMCCC_SUCCESS
		       : PSCI_NOT_SUPPORTED;
}

/* Returns the result of a call that does not change how the caller goes on. */
static int64_t vpsci_result(struct vcpu *vcpu, uint64_t fid)
{
	switch (fid) {
	case SMCCC_VERSION_FID:
		return SMCCC_VERSION_1_2;
	case SMCCC_ARCH_FEATURES_FID:
		return vpsci_arch_features(vcpu, vpsci_argument(vcpu, 1));
	case SMCCC_WORKAROUND_1_FID:
	case SMCCC_WORKAROUND_3_FID:
		return vpsci_workaround(vcpu, fid);
	case PSCI_VERSION:
		return PSCI_VERSION_1_1;
	case PSCI_FEATURES:
		return vpsci_features(vpsci_argument(vcpu, 1));
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
		return vpsci_cpu_on(vcpu);
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
		return vpsci_affinity_info(vcpu);
	case PSCI_MIGRATE_INFO_TYPE:
		return PSCI_MIGRATE_NOT_NEEDED;
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

enum vcpu_next vpsci_call(struct vcpu *vcpu)
{
	uint64_t *gprs = vcpu->regs.gprs;
	uint64_t fid = (uint32_t)gprs[0] & ~(uint32_t)SMCCC_SVE_HINT;

	switch (fid) {
	case PSCI_CPU_OFF:
		return vpsci_cpu_off(vcpu);
	case PSCI_SYSTEM_OFF:
		return vcpu_system_off(vcpu);
	case PSCI_SYSTEM_RESET:
		return vcpu_system_reset(vcpu);
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		/* Every power state keeps the context, so suspending is
		 * waiting. */
		gprs[0] = PSCI_SUCCESS;
		return VCPU_WAIT;
	default:
		gprs[0] = (uint64_t)vpsci_result(vcpu, fid);
		return VCPU_RUN;
	}
}
