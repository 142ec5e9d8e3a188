/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio transport over PCI (virtio 1.2, 4.1), without the legacy
 * interface. What the device says of its structures is checked once, when it is
 * opened.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_VIRTIO_PCI_H
#define REEVE_HYPERVISOR_PORT_A64_VIRTIO_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "hypervisor/port/a64/pci.h"
#include "lib/addr.h"

struct virtio_pci {
	struct pci_function function;
	struct virtio_pci_layout layout; /* mapped */
};

/* Finds the first device of that kind (VIRTIO_ID_*) on the root bus: its
 * function. Returns false if there is none. */
bool virtio_pci_find(uint32_t id, struct virtio_pci *device);

/* Opens the virtio device that device->function is, with BARs in that room.
 * Returns NULL, or what is wrong. */
const char *virtio_pci_open(struct virtio_pci *device, struct pci_room *room);

/* Return and set the status. Writing 0 resets the device, which has happened
 * when 0 is read. */
uint8_t virtio_pci_status(const struct virtio_pci *device);
void virtio_pci_status_set(const struct virtio_pci *device, uint8_t status);

/* Return the features that the device offers; tell those that are accepted. */
uint64_t virtio_pci_features(const struct virtio_pci *device);
void virtio_pci_features_set(const struct virtio_pci *device, uint64_t features);

/* Resets the device, and agrees with it on exactly these feature bits. Returns
 * NULL, or what is wrong. */
const char *virtio_pci_begin(const struct virtio_pci *device, uint64_t features);

/* One queue of the device: how many descriptors it has, and where its three
 * parts are. */
struct virtio_pci_queue {
	unsigned number;
	unsigned size;
	pa_t desc, avail, used;
};

/* Returns how many descriptors a queue can have; 0: there is no such queue. */
unsigned virtio_pci_queue_max(const struct virtio_pci *device, unsigned queue);

/* Tells the device about a queue, and enables it. Returns false if the device
 * has no such queue, or only a shorter one, or has enabled it already. */
bool virtio_pci_queue_set(const struct virtio_pci *device,
			  const struct virtio_pci_queue *queue);

/* Returns the address that a write of the queue's number notifies it with; 0 if
 * it is outside of the device. */
uint64_t virtio_pci_notify_at(const struct virtio_pci *device, unsigned queue);
/* Tells the device that a queue has new buffers. */
void virtio_pci_notify(uint64_t at, unsigned queue);

/*
 * The device's configuration, of which a field has 1, 2, 4 or 8 bytes. Outside
 * of what there is, a field reads as 0 and keeps no value. What was read in
 * parts is whole if the generation was the same before and after.
 */
uint64_t virtio_pci_config(const struct virtio_pci *device, unsigned offset,
			   unsigned size);
void virtio_pci_config_set(const struct virtio_pci *device, unsigned offset,
			   unsigned size, uint64_t value);
uint8_t virtio_pci_generation(const struct virtio_pci *device);

/* Lets the device use the queues that were set, or stops it. */
void virtio_pci_start(const struct virtio_pci *device);
void virtio_pci_stop(const struct virtio_pci *device);

/* Returns why the device interrupted, and lowers its interrupt: bit 0 for
 * queues, bit 1 for a change of the configuration. */
uint8_t virtio_pci_isr(const struct virtio_pci *device);

#endif
