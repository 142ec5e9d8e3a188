/* SPDX-License-Identifier: BSD-3-Clause */
/* The build for finding faults: debug consoles, attack, injections. */
#include "hypervisor/port/a64/build.h"

#include "hypervisor/port/a64/probe.h"

#define ATTACK_WORD UINT64_C(0xa77ac4a77ac4a77a)

const bool build_debug = true;

static bool touch(void *ctx, pa_t pa, bool write, struct control_touch *result)
{
	(void)ctx;
	result->esr = write ? probe_write(pa, ATTACK_WORD)
			    : probe_read(pa, &result->value);
	return result->esr != 0;
}

bool (*const build_touch)(void *ctx, pa_t pa, bool write,
			  struct control_touch *result) = touch;

const struct inject_ops *const build_inject = &inject_ops;
