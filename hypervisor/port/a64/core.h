/* SPDX-License-Identifier: BSD-3-Clause */
/* The cores of the machine, as far as the hypervisor uses them. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CORE_H
#define REEVE_HYPERVISOR_PORT_A64_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/port/a64/board.h"
#include "hypervisor/port/a64/core_layout.h"
#include "lib/a64.h"

struct thread;
struct vcpu;

struct core_data {
	uint64_t affinity;
	uint32_t online; /* set by the core itself, with release */
	unsigned index; /* in cores[] */
	struct thread *thread; /* that it runs; NULL: none */
	uint64_t idle_sp; /* of its own stack, while a thread runs */
	const struct vcpu *guest; /* the last ordinary one; only compared */
	bool guest_el2; /* its registers of EL2 are for an ordinary guest */
	uint32_t ppis; /* irq_ppi_set(): bits that are enabled */
	uint64_t timer_ns; /* clock_arm(): what the timer is set to; 0: off */
	const struct core *kick; /* to be told of work at unlock; NULL: none */
};

/* One core. TPIDR_EL2 of a core holds the address of its own. */
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

/* The core that this is called on; a thread may be on another one after it has
 * waited or yielded. */
static inline struct core *core_current(void)
{
	return (struct core *)(uintptr_t)sysreg_read(tpidr_el2);
}

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
