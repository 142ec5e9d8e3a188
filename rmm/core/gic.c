/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtual interface of the interrupt controller is the host's, but for
 * what a list register could do to the machine (rmi-rsi 5.7).
 */
#include "abi/bits.h"
#include "rmm/core/exit.h"

/* ICH_LR<n>_EL2 (Arm IHI 0069). */
#define LR_STATE_SHIFT  62 /* 0: the register is not in use */
#define LR_STATE_WIDTH  2
#define LR_HW           (UINT64_C(1) << 61)
#define LR_VINTID_SHIFT 0
#define LR_VINTID_WIDTH 32

static bool in_use(uint64_t lr)
{
	return BITS_GET(lr, LR_STATE) != 0;
}

/* Whether one of count registers has the interrupt of lr. */
static bool has_vintid(const uint64_t *others, unsigned count, uint64_t lr)
{
	for (unsigned i = 0; i < count; i++) {
		if (in_use(others[i]) && BITS_GET(others[i], LR_VINTID) ==
						 BITS_GET(lr, LR_VINTID))
			return true;
	}
	return false;
}

bool gic_lrs_valid(const uint64_t *lr, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!in_use(lr[i]))
			continue;
		if ((lr[i] & LR_HW) || has_vintid(lr, i, lr[i]))
			return false;
	}
	return true;
}
