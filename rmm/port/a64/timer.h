/* SPDX-License-Identifier: BSD-3-Clause */
/* The EL1 timers, which are the host's or a REC's. */
#ifndef REEVE_RMM_PORT_A64_TIMER_H
#define REEVE_RMM_PORT_A64_TIMER_H

#include <stdbool.h>

#include "rmm/core/rec/rec.h"

/* The host's make room for those of the REC, and back. */
void timers_start(const struct rec *rec);
void timers_stop(struct rec *rec);

/*
 * Masks at EL2 the outputs that are asserted, so that the Realm can run.
 * true: one is asserted that was not at the last exit, or the other way
 * round, which is for the host to know first.
 */
bool timers_changed(const struct rec *rec);

/*
 * After an IRQ. true: it was only that the Realm has ended the interrupt of a
 * timer whose output it had taken back before. There is nothing left for the
 * host to retract, so that the Realm can go on, the output being as it was told
 * to be; the host sees it at the next exit.
 */
bool timers_end(struct rec *rec);

#endif
