/* SPDX-License-Identifier: BSD-3-Clause */
/* The EL1 timers, which the host or a REC has. */
#ifndef REEVE_RMM_PORT_A64_TIMER_H
#define REEVE_RMM_PORT_A64_TIMER_H

#include <stdbool.h>

#include "rmm/core/rec/rec.h"

/* Save the host's timers and load those of the REC; the reverse. */
void timers_start(const struct rec *rec);
void timers_stop(struct rec *rec);

/*
 * Masks at EL2 the outputs of timers that are asserted, so that the Realm can
 * run. Returns true if an output has changed since the last exit: then the host
 * must know of it before the Realm runs.
 */
bool timers_changed(const struct rec *rec);

/*
 * Called after an IRQ. Returns true if the only cause was that the Realm ended
 * the interrupt of a timer that it had silenced before. The host would find no
 * interrupt to take back, so the Realm can go on. The timer's state counts as
 * reported, and the host sees it at the next exit.
 */
bool timers_end(struct rec *rec);

#endif
