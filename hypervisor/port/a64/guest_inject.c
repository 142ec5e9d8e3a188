/* SPDX-License-Identifier: BSD-3-Clause */
/* Injects an exception into EL1 of an ordinary guest. */
#include "abi/bits.h"
#include "hypervisor/port/a64/guest.h"
#include "lib/a64.h"
#include "lib/esr.h"
#include "lib/pstate.h"

/* The PSTATE fields that an exception does not change. */
#define PSTATE_KEPT ((uint64_t)(PSTATE_NZCV | PSTATE_DIT | PSTATE_PAN))

#define SCTLR_SPAN  (UINT64_C(1) << 23)
#define SCTLR_DSSBS (UINT64_C(1) << 44)
#define EC_SAME_EL  1 /* added to the class of an abort from a lower EL */

/* Groups of vectors, from VBAR_EL1, by where the exception comes from. */
#define VECTORS_EL1T    0x000
#define VECTORS_EL1H    0x200
#define VECTORS_EL0     0x400
#define VECTORS_EL0_A32 0x600

static bool is_at_el1(uint64_t pstate)
{
	uint64_t mode = BITS_GET(pstate, PSTATE_MODE);

	return mode == PSTATE_EL1T || mode == PSTATE_EL1H;
}

/* Returns where, from VBAR_EL1, the vector of a synchronous exception is. */
static uint64_t vector_offset(uint64_t pstate)
{
	switch (BITS_GET(pstate, PSTATE_MODE)) {
	case PSTATE_EL1T:
		return VECTORS_EL1T;
	case PSTATE_EL1H:
		return VECTORS_EL1H;
	default:
		if ((pstate & PSTATE_A32) != 0)
			return VECTORS_EL0_A32;
		return VECTORS_EL0;
	}
}

static uint64_t pstate_taken(uint64_t pstate)
{
	uint64_t sctlr = sysreg_read(sctlr_el1);

	return (pstate & PSTATE_KEPT) | PSTATE_DAIF | PSTATE_EL1H |
	       ((sctlr & SCTLR_SPAN) == 0 ? PSTATE_PAN : 0) |
	       ((sctlr & SCTLR_DSSBS) != 0 ? PSTATE_SSBS : 0);
}

/* Returns the syndrome of an external abort in place of the trap's stage 2
 * fault. */
static uint64_t abort_syndrome(const struct vcpu_trap *trap, uint64_t pstate)
{
	uint64_t class = BITS_GET(trap->esr, ESR_EC);

	if (is_at_el1(pstate))
		class += EC_SAME_EL;
	return BITS_PUT(ESR_EC, class) | ESR_IL |
	       (trap->esr & (ESR_CM | ESR_WNR)) | ESR_EA | ESR_FSC_EXTERNAL;
}

void guest_inject(struct vcpu *vcpu, enum vcpu_next what,
		  const struct vcpu_trap *trap)
{
	struct vcpu_regs *regs = &vcpu->regs;
	uint64_t esr = BITS_PUT(ESR_EC, ESR_EC_UNKNOWN) | ESR_IL;

	if (what == VCPU_ABORT) {
		esr = abort_syndrome(trap, regs->pstate);
		sysreg_write(far_el1, trap->far);
	}
	sysreg_write(esr_el1, esr);
	sysreg_write(elr_el1, regs->pc);
	sysreg_write(spsr_el1, regs->pstate);
	regs->pc = sysreg_read(vbar_el1) + vector_offset(regs->pstate);
	regs->pstate = pstate_taken(regs->pstate);
}
