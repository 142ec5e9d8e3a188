/* SPDX-License-Identifier: BSD-3-Clause */
/* Time in milliseconds: the clock for deadlines, and a pause between polls. */
#ifndef REEVE_TOOLSTACK_HOST_CLOCK_H
#define REEVE_TOOLSTACK_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The monotonic clock. Only differences between two readings mean anything. */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sleeps for ms (below 1000) milliseconds, or less when a signal arrives: the
 * caller polls again either way. */
static inline void clock_pause(unsigned ms)
{
	const struct timespec pause = { .tv_nsec = (long)ms * 1000000 };

	(void)nanosleep(&pause, NULL); /* a signal may cut it short */
}

#endif
