/* SPDX-License-Identifier: BSD-3-Clause */
/* What of <limits.h> libfdt.h needs; the machine that builds has another. */
#ifndef REEVE_HYPERVISOR_LIBC_LIMITS_H
#define REEVE_HYPERVISOR_LIBC_LIMITS_H

#define INT_MAX  __INT_MAX__
#define INT_MIN  (-INT_MAX - 1)
#define UINT_MAX (2U * INT_MAX + 1)

#endif
