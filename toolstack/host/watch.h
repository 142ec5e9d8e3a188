/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks the caller's watch whether to go on. */
#ifndef REEVE_TOOLSTACK_HOST_WATCH_H
#define REEVE_TOOLSTACK_HOST_WATCH_H

#include "toolstack/reeve.h"

/* The longest time between two questions to the watch, in milliseconds. */
#define WATCH_STEP_MS 100

static inline bool watch_go_on(const struct reeve_watch *watch,
			       const char *step, uint64_t done, uint64_t all)
{
	return watch == NULL || watch->go_on(watch->ctx, step, done, all);
}

#endif
