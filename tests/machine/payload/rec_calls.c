/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of the Realm: RSI, PSCI, changes of RIPAS; HVC and other traps; ID
 * registers. */
#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "lib/dfr0.h"
#include "lib/pstate.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

/* ESR_EL1 of an undefined instruction. */
#define UNDEFINED_ESR ESR_IL
#define HVC_1         0xd4000022 /* the instruction hvc #1 */
#define PSTATE_EL     0xf /* M[3:0]: exception level and stack pointer */

static void check_rsi(struct vcpu *vcpu)
{
	check(vcpu_does(vcpu, GUEST_NOTHING) && result(vcpu, 1) == 0x80000000 &&
		      result(vcpu, 2) == 0xb007,
	      "it is vCPU 0, with the registers that it was given");
	check(vcpu_does(vcpu, GUEST_SMC, RSI_VERSION, RSI_ABI_VERSION_1_0) &&
		      result(vcpu, 0) == RSI_SUCCESS &&
		      result(vcpu, 1) == RSI_ABI_VERSION_1_0 &&
		      result(vcpu, 2) == RSI_ABI_VERSION_1_1,
	      "RSI_VERSION");
	check(vcpu_does(vcpu, GUEST_SMC, 0xc40001ff, 1, 2, 3) &&
		      result(vcpu, 0) == SMCCC_NOT_SUPPORTED &&
		      result(vcpu, 1) == 1 && result(vcpu, 3) == 3,
	      "an unknown call is not supported and changes nothing else");
	check(vcpu_does(vcpu, GUEST_SMC, PSCI_VERSION) &&
		      result(vcpu, 0) == PSCI_VERSION_1_1,
	      "PSCI_VERSION");
	check(vcpu_does(vcpu, GUEST_SMC, RSI_IPA_STATE_GET, VM_BASE, VM_END / 2) &&
		      result(vcpu, 0) == RSI_SUCCESS &&
		      result(vcpu, 2) == RMI_RIPAS_RAM,
	      "RSI_IPA_STATE_GET");
	check(vcpu_does(vcpu, GUEST_SMC, RSI_HOST_CALL, VM_EMPTY) &&
		      result(vcpu, 0) == RSI_ERROR_INPUT,
	      "a host call in EMPTY memory fails");
	check(vcpu_does(vcpu, GUEST_SMC, RSI_MEASUREMENT_EXTEND, 1, 32) &&
		      result(vcpu, 0) == RSI_SUCCESS,
	      "RSI_MEASUREMENT_EXTEND");
}

/* The host serves the first half of the range and rejects the rest. */
static void check_ripas(struct vm *vm, struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t top = VM_CHANGE + 4 * GRANULE;

	vcpu_command(vcpu, GUEST_SMC, RSI_IPA_STATE_SET, VM_CHANGE, top,
		     RMI_RIPAS_RAM);
	check(vcpu_enter(vcpu) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_RIPAS_CHANGE &&
		      exit->ripas_base == VM_CHANGE && exit->ripas_top == top &&
		      exit->ripas_value == RMI_RIPAS_RAM,
	      "a change of RIPAS comes to the host");
	check(rmi_do(RMI_RTT_SET_RIPAS, vm->rd, vcpu->rec, VM_CHANGE,
		     top - 2 * GRANULE) == RMI_SUCCESS,
	      "which serves a part");
	check(vcpu_calls(vcpu) && result(vcpu, 0) == RSI_SUCCESS &&
		      result(vcpu, 1) == top - 2 * GRANULE &&
		      result(vcpu, 2) == RSI_RESPONSE_ACCEPT,
	      "and accepts");
	vcpu_command(vcpu, GUEST_SMC, RSI_IPA_STATE_SET, top - 2 * GRANULE, top,
		     RMI_RIPAS_RAM);
	check(vcpu_enter(vcpu) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_RIPAS_CHANGE,
	      "the rest");
	vcpu->run->enter.flags = RMI_REC_ENTER_RIPAS_REJECT;
	check(vcpu_calls(vcpu) && result(vcpu, 1) == top - 2 * GRANULE &&
		      result(vcpu, 2) == RSI_RESPONSE_REJECT,
	      "is rejected");
}

static void check_psci(struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;

	vcpu_command(vcpu, GUEST_SMC, PSCI_CPU_SUSPEND_64);
	check(vcpu_enter(vcpu) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_PSCI &&
		      exit->gprs[0] == PSCI_CPU_SUSPEND_64,
	      "CPU_SUSPEND comes to the host");
	check(vcpu_calls(vcpu) && result(vcpu, 0) == PSCI_SUCCESS,
	      "and goes on");
}

/* Only WFI is tried, since QEMU does not trap WFE. */
static bool wfi_traps(struct vcpu *vcpu)
{
	vcpu_command(vcpu, GUEST_DO, DO_WFI);
	vcpu->run->enter.flags = RMI_REC_ENTER_TRAP_WFI;
	return vcpu_exits_sync(vcpu, ESR_EC_WFX) &&
	       vcpu->run->exit.esr == (uint64_t)ESR_EC_WFX << 26 &&
	       vcpu_calls(vcpu);
}

static void check_traps(struct vcpu *vcpu)
{
	check(wfi_traps(vcpu), "WFI traps");
	check(vcpu_does(vcpu, GUEST_DO, DO_HVC) &&
		      result(vcpu, GUEST_FAULTS) == 1 &&
		      result(vcpu, GUEST_FAULT_ESR) == UNDEFINED_ESR &&
		      *(const uint32_t *)result(vcpu, GUEST_FAULT_ELR) == HVC_1 &&
		      (result(vcpu, GUEST_FAULT_SPSR) &
		       (PSTATE_DAIF | PSTATE_EL)) == PSTATE_EL1H_MASKED,
	      "HVC is undefined, where it is");
	check(vcpu_does(vcpu, GUEST_DO, DO_SVE) &&
		      result(vcpu, GUEST_FAULT_ESR) == UNDEFINED_ESR,
	      "SVE is undefined");
	vcpu_command(vcpu, GUEST_DO, DO_SGI, 0x1000001);
	check(vcpu_exits_sync(vcpu, ESR_EC_SYSREG) &&
		      vcpu->run->exit.gprs[0] == 0x1000001 &&
		      BITS_GET(vcpu->run->exit.esr, ESR_SYS_RT) == 0,
	      "an SGI comes to the host");
	check(vcpu_calls(vcpu), "and is done");
}

static uint64_t guest_sysreg(struct vcpu *vcpu, enum guest_sysreg which)
{
	if (!vcpu_does(vcpu, GUEST_SYSREG, which) ||
	    result(vcpu, GUEST_FAULTS) != 0)
		return UINT64_MAX;
	return result(vcpu, 0);
}

static bool all_zero(struct vcpu *vcpu)
{
	static const uint8_t zero[] = { SYS_ZFR0, SYS_SMFR0, SYS_ERRIDR,
					SYS_PMCR, SYS_SMPRI, SYS_TPIDR2 };
	bool good = true;

	for (unsigned i = 0; i < sizeof(zero); i++)
		good = good && guest_sysreg(vcpu, zero[i]) == 0;
	return good;
}

/* The ID registers are those of QEMU's CPU, less what Realms do not get. */
static void check_id(struct vcpu *vcpu)
{
	check(guest_sysreg(vcpu, SYS_PFR0) == 0x1301000001110011,
	      "ID_AA64PFR0_EL1 has neither SVE, RAS nor EL2");
	check(guest_sysreg(vcpu, SYS_PFR1) == 0x21,
	      "ID_AA64PFR1_EL1 has neither SME, MTE nor NMI");
	check(guest_sysreg(vcpu, SYS_DFR0) ==
		      dfr0_guest(VM_BREAKPOINTS - 1, VM_WATCHPOINTS - 1),
	      "ID_AA64DFR0_EL1 has the Realm's breakpoints and no counters");
	check((guest_sysreg(vcpu, SYS_MMFR0) & 0xf000000f) == 5,
	      "ID_AA64MMFR0_EL1 has 48 bits");
	check(guest_sysreg(vcpu, SYS_ISAR0) == sysreg_read(ID_AA64ISAR0_EL1),
	      "ID_AA64ISAR0_EL1 is the CPU's");
	check(guest_sysreg(vcpu, SYS_MIDR) == sysreg_read(MIDR_EL1),
	      "MIDR_EL1 too");
	check(all_zero(vcpu), "what is hidden reads as zero");
	check(guest_sysreg(vcpu, SYS_OSLSR) == 0xa &&
		      guest_sysreg(vcpu, SYS_MDSCR) == 0x1000,
	      "the OS lock is there, and locked");
	check(vcpu_does(vcpu, GUEST_SYSREG, SYS_MPAM) &&
		      result(vcpu, GUEST_FAULTS) == 1 &&
		      vcpu_does(vcpu, GUEST_SYSREG, SYS_BRBCR) &&
		      result(vcpu, GUEST_FAULTS) == 1,
	      "some is undefined");
}

void check_calls(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];

	check_rsi(vcpu);
	check_ripas(vm, vcpu);
	check_psci(vcpu);
	check_traps(vcpu);
	check_id(vcpu);
}
