/* SPDX-License-Identifier: BSD-3-Clause */
/* Ownership of the FP/SIMD registers of this CPU. */
#include "rmm/port/a64/fp.h"

#include <stdbool.h>
#include <stddef.h>

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

static void host_save(struct fp_state *fp)
{
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
}

static void host_load(const struct fp_state *fp)
{
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
}

static void rec_save(struct rec_fp *fp)
{
	fp->fpsr = sysreg_read(FPSR);
	fp->fpcr = sysreg_read(FPCR);
	fp_save_simd(fp->vectors);
}

static void rec_load(const struct rec_fp *fp)
{
	fp_load_simd(fp->vectors);
	sysreg_write(FPSR, fp->fpsr);
	sysreg_write(FPCR, fp->fpcr);
}

void fp_own(void)
{
	struct cpu *cpu = cpu_this();

	sysreg_write(CPTR_EL2, CPTR_OPEN);
	isb();
	if (cpu->rec_fp != NULL)
		rec_save(cpu->rec_fp);
	else
		host_save(&cpu->fp);
	sysreg_write(FPCR, 0);
}

void fp_return(void)
{
	struct cpu *cpu = cpu_this();

	if (cpu->rec_fp != NULL)
		rec_load(cpu->rec_fp);
	else
		host_load(&cpu->fp);
	sysreg_write(CPTR_EL2, cpu->rec_fp != NULL ? CPTR_SIMD : CPTR_CLOSED);
	isb();
}

void fp_give(struct rec_fp *fp)
{
	fp_own();
	cpu_this()->rec_fp = fp;
	fp_return();
}

void fp_take(void)
{
	fp_own();
	cpu_this()->rec_fp = NULL;
	fp_return();
}
