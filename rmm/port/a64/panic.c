/* SPDX-License-Identifier: BSD-3-Clause */
/* Stopping the RMM for good. */
#include "rmm/port/a64/panic.h"

#include <stdint.h>

#include "lib/a64.h"
#include "lib/log.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/cpu.h"

static uint32_t stopped;

static _Noreturn void cpu_park(void)
{
	for (;;)
		wfi();
}

void rmm_stop(const char *why)
{
	if (__atomic_exchange_n(&stopped, 1, __ATOMIC_RELAXED) == 0)
		log_line_unlocked("panic on CPU %u: %s", cpu_this()->index, why);
	cpu_park();
}

void rmm_stop_check(void)
{
	if (__atomic_load_n(&stopped, __ATOMIC_RELAXED) != 0)
		cpu_park();
}

void port_panic(struct rmm_port *port, const char *why)
{
	(void)port; /* a machine has one RMM */
	rmm_stop(why);
}
