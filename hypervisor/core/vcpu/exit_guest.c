/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers the traps of an ordinary guest's vCPU. */
#include "abi/bits.h"
#include "abi/guest_call.h"
#include "abi/smccc.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/io/bus.h"
#include "hypervisor/core/vcpu/guest_id.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/esr.h"

#define REG_ZERO 31 /* the number of XZR in syndromes */

/* HVC and SMC: the immediate of the instruction. SMCCC calls have 0. */
#define ESR_IMM_SHIFT 0
#define ESR_IMM_WIDTH 16

/* Exception classes of instructions that are hidden from the guest, beside
 * those in lib/esr.h. */
#define EC_PAUTH      0x09
#define EC_PAUTH_FAIL 0x1c

static uint64_t gpr_read(const struct vcpu *vcpu, uint64_t number)
{
	return number == REG_ZERO ? 0 : vcpu->regs.gprs[number];
}

static void gpr_write(struct vcpu *vcpu, uint64_t number, uint64_t value)
{
	if (number != REG_ZERO)
		vcpu->regs.gprs[number] = value;
}

/* Returns what a load puts into its register: the value, sign-extended and cut
 * as the syndrome says. */
static uint64_t loaded_value_extend(uint64_t value, unsigned size, uint64_t esr)
{
	unsigned unused = 64 - 8 * size;

	if ((esr & ESR_SSE) != 0)
		value = (uint64_t)((int64_t)(value << unused) >> unused);
	return (esr & ESR_SF) != 0 ? value : (uint32_t)value;
}

static enum vcpu_next guest_mmio_emulate(struct vcpu *vcpu, ipa_t ipa,
					 uint64_t esr)
{
	uint64_t number = BITS_GET(esr, ESR_SRT);
	struct bus_access access = {
		.ipa = ipa,
		.size = 1U << BITS_GET(esr, ESR_SAS),
		.write = (esr & ESR_WNR) != 0,
		.value = gpr_read(vcpu, number),
	};
	enum bus_result result = BUS_NONE;

	vcpu->exits[CONTROL_EXIT_MMIO]++;
	if ((esr & ESR_ISV) != 0)
		result = bus_access(vcpu, &access);
	if (result == BUS_LATER) /* the instruction is executed again */
		return VCPU_YIELD;
	if (result != BUS_DONE)
		return VCPU_ABORT;
	if (!access.write)
		gpr_write(vcpu, number,
			  loaded_value_extend(access.value, access.size, esr));
	vcpu_skip(vcpu);
	return VCPU_RUN;
}

static enum vcpu_next guest_fault_resolve(struct vcpu *vcpu, ipa_t ipa)
{
	vcpu->exits[CONTROL_EXIT_FAULT]++;
	switch (memory_guest_fault(vcpu->domain, ipa)) {
	case MEMORY_READY:
		return VCPU_RUN;
	case MEMORY_NONE:
		return VCPU_ABORT;
	default:
		return VCPU_STOP;
	}
}

/*
 * Handles an abort that is no translation fault. The guest gets its external
 * aborts itself; any other kind is impossible for its RAM, and ends the domain.
 */
static enum vcpu_next guest_abort_judge(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[CONTROL_EXIT_OTHER]++;
	if ((BITS_GET(esr, ESR_FSC) & ESR_FSC_EXTERNAL) != 0)
		return VCPU_ABORT;
	domain_stop(vcpu->domain, CONTROL_CRASH,
		    "vCPU %u: abort with syndrome 0x%llx at 0x%llx", vcpu->index,
		    (unsigned long long)esr, (unsigned long long)vcpu->regs.pc);
	return VCPU_STOP;
}

static enum vcpu_next guest_data_abort_handle(struct vcpu *vcpu,
					      const struct vcpu_trap *trap)
{
	ipa_t ipa = exit_ipa(trap->hpfar, trap->far);
	bool device = bus_has_device(vcpu->domain, ipa);

	if (!exit_is_translation_fault(trap->esr) &&
	    !(device && esr_is_permission_fault(trap->esr)))
		return guest_abort_judge(vcpu, trap->esr);
	if (device && exit_shows(vcpu, trap->esr, ipa))
		return VCPU_RUN;
	if (device)
		return guest_mmio_emulate(vcpu, ipa, trap->esr);
	return guest_fault_resolve(vcpu, ipa);
}

/* Only memory with registers is not executable. */
static enum vcpu_next guest_fetch_abort_handle(struct vcpu *vcpu,
					       const struct vcpu_trap *trap)
{
	if (esr_is_permission_fault(trap->esr)) {
		vcpu->exits[CONTROL_EXIT_OTHER]++;
		return VCPU_ABORT;
	}
	if (!exit_is_translation_fault(trap->esr))
		return guest_abort_judge(vcpu, trap->esr);
	return guest_fault_resolve(vcpu, exit_ipa(trap->hpfar, trap->far));
}

/* Serves an access to a debug register. Returns DEBUG_OTHER if it is none. */
static enum debug_result guest_debug_emulate(struct vcpu *vcpu, uint64_t esr)
{
	const struct domain_ops *ops = vcpu->domain->ops;
	uint64_t number = BITS_GET(esr, ESR_SYS_RT);
	uint64_t value = gpr_read(vcpu, number);
	struct debug_counts counts =
		debug_counts(ops->id_read(ops->ctx, GUEST_ID_DFR0));
	enum debug_result result =
		debug_access(&vcpu->debug, counts, esr, &value);

	if (result == DEBUG_WRITTEN)
		vcpu->debug_changed = true;
	if (result == DEBUG_DONE && (esr & ESR_SYS_READ) != 0)
		gpr_write(vcpu, number, value);
	return result;
}

static enum vcpu_next guest_sysreg_emulate(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t number = BITS_GET(esr, ESR_SYS_RT);
	enum exit_sysreg what = exit_sysreg(esr);
	enum debug_result debug = guest_debug_emulate(vcpu, esr);

	vcpu->exits[CONTROL_EXIT_SYSREG]++;
	if (debug == DEBUG_UNDEFINED)
		return VCPU_UNDEF;
	if (debug != DEBUG_OTHER) {
		vcpu_skip(vcpu);
		return VCPU_RUN;
	}
	if (what == EXIT_SYSREG_UNKNOWN)
		return VCPU_UNDEF;
	if (what == EXIT_SGI)
		vgic_sgi(vcpu, gpr_read(vcpu, number));
	else if ((esr & ESR_SYS_READ) != 0)
		gpr_write(vcpu, number, 0);
	vcpu_skip(vcpu);
	return VCPU_RUN;
}

/* Answers HVC and SMC. After an HVC the PC is already behind the instruction;
 * after a trapped SMC it is not. */
static enum vcpu_next guest_call_answer(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[CONTROL_EXIT_PSCI]++;
	if (BITS_GET(esr, ESR_EC) == ESR_EC_SMC64)
		vcpu_skip(vcpu);
	if (BITS_GET(esr, ESR_EC) == ESR_EC_HVC64 &&
	    BITS_GET(esr, ESR_IMM) == GUEST_CALL_CRASH)
		return vcpu_crashed(vcpu);
	if (BITS_GET(esr, ESR_IMM) != 0) {
		vcpu->regs.gprs[0] = SMCCC_NOT_SUPPORTED;
		return VCPU_RUN;
	}
	return vpsci_call(vcpu);
}

static enum vcpu_next guest_wfx_handle(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[CONTROL_EXIT_WFX]++;
	vcpu_skip(vcpu);
	return exit_wfx(esr);
}

static enum vcpu_next guest_exception_judge(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[CONTROL_EXIT_OTHER]++;
	switch (BITS_GET(esr, ESR_EC)) {
	case ESR_EC_UNKNOWN:
	case ESR_EC_FP:
	case EC_PAUTH:
	case ESR_EC_LS64:
	case ESR_EC_SYSREG128:
	case ESR_EC_SVE:
	case ESR_EC_ERET:
	case EC_PAUTH_FAIL:
	case ESR_EC_SME:
	case ESR_EC_GCS:
		return VCPU_UNDEF;
	default:
		domain_stop(vcpu->domain, CONTROL_CRASH,
			    "vCPU %u: exception with syndrome 0x%llx at 0x%llx",
			    vcpu->index, (unsigned long long)esr,
			    (unsigned long long)vcpu->regs.pc);
		return VCPU_STOP;
	}
}

static enum vcpu_next guest_exit_dispatch(struct vcpu *vcpu,
					  const struct vcpu_trap *trap)
{
	switch (BITS_GET(trap->esr, ESR_EC)) {
	case ESR_EC_DATA_LOWER:
		return guest_data_abort_handle(vcpu, trap);
	case ESR_EC_INST_LOWER:
		return guest_fetch_abort_handle(vcpu, trap);
	case ESR_EC_HVC64:
	case ESR_EC_SMC64:
		return guest_call_answer(vcpu, trap->esr);
	case ESR_EC_WFX:
		return guest_wfx_handle(vcpu, trap->esr);
	case ESR_EC_SYSREG:
		return guest_sysreg_emulate(vcpu, trap->esr);
	default:
		return guest_exception_judge(vcpu, trap->esr);
	}
}

enum vcpu_next vcpu_exit_guest(struct vcpu *vcpu, const struct vcpu_trap *trap)
{
	enum vcpu_next next = guest_exit_dispatch(vcpu, trap);

	return vcpu_has_ended(vcpu) ? VCPU_STOP : next;
}
