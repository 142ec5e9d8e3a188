/* SPDX-License-Identifier: BSD-3-Clause */
/* The cores of the machine that the hypervisor uses. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CORE_H
#define REEVE_HYPERVISOR_PORT_A64_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/port/a64/board.h"
#include "hypervisor/port/a64/core_layout.h"
#include "lib/a64.h"

struct domain;
struct thread;
struct vcpu;

struct core_data {
	uint64_t affinity;
	uint32_t online; /* set by the core itself, with release */
	unsigned index; /* in cores[] */
	struct thread *thread; /* the thread that it runs; NULL: none */
	uint64_t idle_sp; /* SP of the core's own stack while a thread runs */
	const struct vcpu *guest; /* the last ordinary guest's; only compared */
	bool guest_el2; /* EL2 registers are set for an ordinary guest */
	bool guest_debugs; /* a guest's breakpoints and watchpoints are set */
	uint32_t ppis; /* irq_ppi_set(): PPIs that are enabled */
	uint64_t timer_ns; /* clock_arm(): when the timer fires; 0: off */
	const struct core *kick; /* to kick at the next unlock; NULL: none */
	/* The domain whose devices the running vCPU looks at once it has taken
	 * interrupts; NULL: none. */
	const struct domain *polled;
	/* To which core an interrupt whose handler runs should go next time;
	 * NULL: to this one. */
	const struct core *irq_core;
};

/* A core. Its TPIDR_EL2 holds the address of its own. */
struct core {
	union {
		struct core_data data;
		uint8_t below[CORE_STACK];
	};
	uint8_t stack[CORE_SIZE - CORE_STACK];
} __attribute__((aligned(CORE_SIZE)));

_Static_assert(offsetof(struct core, stack) == CORE_STACK &&
		       sizeof(struct core_data) <= MACHINE_PAGE_SIZE &&
		       sizeof(struct core) == CORE_SIZE,
	       "struct core");

/* The boot core's is the first. */
extern struct core cores[MACHINE_MAX_CPUS];

/* Returns the core that the caller runs on. A thread may be on another core
 * after it has waited or yielded. */
static inline struct core *core_current(void)
{
	return (struct core *)(uintptr_t)sysreg_read(tpidr_el2);
}

/* Starts every other core of the board, and waits until they run. Returns how
 * many run, including the calling one. Logs which ones do not. */
unsigned cores_start(const struct board *board);

/* entry.S. Where a started core enters. */
void core_entry(void);
/* The first C function of a started core. Does not return. */
void core_main(struct core *core);

#endif
