/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * List registers of the interrupt controller's virtual interface. The layout
 * (Arm IHI0069, ICH_LR<n>_EL2) is for portable code, too. They are accessed by
 * number through a switch, since no instruction takes the number of a system
 * register from a general one.
 */
#ifndef REEVE_LIB_ICH_H
#define REEVE_LIB_ICH_H

#include <stdint.h>

#define ICH_LR_INTID_SHIFT    0
#define ICH_LR_INTID_WIDTH    32
#define ICH_LR_EOI            (UINT64_C(1) << 41) /* report its end (HW = 0) */
#define ICH_LR_PRIORITY_SHIFT 48
#define ICH_LR_PRIORITY_WIDTH 8
#define ICH_LR_GROUP1         (UINT64_C(1) << 60)
#define ICH_LR_HW             (UINT64_C(1) << 61) /* ends a physical one too */
#define ICH_LR_PENDING        (UINT64_C(1) << 62)
#define ICH_LR_ACTIVE         (UINT64_C(1) << 63)

#ifdef __aarch64__
#include "lib/a64.h"

#define ICH_LR_ROWS(ROW)                                                       \
	ROW(0, S3_4_C12_C12_0)                                                 \
	ROW(1, S3_4_C12_C12_1)                                                 \
	ROW(2, S3_4_C12_C12_2)                                                 \
	ROW(3, S3_4_C12_C12_3)                                                 \
	ROW(4, S3_4_C12_C12_4)                                                 \
	ROW(5, S3_4_C12_C12_5)                                                 \
	ROW(6, S3_4_C12_C12_6)                                                 \
	ROW(7, S3_4_C12_C12_7)                                                 \
	ROW(8, S3_4_C12_C13_0)                                                 \
	ROW(9, S3_4_C12_C13_1)                                                 \
	ROW(10, S3_4_C12_C13_2)                                                \
	ROW(11, S3_4_C12_C13_3)                                                \
	ROW(12, S3_4_C12_C13_4)                                                \
	ROW(13, S3_4_C12_C13_5)                                                \
	ROW(14, S3_4_C12_C13_6)                                                \
	ROW(15, S3_4_C12_C13_7)
#define ICH_LR_READ(n, reg)                                                    \
	case (n):                                                              \
		return sysreg_read(reg);
#define ICH_LR_WRITE(n, reg)                                                   \
	case (n):                                                              \
		sysreg_write(reg, value);                                      \
		break;

/*
 * Returns list register n, and 0 from 16 on. n is less than what the machine
 * has (ICH_VTR_EL2): otherwise the access is UNDEFINED.
 */
static inline uint64_t ich_lr_read(unsigned n)
{
	switch (n) {
		ICH_LR_ROWS(ICH_LR_READ)
	default:
		return 0;
	}
}

/* Writes list register n in the same way; without effect from 16 on. */
static inline void ich_lr_write(unsigned n, uint64_t value)
{
	switch (n) {
		ICH_LR_ROWS(ICH_LR_WRITE)
	default:
		break;
	}
}

#endif
#endif
