/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI 1.1 (DEN0022) for the Non-secure world: the state of each CPU, and the
 * answer to each call (docs/machine.md, PSCI and secondaries). Portable: the
 * caller locks, wakes CPUs and stops them.
 */
#ifndef REEVE_MONITOR_CORE_PSCI_H
#define REEVE_MONITOR_CORE_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/machine_map.h"

/* OFF -> ON_PENDING by CPU_ON -> ON by its own start -> OFF by CPU_OFF. */
enum psci_state {
	PSCI_STATE_OFF,
	PSCI_STATE_ON_PENDING,
	PSCI_STATE_ON,
};

struct psci_cpu {
	enum psci_state state;
	uint64_t entry;
	uint64_t context;
};

struct psci {
	uint32_t cpus; /* those that the machine has */
	struct psci_cpu cpu[MACHINE_MAX_CPUS];
};

/* The duty of the caller of psci_call() after it. */
enum psci_action {
	PSCI_ACTION_RETURN, /* only return the result */
	PSCI_ACTION_WAKE, /* wake the target, then return the result */
	PSCI_ACTION_STANDBY, /* wait for an interrupt, then return the result */
	PSCI_ACTION_CPU_OFF, /* the calling CPU stops; no result */
	PSCI_ACTION_SYSTEM_OFF,
	PSCI_ACTION_SYSTEM_RESET,
};

struct psci_request {
	uint64_t fid; /* a PSCI identifier; the upper half does not count */
	uint64_t argument[3]; /* X1-X3 */
	uint32_t caller; /* index of the calling CPU */
	/* Returns true if a CPU may start at this physical address. */
	bool (*is_entry)(uint64_t pa);
};

struct psci_reply {
	enum psci_action action;
	int64_t result;
	uint32_t target; /* index of the CPU to wake */
};

/* Makes CPU 0 on and the others off. cpus is at most MACHINE_MAX_CPUS. */
void psci_init(struct psci *psci, uint32_t cpus);

struct psci_reply psci_call(struct psci *psci,
			    const struct psci_request *request);

/*
 * Marks a CPU that was woken as on. Returns false, changing nothing, if no
 * CPU_ON asked for it: the CPU should wait again.
 */
bool psci_started(struct psci *psci, uint32_t cpu);

#endif
