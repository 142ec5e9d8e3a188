/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A copy from or to memory that the host can delegate at any time, so that it
 * may fault.
 */
#ifndef REEVE_RMM_PORT_A64_NS_COPY_H
#define REEVE_RMM_PORT_A64_NS_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* Returns false if an access was refused. Part of the copy may be done then. */
bool ns_copy(void *to, const void *from, size_t size);

/* After a refused access in [ns_copy, ns_copy_end) the CPU continues at
 * ns_copy_fault. */
extern const char ns_copy_fault[];
extern const char ns_copy_end[];

#endif
