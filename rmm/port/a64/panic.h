/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the RMM: no CPU serves a command any more. */
#ifndef REEVE_RMM_PORT_A64_PANIC_H
#define REEVE_RMM_PORT_A64_PANIC_H

/*
 * Says why, once, and stops this CPU for good, and every other one at its next
 * request: the host gets no register and no memory of a Realm out of an RMM
 * whose state is corrupt.
 */
_Noreturn void rmm_stop(const char *why);

/* Stops this CPU if another one called rmm_stop(). */
void rmm_stop_check(void);

#endif
