/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's ID registers, and answers to an ordinary guest's reads. */
#include <stddef.h>

#include "abi/bits.h"
#include "hypervisor/core/vcpu/guest_id.h"
#include "hypervisor/port/a64/guest.h"
#include "hypervisor/port/a64/machine_domains.h"
#include "lib/a64.h"
#include "lib/esr.h"

#define REG_ZERO 31

#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2 /* not every assembler knows the name */

/* The number of S3_0_C0_C<crm>_<op2>. */
#define ID_NUMBER(crm, op2) ((crm) << ESR_SYS_OP2_WIDTH | (op2))

uint64_t machine_id_read(void *ctx, unsigned crm, unsigned op2)
{
	(void)ctx;
	switch (ID_NUMBER(crm, op2)) {
	case ID_NUMBER(4, 0):
		return sysreg_read(id_aa64pfr0_el1);
	case ID_NUMBER(4, 1):
		return sysreg_read(id_aa64pfr1_el1);
	case ID_NUMBER(5, 0):
		return sysreg_read(id_aa64dfr0_el1);
	case ID_NUMBER(6, 0):
		return sysreg_read(id_aa64isar0_el1);
	case ID_NUMBER(6, 1):
		return sysreg_read(id_aa64isar1_el1);
	case ID_NUMBER(6, 2):
		return sysreg_read(ID_AA64ISAR2_EL1);
	case ID_NUMBER(7, 0):
		return sysreg_read(id_aa64mmfr0_el1);
	case ID_NUMBER(7, 1):
		return sysreg_read(id_aa64mmfr1_el1);
	case ID_NUMBER(7, 2):
		return sysreg_read(id_aa64mmfr2_el1);
	default:
		return 0;
	}
}

/* Returns true for a read of S3_0_C0_C1_0 to S3_0_C0_C7_7. */
static bool is_id_read(uint64_t esr)
{
	return BITS_GET(esr, ESR_EC) == ESR_EC_SYSREG &&
	       (esr & ESR_SYS_READ) != 0 && BITS_GET(esr, ESR_SYS_OP0) == 3 &&
	       BITS_GET(esr, ESR_SYS_OP1) == 0 &&
	       BITS_GET(esr, ESR_SYS_CRN) == 0 &&
	       BITS_GET(esr, ESR_SYS_CRM) >= 1 &&
	       BITS_GET(esr, ESR_SYS_CRM) <= 7;
}

bool guest_id_read(struct vcpu *vcpu, const struct vcpu_trap *trap)
{
	unsigned crm = (unsigned)BITS_GET(trap->esr, ESR_SYS_CRM);
	unsigned op2 = (unsigned)BITS_GET(trap->esr, ESR_SYS_OP2);
	unsigned rt = (unsigned)BITS_GET(trap->esr, ESR_SYS_RT);

	if (!is_id_read(trap->esr))
		return false;
	vcpu->exits[CONTROL_EXIT_SYSREG]++;
	if (rt != REG_ZERO) {
		vcpu->regs.gprs[rt] =
			guest_id_view(crm, op2, machine_id_read(NULL, crm, op2));
	}
	vcpu_skip(vcpu);
	return true;
}
