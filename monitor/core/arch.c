/* SPDX-License-Identifier: BSD-3-Clause */
/* The answers of SMCCC's own calls. */
#include "monitor/core/arch.h"

#include "abi/smccc.h"
#include "monitor/core/el3_regs.h"

/*
 * The bits that ARCH_FEATURE_AVAILABILITY reports (as TF-A has them). A feature
 * is available if its bit in ALLOWS is set, or its bit in TRAPS is clear.
 */
#define SCR_ALLOWS                                                             \
	(SCR_APK | SCR_ENSCXT | SCR_ATA | SCR_FGTEN | SCR_ECVEN | SCR_HXEN |   \
	 SCR_ENTP2 | SCR_TCR2EN | SCR_SCTLR2EN | SCR_PIEN | SCR_D128EN |       \
	 SCR_MECEN | SCR_FGTEN2)
#define SCR_TRAPS   (SCR_TERR | SCR_TRNDR)
#define CPTR_ALLOWS (CPTR_EL3_EZ | CPTR_EL3_ESM)
#define CPTR_TRAPS  (CPTR_EL3_TFP | CPTR_EL3_TTA | CPTR_EL3_TAM)
#define MDCR_ALLOWS                                                            \
	(MDCR_EL3_NSPB_0 | MDCR_EL3_NSTB_0 | MDCR_EL3_MTPME | MDCR_EL3_SBRBE)
#define MDCR_TRAPS (MDCR_EL3_TPM | MDCR_EL3_TTRF | MDCR_EL3_TDCC)

static uint64_t bits_available(uint64_t word, uint64_t allows, uint64_t traps)
{
	return (word & allows) | (~word & traps);
}

static int64_t arch_availability(const struct arch_controls *controls,
				 uint64_t which, uint64_t *value)
{
	switch (which) {
	case SMCCC_AVAILABILITY_SCR:
		*value = bits_available(controls->scr, SCR_ALLOWS, SCR_TRAPS);
		return SMCCC_SUCCESS;
	case SMCCC_AVAILABILITY_CPTR:
		*value = bits_available(controls->cptr, CPTR_ALLOWS, CPTR_TRAPS);
		return SMCCC_SUCCESS;
	case SMCCC_AVAILABILITY_MDCR:
		*value = bits_available(controls->mdcr, MDCR_ALLOWS, MDCR_TRAPS);
		return SMCCC_SUCCESS;
	default:
		return SMCCC_INVALID_PARAMETER;
	}
}

static int64_t arch_features(uint32_t fid)
{
	switch (fid) {
	case SMCCC_VERSION_FID:
	case SMCCC_ARCH_FEATURES_FID:
	case SMCCC_AVAILABILITY_FID:
		return SMCCC_SUCCESS;
	default:
		return (int64_t)SMCCC_NOT_SUPPORTED;
	}
}

int64_t arch_call(const struct arch_controls *controls, uint32_t fid,
		  uint64_t argument, uint64_t *value)
{
	switch (fid) {
	case SMCCC_VERSION_FID:
		return SMCCC_VERSION_1_5;
	case SMCCC_ARCH_FEATURES_FID:
		return arch_features((uint32_t)argument);
	case SMCCC_AVAILABILITY_FID:
		return arch_availability(controls, argument, value);
	default:
		return (int64_t)SMCCC_NOT_SUPPORTED;
	}
}
