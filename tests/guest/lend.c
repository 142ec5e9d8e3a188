/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm gives memory up, shares it, and takes it back, step by step. Between
 * two steps it waits for a byte from the console, so that a test can look at
 * the hypervisor's figures. The content of the memory is checked.
 */
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

#define MIB UINT64_C(0x100000)

static uint64_t base, size;

static volatile uint64_t *page_word(uint64_t page, bool shared)
{
	uint64_t at = base + page + (shared ? SHARED_WINDOW : 0);

	return (volatile uint64_t *)(uintptr_t)at;
}

/* Returns true if every page is zero, and writes a different word into each. */
static bool pages_touch(bool shared)
{
	bool zero = true;

	for (uint64_t page = 0; page < size; page += PAGE) {
		zero = zero && *page_word(page, shared) == 0;
		*page_word(page, shared) = page + 1;
	}
	return zero;
}

static bool pages_hold(bool shared)
{
	bool kept = true;

	for (uint64_t page = 0; page < size; page += PAGE)
		kept = kept && *page_word(page, shared) == page + 1;
	return kept;
}

static void lend_step(const char *what)
{
	log_line("lend: %s", what);
	while (pl011_get(machine.uart) < 0)
		timer_pause();
}

/* Lends size=N bytes in the middle of RAM, rounds=N times. */
void lend(void)
{
	uint64_t rounds = argument_number("rounds", 1);

	size = argument_number("size", MIB) & ~(uint64_t)(PAGE - 1);
	base = (machine.ram_base + machine.ram_size / 2) & ~(MIB - 1);
	lend_step("begin");
	for (uint64_t i = 0; i < rounds; i++) {
		check(pages_touch(false) && pages_hold(false),
		      "new memory is zero");
		lend_step("used");
		check(ripas_set(base, base + size, RIPAS_EMPTY) == 0,
		      "it is given up");
		lend_step("empty");
		check(pages_touch(true) && pages_hold(true),
		      "what is shared is new too");
		lend_step("shared");
		check(ripas_set(base, base + size, RIPAS_RAM) == 0,
		      "it is taken back");
		lend_step("back");
	}
	check(pages_touch(false) && pages_hold(false), "and it begins at zero");
	lend_step("used again");
}
