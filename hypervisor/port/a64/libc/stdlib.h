/* SPDX-License-Identifier: BSD-3-Clause */
/* libfdt's headers include <stdlib.h> but use nothing of it. */
#ifndef REEVE_HYPERVISOR_PORT_A64_LIBC_STDLIB_H
#define REEVE_HYPERVISOR_PORT_A64_LIBC_STDLIB_H

#endif
