/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of a PCI function and of a virtio device on PCI: what its
 * configuration space says, and where that puts its registers. The function is
 * the host's, and may answer anything. So its answers are copied once, and
 * judged here, without an access to the device.
 */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_PCI_LAYOUT_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_PCI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/pci.h"
#include "abi/virtio.h"

/* A copy of a configuration space. */
struct pci_config {
	uint8_t bytes[PCI_CONFIG_SIZE];
};

/* Finds the first capability of that kind. Returns its offset; 0: there is
 * none. */
unsigned pci_capability(const struct pci_config *config, uint8_t id);

/* ---- BARs ---- */

/* Addresses that BARs can be given: those of [next, end). */
struct pci_room {
	uint64_t next;
	uint64_t end;
};

struct pci_bar {
	uint64_t base;
	uint64_t size; /* 0: there is no such BAR */
};

/* The answers of a function about one BAR. */
struct pci_bar_answer {
	uint32_t held; /* what it holds: its kind */
	uint32_t kept; /* what it keeps if all bits are set */
};

/* Returns how many of the `left` BARs from one on belong to it: 2 if it has 64
 * bits, else 1; 0: it has 64 bits and is the last. */
unsigned pci_bar_words(uint32_t held, unsigned left);

/*
 * Gives each BAR for memory an address in the room. A place of the array that
 * is the upper half of a BAR is not looked at. Returns NULL, or what is wrong.
 */
const char *pci_bars_place(const struct pci_bar_answer *answers, unsigned count,
			   struct pci_room *room, struct pci_bar *bars);

/* ---- Virtio ---- */

struct virtio_pci_layout {
	struct pci_bar parts[VIRTIO_PCI_CAPS]; /* by VIRTIO_PCI_CAP_* */
	uint32_t notify_multiply;
};

/* Finds the structures of a device in its PCI_BARS BARs. Returns NULL, or what
 * is wrong. */
const char *virtio_pci_layout_read(const struct pci_config *config,
				   const struct pci_bar *bars,
				   struct virtio_pci_layout *layout);

/* Returns the address at which a queue is notified, of which the device says
 * this number; 0: it is none that can be written. */
uint64_t virtio_pci_notify_place(const struct virtio_pci_layout *layout,
				 uint16_t number);

/* Returns the address of a field of the device's own configuration, of 1, 2, 4
 * or 8 bytes; 0: there is none. */
uint64_t virtio_pci_config_place(const struct virtio_pci_layout *layout,
				 unsigned offset, unsigned size);

#endif
