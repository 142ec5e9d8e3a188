/* SPDX-License-Identifier: BSD-3-Clause */
/* The answers of SMCCC's own calls. */
#include "monitor/core/arch.h"

#include "abi/smccc.h"

#define BIT(n) (UINT64_C(1) << (n))

/*
 * The bits that the call tells of (as TF-A has them): a feature is there if
 * its bit is set, or for those that trap, if it is clear.
 */
#define SCR_ALLOWS                                                             \
	(BIT(16) | BIT(25) | BIT(26) | BIT(27) | BIT(28) | BIT(38) | BIT(41) | \
	 BIT(43) | BIT(44) | BIT(45) | BIT(47) | BIT(49) | BIT(59))
#define SCR_TRAPS   (BIT(15) | BIT(40)) /* TERR, TRNDR */
#define CPTR_ALLOWS (BIT(8) | BIT(12))
#define CPTR_TRAPS  (BIT(10) | BIT(20) | BIT(30)) /* TFP, TTA, TAM */
#define MDCR_ALLOWS (BIT(12) | BIT(24) | BIT(28) | BIT(32))
#define MDCR_TRAPS  (BIT(6) | BIT(19) | BIT(27)) /* TPM, TTRF, TDCC */

static uint64_t available(uint64_t word, uint64_t allows, uint64_t traps)
{
	return (word & allows) | (~word & traps);
}

static int64_t availability(const struct arch_controls *controls,
			    uint64_t which, uint64_t *value)
{
	switch (which) {
	case SMCCC_AVAILABILITY_SCR:
		*value = available(controls->scr, SCR_ALLOWS, SCR_TRAPS);
		return SMCCC_SUCCESS;
	case SMCCC_AVAILABILITY_CPTR:
		*value = available(controls->cptr, CPTR_ALLOWS, CPTR_TRAPS);
		return SMCCC_SUCCESS;
	case SMCCC_AVAILABILITY_MDCR:
		*value = available(controls->mdcr, MDCR_ALLOWS, MDCR_TRAPS);
		return SMCCC_SUCCESS;
	default:
		return SMCCC_INVALID_PARAMETER;
	}
}

static int64_t features(uint32_t fid)
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
		return features((uint32_t)argument);
	case SMCCC_AVAILABILITY_FID:
		return availability(controls, argument, value);
	default:
		return (int64_t)SMCCC_NOT_SUPPORTED;
	}
}
