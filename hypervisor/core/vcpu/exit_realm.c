/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers the exits of a Realm's vCPU (docs/rmi.md, Realm exits), and fills
 * what its next entry brings. The RMM decides what the hypervisor may see of an
 * exit. The hypervisor does what is asked, or stops the domain and says why.
 */
#include <string.h>

#include "abi/bits.h"
#include "abi/guest_call.h"
#include "abi/psci.h"
#include "abi/smccc.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/io/bus.h"
#include "hypervisor/core/rmi/rmi_names.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/esr.h"

/*
 * How many exits in a row, without a cause that the hypervisor can remove, end
 * the domain. The RMM has the same instruction executed again after each
 * (docs/rmi.md, Exit fields by reason).
 */
#define STUCK_MAX 16

/*
 * The longest time for which entries are refused in a row before the vCPU is
 * given up. A Realm that turned itself off refuses all its vCPUs until the
 * hypervisor handles the exit of the vCPU that did it. An RMM may be busy while
 * it zeroes or hashes memory. A number of tries would not do: on an idle core
 * they are over in a few milliseconds.
 */
#define REFUSED_NS UINT64_C(10000000000)

static enum vcpu_next realm_stuck_count(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[CONTROL_EXIT_OTHER]++;
	if (++vcpu->stuck < STUCK_MAX)
		return VCPU_RUN;
	domain_stop(vcpu->domain, CONTROL_CRASH,
		    "vCPU %u is stuck: exits with syndrome 0x%llx", vcpu->index,
		    (unsigned long long)esr);
	return VCPU_STOP;
}

/*
 * Copies the timers of an exit. An entry that ended early, before the vCPU ran,
 * has four zeros instead (docs/rmi.md, Exit fields by reason): the timers then
 * stay as they are.
 */
static void realm_timers_read(struct vcpu *vcpu, const struct rmi_rec_exit *exit)
{
	if (exit->exit_reason == RMI_EXIT_SYNC &&
	    (exit->cntv_ctl | exit->cntv_cval | exit->cntp_ctl |
	     exit->cntp_cval) == 0)
		return;
	vcpu->virt = (struct vcpu_timer){ exit->cntv_ctl, exit->cntv_cval };
	vcpu->phys = (struct vcpu_timer){ exit->cntp_ctl, exit->cntp_cval };
}

static enum vcpu_next realm_mmio_emulate(struct vcpu *vcpu,
					 const struct rmi_rec_exit *exit,
					 struct rmi_rec_enter *enter)
{
	struct bus_access access = {
		.ipa = bus_ipa(vcpu->domain, exit_ipa(exit->hpfar, exit->far)),
		.size = 1U << BITS_GET(exit->esr, ESR_SAS),
		.write = (exit->esr & ESR_WNR) != 0,
		.value = exit->gprs[0],
	};
	enum bus_result result = BUS_NONE;

	vcpu->exits[CONTROL_EXIT_MMIO]++;
	if ((exit->esr & ESR_ISV) != 0)
		result = bus_access(vcpu, &access);
	switch (result) {
	case BUS_DONE:
		enter->flags = RMI_REC_ENTER_EMUL_MMIO;
		enter->gprs[0] = access.write ? 0 : access.value;
		return VCPU_RUN;
	case BUS_LATER: /* without a flag the RMM has it executed again */
		return VCPU_YIELD;
	default:
		enter->flags = RMI_REC_ENTER_INJECT_SEA;
		return VCPU_RUN;
	}
}

static enum vcpu_next realm_shared_fault_resolve(struct vcpu *vcpu, ipa_t ipa,
						 struct rmi_rec_enter *enter)
{
	vcpu->exits[CONTROL_EXIT_FAULT]++;
	switch (memory_realm_fault(vcpu->domain, ipa)) {
	case MEMORY_READY:
		return VCPU_RUN;
	case MEMORY_NONE:
		enter->flags = RMI_REC_ENTER_INJECT_SEA;
		return VCPU_RUN;
	default:
		return VCPU_STOP;
	}
}

static enum vcpu_next realm_protected_fault_resolve(struct vcpu *vcpu, ipa_t ipa)
{
	vcpu->exits[CONTROL_EXIT_FAULT]++;
	switch (memory_realm_fault(vcpu->domain, ipa)) {
	case MEMORY_READY:
		return VCPU_RUN;
	case MEMORY_NONE:
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: no memory at the protected address 0x%llx",
			    vcpu->index, (unsigned long long)ipa.value);
		return VCPU_STOP;
	default:
		return VCPU_STOP;
	}
}

static enum vcpu_next realm_data_abort_handle(struct vcpu *vcpu,
					      const struct rmi_rec_exit *exit,
					      struct rmi_rec_enter *enter)
{
	struct domain *domain = vcpu->domain;
	ipa_t ipa = exit_ipa(exit->hpfar, exit->far);
	bool device = bus_unprotected(domain, ipa) &&
		      bus_has_device(domain, bus_ipa(domain, ipa));

	if (!exit_is_translation_fault(exit->esr) &&
	    !(device && esr_is_permission_fault(exit->esr)))
		return realm_stuck_count(vcpu, exit->esr);
	vcpu->stuck = 0;
	if (device && exit_shows(vcpu, exit->esr, bus_ipa(domain, ipa)))
		return VCPU_RUN;
	if (device)
		return realm_mmio_emulate(vcpu, exit, enter);
	if (!bus_unprotected(domain, ipa))
		return realm_protected_fault_resolve(vcpu, ipa);
	return realm_shared_fault_resolve(vcpu, ipa, enter);
}

/*
 * Handles an instruction abort, which is in the protected half: fetches from
 * the shared half never come to the hypervisor (docs/rmi.md, Stage 2 aborts).
 */
static enum vcpu_next realm_fetch_abort_handle(struct vcpu *vcpu,
					       const struct rmi_rec_exit *exit)
{
	if (!exit_is_translation_fault(exit->esr))
		return realm_stuck_count(vcpu, exit->esr);
	vcpu->stuck = 0;
	return realm_protected_fault_resolve(vcpu,
					     exit_ipa(exit->hpfar, exit->far));
}

/* Handles a trapped system register. A read gets the zero that *enter holds
 * already. */
static enum vcpu_next realm_sysreg_emulate(struct vcpu *vcpu,
					   const struct rmi_rec_exit *exit)
{
	vcpu->stuck = 0;
	vcpu->exits[CONTROL_EXIT_SYSREG]++;
	if (exit_sysreg(exit->esr) == EXIT_SGI)
		vgic_sgi(vcpu, exit->gprs[0]);
	return VCPU_RUN;
}

static enum vcpu_next realm_sync_dispatch(struct vcpu *vcpu,
					  const struct rmi_rec_exit *exit,
					  struct rmi_rec_enter *enter)
{
	switch (BITS_GET(exit->esr, ESR_EC)) {
	case ESR_EC_DATA_LOWER:
		return realm_data_abort_handle(vcpu, exit, enter);
	case ESR_EC_INST_LOWER:
		return realm_fetch_abort_handle(vcpu, exit);
	case ESR_EC_WFX:
		vcpu->stuck = 0;
		vcpu->exits[CONTROL_EXIT_WFX]++;
		return exit_wfx(exit->esr);
	case ESR_EC_SYSREG:
		return realm_sysreg_emulate(vcpu, exit);
	default:
		return realm_stuck_count(vcpu, exit->esr);
	}
}

static enum vcpu_next realm_ripas_change_answer(struct vcpu *vcpu,
						const struct rmi_rec_exit *exit,
						struct rmi_rec_enter *enter)
{
	vcpu->exits[CONTROL_EXIT_RIPAS]++;
	switch (memory_ripas_change(
		vcpu->domain, vcpu, ipa_make(exit->ripas_base),
		ipa_make(exit->ripas_top), exit->ripas_value)) {
	case MEMORY_CHANGED:
		return VCPU_RUN;
	case MEMORY_LATER: /* the Realm sees no progress, and asks again */
		return VCPU_YIELD;
	default:
		enter->flags = RMI_REC_ENTER_RIPAS_REJECT;
		return VCPU_RUN;
	}
}

static enum vcpu_next realm_host_call_answer(struct vcpu *vcpu,
					     const struct rmi_rec_exit *exit,
					     struct rmi_rec_enter *enter)
{
	vcpu->exits[CONTROL_EXIT_HOST_CALL]++;
	if ((uint16_t)exit->imm == GUEST_CALL_CRASH)
		return vcpu_crashed(vcpu);
	enter->gprs[0] = SMCCC_NOT_SUPPORTED;
	return VCPU_RUN;
}

static enum vcpu_next realm_exit_unexpected(struct vcpu *vcpu,
					    const struct rmi_rec_exit *exit)
{
	vcpu->exits[CONTROL_EXIT_OTHER]++;
	if (exit->exit_reason == RMI_EXIT_SERROR) {
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: SError with syndrome 0x%llx", vcpu->index,
			    (unsigned long long)exit->esr);
	} else {
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: unknown exit reason %llu", vcpu->index,
			    (unsigned long long)exit->exit_reason);
	}
	return VCPU_STOP;
}

static enum vcpu_next realm_exit_dispatch(struct vcpu *vcpu,
					  const struct rmi_rec_exit *exit,
					  struct rmi_rec_enter *enter)
{
	switch (exit->exit_reason) {
	case RMI_EXIT_SYNC:
		return realm_sync_dispatch(vcpu, exit, enter);
	case RMI_EXIT_IRQ:
	case RMI_EXIT_FIQ:
		vcpu->exits[CONTROL_EXIT_IRQ]++;
		return VCPU_RUN;
	case RMI_EXIT_PSCI:
		vcpu->exits[CONTROL_EXIT_PSCI]++;
		return realm_psci(vcpu, exit);
	case RMI_EXIT_RIPAS_CHANGE:
		return realm_ripas_change_answer(vcpu, exit, enter);
	case RMI_EXIT_HOST_CALL:
		return realm_host_call_answer(vcpu, exit, enter);
	default:
		return realm_exit_unexpected(vcpu, exit);
	}
}

static bool exit_turns_off(const struct rmi_rec_exit *exit)
{
	return exit->exit_reason == RMI_EXIT_PSCI &&
	       exit->gprs[0] == PSCI_CPU_OFF;
}

enum vcpu_next vcpu_exit_realm(struct vcpu *vcpu,
			       const struct rmi_rec_exit *exit,
			       struct rmi_rec_enter *enter)
{
	enum vcpu_next next;

	enter->flags = 0;
	memset(enter->gprs, 0, sizeof(enter->gprs));
	realm_timers_read(vcpu, exit);
	vcpu->refused = false;
	if (exit->exit_reason != RMI_EXIT_SYNC &&
	    exit->exit_reason != RMI_EXIT_IRQ &&
	    exit->exit_reason != RMI_EXIT_FIQ)
		vcpu->stuck = 0;
	if (!exit_turns_off(exit))
		realm_psci_alive(vcpu);
	next = realm_exit_dispatch(vcpu, exit, enter);
	return vcpu_has_ended(vcpu) ? VCPU_STOP : next;
}

/* Notes a refusal. Returns true if entries have been refused for too long. A
 * long time without any attempt, in which the domain was paused, does not
 * count. */
static bool is_refused_for_long(struct vcpu *vcpu)
{
	const struct domain_ops *ops = vcpu->domain->ops;
	uint64_t now = ops->now_ns(ops->ctx);

	if (!vcpu->refused || now - vcpu->refused_last >= REFUSED_NS)
		vcpu->refused_since = now;
	vcpu->refused = true;
	vcpu->refused_last = now;
	return now - vcpu->refused_since >= REFUSED_NS;
}

enum vcpu_next vcpu_enter_refused(struct vcpu *vcpu, uint64_t x0)
{
	unsigned status = (unsigned)BITS_GET(x0, RMI_RETURN_STATUS);
	enum vcpu_next next;

	if (vcpu_has_ended(vcpu))
		return VCPU_STOP;
	if (status == RMI_ERROR_REC && realm_psci_is_off(vcpu, &next))
		return next;
	if ((status == RMI_ERROR_REALM || status == RMI_BUSY ||
	     status == RMI_BLOCKED) &&
	    !is_refused_for_long(vcpu))
		return VCPU_YIELD;
	domain_stop(vcpu->domain, CONTROL_CRASH,
		    "vCPU %u: RMI_REC_ENTER was refused: %s", vcpu->index,
		    rmi_status_name(status));
	return VCPU_STOP;
}
