/* SPDX-License-Identifier: BSD-3-Clause */
/* What EL3 does for the levels below beside PSCI: RMM-EL3 and FIRME. */
#ifndef REEVE_MONITOR_SERVICES_H
#define REEVE_MONITOR_SERVICES_H

#include "abi/firmware.h"
#include "monitor/cpu.h"

/* Copies what flash holds for the RMM (abi/provision.h), once. Panics if it
 * is broken. */
void services_init(const struct firmware_header *header);

/* An RMM-EL3 service but BOOT_COMPLETE: answers in the caller's frame. */
void services_rmm(struct frame *frame);

/* A FIRME call of a world, likewise. */
void services_firme(struct frame *frame, enum world caller);

#endif
