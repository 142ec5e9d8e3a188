/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of <limits.h> that libfdt.h needs. The compiling machine's own
 * differs. */
#ifndef REEVE_HYPERVISOR_LIBC_LIMITS_H
#define REEVE_HYPERVISOR_LIBC_LIMITS_H

#define INT_MAX  __INT_MAX__
#define INT_MIN  (-INT_MAX - 1)
#define UINT_MAX (2U * INT_MAX + 1)

#endif
