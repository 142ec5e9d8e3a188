/* SPDX-License-Identifier: BSD-3-Clause */
/* The syndromes of exits, for Realms and ordinary guests alike. */
#include "abi/bits.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "lib/esr.h"

/* ESR_EL2 of WFI, WFE, WFIT and WFET: which instruction it was (Arm DDI0487,
 * "ISS for WF*"). */
#define WFX_TI_SHIFT 0
#define WFX_TI_WIDTH 2
#define WFX_TI_WFI   0

#define FAR_PAGE_MASK 0xfff

#define FSC_TRANSLATION       0x04 /* + level 0..3 */
#define FSC_TRANSLATION_MINUS 0x2b /* level -1 */
#define FSC_LEVEL_MASK        0x03

/* The encoding of a register in a syndrome, and masks that select a group of
 * registers. */
#define SYSREG(op0, op1, crn, crm, op2)                                        \
	(BITS_PUT(ESR_SYS_OP0, op0) | BITS_PUT(ESR_SYS_OP1, op1) |             \
	 BITS_PUT(ESR_SYS_CRN, crn) | BITS_PUT(ESR_SYS_CRM, crm) |             \
	 BITS_PUT(ESR_SYS_OP2, op2))
#define SYSREG_ALL  SYSREG(3, 7, 15, 15, 7)
#define SYSREG_CRM8 SYSREG(3, 7, 15, 8, 0) /* CRm[2:0], op2: any */
#define SYSREG_CRN  SYSREG(3, 7, 15, 0, 0)
#define SYSREG_OP0  SYSREG(3, 0, 0, 0, 0)

struct sysreg_group {
	uint64_t mask;
	uint64_t value;
	enum exit_sysreg what;
};

/* The first row that fits decides. */
static const struct sysreg_group groups[] = {
	{ SYSREG_ALL, SYSREG(3, 0, 12, 11, 5), EXIT_SGI },
	/* The registers for SGIs of group 0: ICC_ASGI1R_EL1, ICC_SGI0R_EL1. */
	{ SYSREG_ALL, SYSREG(3, 0, 12, 11, 6), EXIT_SYSREG_IGNORED },
	{ SYSREG_ALL, SYSREG(3, 0, 12, 11, 7), EXIT_SYSREG_IGNORED },
	/* Registers of op0 2 that are not of self-hosted debug, and the
	 * counters of performance and activity monitors. */
	{ SYSREG_OP0, SYSREG(2, 0, 0, 0, 0), EXIT_SYSREG_IGNORED },
	{ SYSREG_CRM8, SYSREG(3, 3, 9, 8, 0), EXIT_SYSREG_IGNORED },
	{ SYSREG_CRM8, SYSREG(3, 0, 9, 8, 0), EXIT_SYSREG_IGNORED },
	{ SYSREG_CRM8, SYSREG(3, 3, 14, 8, 0), EXIT_SYSREG_IGNORED },
	{ SYSREG_CRN, SYSREG(3, 3, 13, 0, 0), EXIT_SYSREG_IGNORED },
};

enum vcpu_next exit_wfx(uint64_t esr)
{
	/* WFE only yields. WFIT and WFET have a time limit, and may always end
	 * early. */
	if (BITS_GET(esr, WFX_TI) != WFX_TI_WFI)
		return VCPU_YIELD;
	return VCPU_WAIT;
}

ipa_t exit_ipa(uint64_t hpfar, uint64_t far)
{
	return ipa_make(BITS_GET(hpfar, HPFAR_FIPA) << 12 |
			(far & FAR_PAGE_MASK));
}

bool exit_is_translation_fault(uint64_t esr)
{
	uint64_t fsc = BITS_GET(esr, ESR_FSC);

	return (fsc & ~(uint64_t)FSC_LEVEL_MASK) == FSC_TRANSLATION ||
	       fsc == FSC_TRANSLATION_MINUS;
}

bool exit_shows(struct vcpu *vcpu, uint64_t esr, ipa_t ipa)
{
	if ((esr & ESR_WNR) != 0 || !domain_devices_show(vcpu->domain, ipa))
		return false;
	vcpu->exits[CONTROL_EXIT_FAULT]++;
	return true;
}

enum exit_sysreg exit_sysreg(uint64_t esr)
{
	for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if ((esr & groups[i].mask) != groups[i].value)
			continue;
		/* The SGI register cannot be read. */
		if (groups[i].what == EXIT_SGI && (esr & ESR_SYS_READ) != 0)
			return EXIT_SYSREG_UNKNOWN;
		return groups[i].what;
	}
	return EXIT_SYSREG_UNKNOWN;
}
