/* SPDX-License-Identifier: BSD-3-Clause */
/* The cores of the machine, as far as the hypervisor uses them. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CORE_H
#define REEVE_HYPERVISOR_PORT_A64_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "hypervisor/port/a64/board.h"
#include "hypervisor/port/a64/core_layout.h"

/* One core. TPIDR_EL2 of a core holds the address of its own. */
struct core {
	uint64_t affinity;
	uint32_t online; /* set by the core itself, with release */
	uint8_t guard[CORE_STACK - 16] __attribute__((aligned(16)));
	uint8_t stack[CORE_SIZE - CORE_STACK];
} __attribute__((aligned(CORE_SIZE)));

_Static_assert(offsetof(struct core, stack) == CORE_STACK &&
		       offsetof(struct core, guard) <= MACHINE_PAGE_SIZE &&
		       sizeof(struct core) == CORE_SIZE,
	"struct core");

/* The boot core's is the first. */
extern struct core cores[MACHINE_MAX_CPUS];

/*
 * Starts every other core of the board and waits until they run. Returns how
 * many run, the calling one included; says which do not.
 */
unsigned cores_start(const struct board *board);

/* entry.S: where a started core enters. */
void core_entry(void);
/* Where its C begins. Does not return. */
void core_main(struct core *core);

#endif
