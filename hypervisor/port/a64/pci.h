/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions of the machine's PCIe (abi/pci.h): finding them, giving them
 * addresses, and their interrupts. All BARs are placed in the 32-bit window,
 * which the hypervisor's translation tables reach.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_PCI_H
#define REEVE_HYPERVISOR_PORT_A64_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/machine_map.h"
#include "abi/pci.h"
#include "hypervisor/core/virtio/pci_layout.h"

/* Buses that are used: the root bus, and the one behind the bridge of slots. */
#define PCI_BUSES_USED 2
#define PCI_ECAM_USED  PCI_ECAM_BUS(PCI_BUSES_USED)

/* How the window for BARs is divided; the rest of it is not mapped. */
#define PCI_ROOT_BASE MACHINE_PCIE_BASE /* devices of the root bus */
#define PCI_ROOT_SIZE 0x01000000
#define PCI_SLOT_BASE (PCI_ROOT_BASE + PCI_ROOT_SIZE)
#define PCI_SLOT_SIZE 0x00100000 /* for each device of the other bus */
#define PCI_MMIO_SIZE (PCI_ROOT_SIZE + PCI_DEVICES * PCI_SLOT_SIZE)

struct pci_function {
	uint64_t config; /* address of its configuration space */
	unsigned line; /* interrupt: below MACHINE_PCIE_INTIDS */
	struct pci_bar bars[PCI_BARS];
};

/* Returns the function 0 of a device, without its BARs. */
struct pci_function pci_function_at(unsigned bus, unsigned device);

/* Vendor and device: the first word of a configuration space. */
#define PCI_IDENTITY(vendor, device) ((uint32_t)(device) << 16 | (vendor))
uint32_t pci_identity_read(const struct pci_function *function);

/* Finds the first such device on the root bus. Returns false if there is none.
 */
bool pci_find(uint32_t identity, struct pci_function *function);

/* Copies the function's configuration space. */
struct pci_config pci_config_read(const struct pci_function *function);

/*
 * Gives each BAR for memory an address, and lets the function answer there and
 * access memory, but not interrupt. Returns NULL, or what is wrong.
 */
const char *pci_function_start(struct pci_function *function,
			       struct pci_room *room);
/* The function neither answers nor accesses memory any more. */
void pci_function_stop(const struct pci_function *function);
/* The room that BARs of the root bus are given. One thread uses it. */
extern struct pci_room pci_root_room;

/*
 * The use of an interrupt by one function; several functions share a line. fn
 * makes the function lower its line, and is called with a spinlock held, also
 * for interrupts of the others.
 */
struct pci_interrupt {
	void (*fn)(void *ctx);
	void *ctx;
	struct pci_interrupt *next;
};
void pci_interrupt_add(const struct pci_function *function,
		       struct pci_interrupt *interrupt);
/* The function does not interrupt any more, and fn is not called, when this
 * function has returned. */
void pci_interrupt_remove(const struct pci_function *function,
			  struct pci_interrupt *interrupt);
/* Routes all lines to the calling core and enables them. Called once. */
void pci_interrupts_enable(void);

#endif
