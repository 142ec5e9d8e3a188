/* SPDX-License-Identifier: BSD-3-Clause */
/* The counter in nanoseconds, and the timer of each core. */
#include "hypervisor/port/a64/clock.h"

#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/a64.h"
#include "lib/timer.h"

#define SECOND UINT64_C(1000000000)

/* Returns value * to / from, without an overflow on the way. */
static uint64_t value_scale(uint64_t value, uint64_t from, uint64_t to)
{
	return value / from * to + value % from * to / from;
}

uint64_t time_of_counter(uint64_t counter)
{
	uint64_t hz = sysreg_read(cntfrq_el0);
	uint64_t last = hz >= SECOND ? UINT64_MAX : UINT64_MAX / SECOND * hz;

	return counter >= last ? UINT64_MAX : value_scale(counter, hz, SECOND);
}

uint64_t time_ns(void)
{
	isb();
	return time_of_counter(sysreg_read(cntpct_el0));
}

/* The timer is written only when its value changes: on QEMU a write goes to a
 * device and interrupts the main loop (docs/machine.md, Timers). */
void clock_arm(uint64_t deadline_ns)
{
	uint64_t hz = sysreg_read(cntfrq_el0);
	uint64_t *set = &core_current()->data.timer_ns;

	if (deadline_ns == UINT64_MAX) {
		clock_disarm();
		return;
	}
	if (*set == deadline_ns)
		return;
	/* Rounded up, so that the timer does not fire early. */
	sysreg_write(cnthp_cval_el2, value_scale(deadline_ns, SECOND, hz) + 1);
	if (*set == 0)
		sysreg_write(cnthp_ctl_el2, TIMER_ENABLE);
	*set = deadline_ns;
}

void clock_disarm(void)
{
	uint64_t *set = &core_current()->data.timer_ns;

	if (*set != 0)
		sysreg_write(cnthp_ctl_el2, 0);
	*set = 0;
}
