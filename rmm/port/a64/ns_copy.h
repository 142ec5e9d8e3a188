/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one piece of the RMM that may fault: a copy of which one side lies in
 * memory that the host can take away at any time.
 */
#ifndef REEVE_RMM_PORT_A64_NS_COPY_H
#define REEVE_RMM_PORT_A64_NS_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* false: an access was refused, at whatever point of the copy. */
bool ns_copy(void *to, const void *from, size_t size);

/* A refused access in [ns_copy, ns_copy_end) goes on at ns_copy_fault. */
extern const char ns_copy_fault[];
extern const char ns_copy_end[];

#endif
