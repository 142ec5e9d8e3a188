/* SPDX-License-Identifier: BSD-3-Clause */
/* Extends the Realm's REMs and prints each event. */
#include <string.h>

#include "abi/rsi.h"
#include "tests/guest/probe.h"

#define REMS      4
#define VALUE_MAX 64

static bool rem_extend(unsigned rem, const uint8_t *value, unsigned size)
{
	struct smccc_regs regs = { { RSI_MEASUREMENT_EXTEND, 1 + rem, size } };

	memcpy(&regs.x[3], value, VALUE_MAX);
	guest_smc(&regs);
	return regs.x[0] == RSI_SUCCESS;
}

/* Extends REM n n + 1 times. No two events have the same value. */
void measure(void)
{
	uint8_t value[VALUE_MAX] = { 0 };
	unsigned size = argument_hex("measure", value, VALUE_MAX);
	char name[] = "event rem0";
	bool done = true;

	if (size == 0 || !is_realm())
		return;
	for (unsigned rem = 0; rem < REMS; rem++) {
		name[sizeof(name) - 2] = (char)('0' + rem);
		for (unsigned i = 0; i <= rem; i++) {
			done = rem_extend(rem, value, size) && done;
			print_hex(name, value, size);
			value[size - 1]++;
		}
	}
	check(done, "all events are measured");
}
