/* SPDX-License-Identifier: BSD-3-Clause */
/* The invariants of an RMM between any two commands, checked from outside. */
#ifndef REEVE_TESTS_FUZZ_RMM_INVARIANTS_H
#define REEVE_TESTS_FUZZ_RMM_INVARIANTS_H

struct inprocess;

/* Aborts, naming what is wrong, unless all invariants hold:
 * - no granule is locked, no operation is being executed;
 * - a granule is in Realm PAS unless its state is NS;
 * - references are those that RECs, tables and their entries make up;
 * - each table and each page of data belongs to one place in one Realm;
 * - RECs and operations own all auxiliary granules, each one once;
 * - as many VMIDs are in use as there are Realms. */
void rmm_invariants_check(struct inprocess *machine);

#endif
