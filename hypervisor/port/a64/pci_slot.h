/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slots for virtio devices that come and go while the machine runs. They are
 * behind a PCI bridge with a Standard Hot-Plug Controller (SHPC specification
 * 1.0): QEMU lets no device be plugged into the root bus, and offers root ports
 * only with message-signalled interrupts, which its machine has only with an
 * ITS. Without devices in them slots cost nothing. One thread at a time calls
 * these functions.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_PCI_SLOT_H
#define REEVE_HYPERVISOR_PORT_A64_PCI_SLOT_H

#include <stdbool.h>

#include "hypervisor/port/a64/virtio_pci.h"

/* Slots have the numbers 1 to PCI_SLOTS: the device's number behind the
 * bridge. */
#define PCI_SLOTS 31

/* Finds the bridge and gives it its bus and addresses. Called once, before all
 * others. Returns NULL, or why there are no slots. */
const char *pci_slots_start(void);

/* Returns true if there is a device in a slot. */
bool pci_slot_occupied(unsigned slot);

/* Turns a slot with a device in it on. Returns false if that is not possible. */
bool pci_slot_on(unsigned slot);

/* Opens the virtio device in a slot that is on. The device is not reset yet,
 * and accesses no memory. Returns NULL, or what is wrong. */
const char *pci_slot_open(unsigned slot, struct virtio_pci *device);

/*
 * Turns a slot off. The device accesses no memory any more when the function
 * returns, and QEMU removes it: if it is a disk, QEMU first waits until it has
 * answered the requests of all disks. Its interrupt must have been removed
 * before. Returns false if the slot does not turn off; then the device does not
 * access memory either.
 */
bool pci_slot_off(unsigned slot);

#endif
