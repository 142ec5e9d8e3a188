/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device at GUEST_PVPANIC_BASE by which a guest's kernel tells its own end.
 * It is QEMU's pvpanic (qemu/qemu, docs/specs/pvpanic.rst): one byte, whose
 * bits are the events that both sides know.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_PVPANIC_H
#define REEVE_HYPERVISOR_CORE_IO_PVPANIC_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

struct pvpanic {
	bool told; /* the log has the guest's CRASH_LOADED */
};

/* Carries out an access by the guest, like vgic_gicd_access(). The domain may
 * have ended after it. */
bool pvpanic_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		    bool write, uint64_t *value);

#endif
