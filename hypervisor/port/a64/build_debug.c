/* SPDX-License-Identifier: BSD-3-Clause */
/* The debug build: debug consoles and attacks. */
#include "hypervisor/port/a64/build.h"

#include <stddef.h>

#include "hypervisor/attack/attack.h"
#include "hypervisor/port/a64/probe.h"

#define TOUCH_WORD UINT64_C(0xa77ac4a77ac4a77a)

const bool build_debug = true;

static struct attacks attacks;

static bool attack_touch_word(void *ctx, pa_t pa, bool write,
			      struct control_touch *result)
{
	(void)ctx;
	result->esr = write ? probe_write(pa, TOUCH_WORD)
			    : probe_read(pa, &result->value);
	return result->esr != 0;
}

const struct attack_ops *build_attacks(void)
{
	attacks_init(&attacks, attack_touch_word, NULL);
	return &attacks.ops;
}
