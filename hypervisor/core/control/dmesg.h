/* SPDX-License-Identifier: BSD-3-Clause */
/* The log of the hypervisor: its last lines, for CONTROL_DMESG. */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_DMESG_H
#define REEVE_HYPERVISOR_CORE_CONTROL_DMESG_H

#include <stdint.h>

#include "abi/control.h"
#include "lib/spinlock.h"

#define DMESG_SIZE 0x4000 /* a power of two */

/* All zero: empty. */
struct dmesg {
	struct spinlock lock;
	uint64_t end; /* bytes since boot */
	char ring[DMESG_SIZE];
};

void dmesg_put(struct dmesg *dmesg, char c);

/* Fills a reply with text from byte `from` on, counted since boot, or from the
 * oldest byte that is still in the ring. */
void dmesg_read(struct dmesg *dmesg, uint64_t from, struct control_dmesg *reply);

#endif
