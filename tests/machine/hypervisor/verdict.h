/* SPDX-License-Identifier: BSD-3-Clause */
/* The output of an image that tests the hypervisor: a line for each step, then
 * a verdict. */
#ifndef REEVE_TESTS_MACHINE_HYPERVISOR_VERDICT_H
#define REEVE_TESTS_MACHINE_HYPERVISOR_VERDICT_H

#include <stdbool.h>

#include "hypervisor/port/a64/power.h"
#include "lib/log.h"

struct verdict {
	unsigned passed;
	unsigned failed;
};

static inline void verdict_step(struct verdict *verdict, const char *name,
				bool passed)
{
	log_line("%s: %s", passed ? "pass" : "FAIL", name);
	if (passed)
		verdict->passed++;
	else
		verdict->failed++;
}

/* Logs the last line and turns the machine off. */
static inline _Noreturn void verdict_end(const struct verdict *verdict)
{
	log_line("self-test: %u passed, %u failed", verdict->passed,
		 verdict->failed);
	power_off();
}

#endif
