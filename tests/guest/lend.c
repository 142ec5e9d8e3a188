/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that a Realm gives up, shares, and takes back, step by step: before
 * each step it waits for a byte from the console, so that the host's figures
 * can be looked at in between. What it holds is checked.
 */
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

#define MIB UINT64_C(0x100000)

static uint64_t base, size;

static volatile uint64_t *word(uint64_t page, bool shared)
{
	uint64_t at = base + page + (shared ? SHARED_WINDOW : 0);

	return (volatile uint64_t *)(uintptr_t)at;
}

/* Whether every page is zero; writes something into each. */
static bool touch(bool shared)
{
	bool zero = true;

	for (uint64_t page = 0; page < size; page += PAGE) {
		zero = zero && *word(page, shared) == 0;
		*word(page, shared) = page + 1;
	}
	return zero;
}

static bool holds(bool shared)
{
	bool kept = true;

	for (uint64_t page = 0; page < size; page += PAGE)
		kept = kept && *word(page, shared) == page + 1;
	return kept;
}

static void step(const char *what)
{
	log_line("lend: %s", what);
	while (pl011_get(machine.uart) < 0)
		timer_pause();
}

/* size=N bytes in the middle of RAM, rounds=N times. */
void lend(void)
{
	uint64_t rounds = argument_number("rounds", 1);

	size = argument_number("size", MIB) & ~(uint64_t)(PAGE - 1);
	base = (machine.ram_base + machine.ram_size / 2) & ~(MIB - 1);
	step("begin");
	for (uint64_t i = 0; i < rounds; i++) {
		check(touch(false) && holds(false), "new memory is zero");
		step("used");
		check(ripas_set(base, base + size, RIPAS_EMPTY) == 0,
		      "it is given up");
		step("empty");
		check(touch(true) && holds(true), "what is shared is new too");
		step("shared");
		check(ripas_set(base, base + size, RIPAS_RAM) == 0,
		      "it is taken back");
		step("back");
	}
	check(touch(false) && holds(false), "and it begins at zero");
	step("used again");
}
