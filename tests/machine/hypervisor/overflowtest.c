/* SPDX-License-Identifier: BSD-3-Clause */
/* The image that tests what is reported when a stack overflows. */
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/power.h"
#include "lib/log.h"

#define FRAME_SIZE 1000

/* Recurses for ever: each call needs the frame of the one before. */
static unsigned descend(const volatile char *above, unsigned depth)
{
	volatile char frame[FRAME_SIZE];

	frame[0] = above[0];
	if (depth == 0)
		return 0;
	return descend(frame, depth + 1) + (unsigned)frame[0];
}

void host_run(struct machine *machine, struct host *host)
{
	(void)machine;
	(void)host;
	log_line("the stack ended after %u calls", descend("", 1));
	power_off();
}
