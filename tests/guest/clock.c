/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's two counters, and the time that it sees go by. */
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

#define TIMER_ENABLE  UINT64_C(1)
#define TIMER_MASKED  UINT64_C(2)
#define TIMER_FIRED   UINT64_C(4)
#define TICKS_A_TIMER 100000

static uint64_t virtual_counter(void)
{
	isb();
	return sysreg_read(CNTVCT_EL0);
}

static uint64_t physical_counter(void)
{
	isb();
	return sysreg_read(CNTPCT_EL0);
}

static bool counters_agree(void)
{
	uint64_t before = virtual_counter();
	uint64_t between = physical_counter();

	return before <= between && between <= virtual_counter();
}

/* Polls the physical timer. Its interrupt is masked. */
static bool physical_timer_agrees(void)
{
	uint64_t due = virtual_counter() + TICKS_A_TIMER;
	uint64_t fired;

	sysreg_write(CNTP_CVAL_EL0, due);
	sysreg_write(CNTP_CTL_EL0, TIMER_ENABLE | TIMER_MASKED);
	do {
		isb();
		fired = sysreg_read(CNTP_CTL_EL0) & TIMER_FIRED;
	} while (fired == 0);
	sysreg_write(CNTP_CTL_EL0, 0);
	return virtual_counter() >= due;
}

/* Prints the time at the start and at each of rounds=N bytes from the
 * console. */
void clock(void)
{
	uint64_t rounds = argument_number("rounds", 1);

	check(counters_agree(), "both counters show one time");
	check(physical_timer_agrees(), "the physical timer goes by it");
	log_line("clock: %lu ns", timer_now());
	for (uint64_t i = 0; i < rounds; i++) {
		while (pl011_get(machine.uart) < 0)
			timer_pause();
		log_line("clock: %lu ns", timer_now());
	}
	check(counters_agree(), "both counters show one time at the end");
}
