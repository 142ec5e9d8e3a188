/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A walk of a Realm's stage 1 tables by the RMM. The Realm chooses where its
 * tables are, and the host what lies behind addresses of the unprotected half,
 * so the walk can meet memory that does not answer. AT does not report that in
 * PAR_EL1: it takes an exception to R-EL2.
 */
#ifndef REEVE_RMM_PORT_A64_REALM_AT_H
#define REEVE_RMM_PORT_A64_REALM_AT_H

#include <stdbool.h>
#include <stdint.h>

/* Executes AT S1E1R for a virtual address of the Realm whose registers the CPU
 * has. Returns true with the result in PAR_EL1, or false if the walk aborted. */
bool realm_at(uint64_t va);

/* After an abort in [realm_at, realm_at_end) the CPU continues at
 * realm_at_fault. */
extern const char realm_at_fault[];
extern const char realm_at_end[];

#endif
