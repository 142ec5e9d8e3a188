/* SPDX-License-Identifier: BSD-3-Clause */
/* Ownership of the FP/SIMD registers of this CPU. */
#include "rmm/port/a64/fp.h"

#include <stdbool.h>

#include "abi/bits.h"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/fp_save.h"
#include "rmm/port/a64/regs.h"

static bool has_sve(void)
{
	return BITS_GET(sysreg_read(ID_AA64PFR0_EL1), ID_AA64PFR0_SVE) != 0;
}

static bool has_sme(void)
{
	return BITS_GET(sysreg_read(ID_AA64PFR1_EL1), ID_AA64PFR1_SME) != 0;
}

void fp_own(void)
{
	struct fp_state *fp = &cpu_this()->fp;

	sysreg_write(CPTR_EL2, CPTR_OPEN);
	isb();
	fp->fpsr = sysreg_read(FPSR);
	fp->fpcr = sysreg_read(FPCR);
	fp->svcr = has_sme() ? sysreg_read(SVCR) : 0;
	if (!has_sve()) {
		fp_save_simd(fp->vectors);
	} else {
		fp_save_sve(fp->vectors, fp->predicates,
			    (fp->svcr & SVCR_SM) == 0);
	}
	if (fp->svcr & SVCR_SM)
		sysreg_write(SVCR, fp->svcr & ~SVCR_SM);
	sysreg_write(FPCR, 0);
}

void fp_return(void)
{
	struct fp_state *fp = &cpu_this()->fp;

	if (fp->svcr & SVCR_SM)
		sysreg_write(SVCR, fp->svcr);
	if (!has_sve()) {
		fp_load_simd(fp->vectors);
	} else {
		fp_load_sve(fp->vectors, fp->predicates,
			    (fp->svcr & SVCR_SM) == 0);
	}
	sysreg_write(FPSR, fp->fpsr);
	sysreg_write(FPCR, fp->fpcr);
	sysreg_write(CPTR_EL2, CPTR_CLOSED);
	isb();
}

void fp_give(const struct rec_fp *fp)
{
	fp_own();
	fp_load_simd(fp->vectors);
	sysreg_write(FPSR, fp->fpsr);
	sysreg_write(FPCR, fp->fpcr);
	sysreg_write(CPTR_EL2, CPTR_SIMD);
	isb();
}

void fp_take(struct rec_fp *fp)
{
	fp_save_simd(fp->vectors);
	fp->fpsr = sysreg_read(FPSR);
	fp->fpcr = sysreg_read(FPCR);
	sysreg_write(CPTR_EL2, CPTR_OPEN);
	isb();
	fp_return();
}
