/* SPDX-License-Identifier: BSD-3-Clause */
/* Stopping the RMM: no CPU serves a command any more. */
#ifndef REEVE_RMM_PORT_A64_PANIC_H
#define REEVE_RMM_PORT_A64_PANIC_H

/*
 * Prints the reason, once. Stops this CPU for good, and every other CPU at its
 * next request. Otherwise an RMM whose state is corrupt could give the host
 * registers or memory of a Realm.
 */
_Noreturn void rmm_stop(const char *why);

/* Stops this CPU if another one called rmm_stop(). */
void rmm_stop_check(void);

#endif
