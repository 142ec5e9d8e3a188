/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong answers to requests of a Realm: RIPAS changes, PSCI calls, host calls.
 */
#include <string.h>

#include "abi/guest_map.h"
#include "abi/psci.h"
#include "hypervisor/attack/attack_internal.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"

#define JUNK UINT64_C(0x4a554e4b4a554e4b)

static bool attack_is_psci(enum control_attack_kind what)
{
	return what >= CONTROL_ATTACK_PSCI_SELF &&
	       what <= CONTROL_ATTACK_PSCI_ENTER;
}

bool attack_exit_fits(enum control_attack_kind what,
		      const struct rmi_rec_exit *exit)
{
	if (what >= CONTROL_ATTACK_RIPAS_REJECT &&
	    what <= CONTROL_ATTACK_RIPAS_RD)
		return exit->exit_reason == RMI_EXIT_RIPAS_CHANGE;
	if (attack_is_psci(what)) {
		return exit->exit_reason == RMI_EXIT_PSCI &&
		       exit->gprs[0] == PSCI_AFFINITY_INFO_64;
	}
	return what == CONTROL_ATTACK_HOST_CALL &&
	       exit->exit_reason == RMI_EXIT_HOST_CALL;
}

/* ---- RTT_SET_RIPAS ---- */

/* Returns false if there is no other vCPU or no other Realm. */
static bool ripas_command(enum control_attack_kind what, const struct vcpu *vcpu,
			  const struct rmi_rec_exit *exit,
			  struct attack_command *command)
{
	const struct domain *domain = vcpu->domain;
	unsigned next = (vcpu->index + 1) % domain->vcpu_count;
	pa_t rd, rec;

	*command = (struct attack_command){ RMI_RTT_SET_RIPAS,
					    { domain->realm.rd.base.value,
					      vcpu->rec.value, exit->ripas_base,
					      exit->ripas_top } };
	switch (what) {
	case CONTROL_ATTACK_RIPAS_BASE:
		command->args[2] += GUEST_PAGE_SIZE;
		command->args[3] += GUEST_PAGE_SIZE;
		return true;
	case CONTROL_ATTACK_RIPAS_TOP:
		command->args[3] += GUEST_PAGE_SIZE;
		return true;
	case CONTROL_ATTACK_RIPAS_ODD:
		command->args[3] += 8;
		return true;
	case CONTROL_ATTACK_RIPAS_REC:
		command->args[1] = domain->vcpus[next].rec.value;
		return next != vcpu->index;
	default:
		if (!attack_other_realm(domain, &rd, &rec))
			return false;
		command->args[0] = rd.value;
		return true;
	}
}

/* ---- PSCI_COMPLETE ---- */

static bool psci_command(enum control_attack_kind what, const struct vcpu *vcpu,
			 const struct vcpu *target,
			 struct attack_command *command)
{
	pa_t rd, rec;

	*command = (struct attack_command){
		RMI_PSCI_COMPLETE, { vcpu->rec.value, target->rec.value, 0 }
	};
	switch (what) {
	case CONTROL_ATTACK_PSCI_SELF:
		command->args[1] = vcpu->rec.value;
		return true;
	case CONTROL_ATTACK_PSCI_SWAPPED:
		command->args[0] = target->rec.value;
		command->args[1] = vcpu->rec.value;
		return true;
	case CONTROL_ATTACK_PSCI_STATUS:
		command->args[2] = (uint64_t)PSCI_INVALID_PARAMETERS;
		return true;
	case CONTROL_ATTACK_PSCI_DENIED:
		command->args[2] = (uint64_t)PSCI_DENIED;
		return true;
	case CONTROL_ATTACK_PSCI_ENTER:
		*command = (struct attack_command){
			RMI_REC_ENTER, { vcpu->rec.value, vcpu->run.value }
		};
		return true;
	default:
		if (!attack_other_realm(vcpu->domain, &rd, &rec))
			return false;
		command->args[1] = rec.value;
		return true;
	}
}

static void command_attack(enum control_attack_kind what, struct vcpu *vcpu,
			   const struct rmi_rec_exit *exit)
{
	struct domain *domain = vcpu->domain;
	const struct vcpu *target = vcpu_at_affinity(domain, exit->gprs[1]);
	struct attack_command command;

	if (attack_is_psci(what)) {
		if (target == NULL ||
		    !psci_command(what, vcpu, target, &command))
			return;
	} else if (!ripas_command(what, vcpu, exit, &command)) {
		return;
	}
	domain_memory_lock(domain);
	attack_done(attack_of(domain), attack_command(domain, &command));
	domain_memory_unlock(domain);
}

/* ---- Answers that the entry brings ---- */

static void registers_fill(struct rmi_rec_enter *enter)
{
	for (unsigned i = 0; i < RMI_REC_GPRS; i++)
		enter->gprs[i] = JUNK + i;
}

bool attack_exit_answer(enum control_attack_kind what, struct vcpu *vcpu,
			const struct rmi_rec_exit *exit,
			struct rmi_rec_enter *enter)
{
	memset(enter, 0, sizeof(*enter));
	switch (what) {
	case CONTROL_ATTACK_RIPAS_REJECT:
		enter->flags = RMI_REC_ENTER_RIPAS_REJECT;
		return true;
	case CONTROL_ATTACK_RIPAS_IDLE:
		return true;
	case CONTROL_ATTACK_HOST_CALL:
		registers_fill(enter);
		return true;
	default:
		command_attack(what, vcpu, exit);
		return false;
	}
}
