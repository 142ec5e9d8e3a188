/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests: the virtual CPU interface as hardware has it (IHI0069, 6.3 and
 * 6.4), over the list registers that vgic_load() filled. It ignores the
 * priority mask and the running priority.
 */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_CPU_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/vcpu/vcpu.h"

#define FAKE_CPU_NONE 1023 /* the spurious INTID */

/* The guest reads ICC_IAR1_EL1. Returns the INTID. */
unsigned fake_cpu_ack(struct vcpu *vcpu);

/* The guest writes ICC_EOIR1_EL1 with EOImode 0. */
void fake_cpu_end(struct vcpu *vcpu, unsigned intid);

/* Returns true if a maintenance interrupt is asserted. */
bool fake_cpu_maintenance(const struct vcpu *vcpu);

#endif
