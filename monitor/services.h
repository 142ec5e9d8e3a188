/* SPDX-License-Identifier: BSD-3-Clause */
/* The services of EL3 besides PSCI: RMM-EL3 and FIRME. */
#ifndef REEVE_MONITOR_SERVICES_H
#define REEVE_MONITOR_SERVICES_H

#include "abi/firmware.h"
#include "monitor/cpu.h"

/*
 * Copies the provisioned part (abi/provision.h) out of flash; called once.
 * Panics if the part is malformed.
 */
void services_init(const struct firmware_header *header);

/*
 * Serves an RMM-EL3 call other than BOOT_COMPLETE. The answer goes into the
 * caller's frame.
 */
void services_rmm(struct frame *frame);

/* Serves a FIRME call of either world in the same way. */
void services_firme(struct frame *frame, enum world caller);

#endif
