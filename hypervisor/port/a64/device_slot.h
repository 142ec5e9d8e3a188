/* SPDX-License-Identifier: BSD-3-Clause */
/* The slots of the machine as domains use them: QEMU's virtio devices behind
 * the carrier, and the thread of a domain's devices. */
#ifndef REEVE_HYPERVISOR_PORT_A64_DEVICE_SLOT_H
#define REEVE_HYPERVISOR_PORT_A64_DEVICE_SLOT_H

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/pci_slot.h"

/* Slot n of struct slot_ops is slot n + 1 of pci_slot.h. */
#define DEVICE_SLOTS PCI_SLOTS

/* Returns the functions for domains_config.slot_ops, after pci_slots_start().
 * host lets other threads run, and stays valid. */
const struct slot_ops *device_slots_open(const struct host_ops *host);

#endif
