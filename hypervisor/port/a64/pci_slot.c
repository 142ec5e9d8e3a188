/* SPDX-License-Identifier: BSD-3-Clause */
/* The bridge of the slots, and its hot-plug controller. */
#include "hypervisor/port/a64/pci_slot.h"

#include <stddef.h>

#include "lib/a64.h"

#define BRIDGE PCI_IDENTITY(0x1b36, 0x0001) /* QEMU's pci-bridge */

#define BUS 1
/* Primary bus 0; secondary and highest bus BUS. */
#define BUSES (BUS << 8 | BUS << 16)

/* The window of the bridge: whole MiB, the first and the last one. */
#define SLOTS_END (PCI_SLOT_BASE + PCI_DEVICES * PCI_SLOT_SIZE)
#define WINDOW    (PCI_SLOT_BASE >> 16 | (SLOTS_END - 1) >> 20 << 20)

/* ---- The hot-plug controller: working registers, in BAR 0 ---- */
#define SHPC_COMMAND   0x14 /* 16 bits: command, and slot << 8 */
#define SHPC_STATUS    0x16 /* 16 bits */
#define SHPC_SLOT(n)   (0x24 + 4 * ((n) - 1)) /* 32 bits */
#define SHPC_REGISTERS SHPC_SLOT(PCI_SLOTS + 1)

#define STATUS_BUSY   0x1
#define STATUS_FAILED 0xe

/* A command that sets power, power LED and attention LED of a slot. */
#define SLOT_ON  (2 | 1 << 2 | 3 << 4)
#define SLOT_OFF (3 | 3 << 2 | 3 << 4)

/* Bits of the register of a slot. */
#define SLOT_PRESENCE 0xc00 /* all bits set: it is empty */

#define PATIENCE 1000000

static struct pci_function bridge;
static unsigned bridge_device; /* its number on the root bus */
static bool started;

static uint64_t shpc(unsigned offset)
{
	return bridge.bars[0].base + offset;
}

static bool bridge_find(void)
{
	for (; bridge_device < PCI_DEVICES; bridge_device++) {
		struct pci_config config;

		bridge = pci_function_at(0, bridge_device);
		if (pci_identity_read(&bridge) != BRIDGE)
			continue;
		config = pci_config_read(&bridge);
		if (pci_capability(&config, PCI_CAP_SHPC) != 0)
			return true;
	}
	return false;
}

const char *pci_slots_start(void)
{
	const char *why;

	if (!bridge_find())
		return "there is no bridge with slots";
	mmio_write32(bridge.config + PCI_BRIDGE_BUSES, BUSES);
	mmio_write32(bridge.config + PCI_BRIDGE_MEMORY, WINDOW);
	mmio_write32(bridge.config + PCI_BRIDGE_PREFETCH, PCI_BRIDGE_NO_RANGE);
	why = pci_function_start(&bridge, &pci_root_room);
	if (why != NULL)
		return why;
	if (bridge.bars[0].size < SHPC_REGISTERS)
		return "there is no room for the registers of the slots";
	started = true;
	return NULL;
}

bool pci_slot_occupied(unsigned slot)
{
	return started && slot >= 1 && slot <= PCI_SLOTS &&
	       (mmio_read32(shpc(SHPC_SLOT(slot))) & SLOT_PRESENCE) !=
		       SLOT_PRESENCE;
}

static bool slot_command(unsigned slot, unsigned command)
{
	uint16_t status = STATUS_BUSY;

	mmio_write16(shpc(SHPC_COMMAND), (uint16_t)(slot << 8 | command));
	for (unsigned i = 0; i < PATIENCE && (status & STATUS_BUSY); i++)
		status = mmio_read16(shpc(SHPC_STATUS));
	return (status & (STATUS_BUSY | STATUS_FAILED)) == 0;
}

/* Bridges turn the four lines of their devices by the number of each device. */
static struct pci_function slot_function(unsigned slot)
{
	struct pci_function function = pci_function_at(BUS, slot);

	function.line = (function.line + bridge_device) % MACHINE_PCIE_INTIDS;
	return function;
}

bool pci_slot_on(unsigned slot)
{
	return pci_slot_occupied(slot) && slot_command(slot, SLOT_ON);
}

const char *pci_slot_open(unsigned slot, struct virtio_pci *device)
{
	struct pci_room room = { PCI_SLOT_BASE + slot * PCI_SLOT_SIZE,
				 PCI_SLOT_BASE + (slot + 1) * PCI_SLOT_SIZE };
	uint32_t identity;

	device->function = slot_function(slot);
	identity = pci_identity_read(&device->function);
	if (identity < PCI_IDENTITY(VIRTIO_PCI_VENDOR, VIRTIO_PCI_DEVICE(0)) ||
	    (identity & PCI_NONE) != VIRTIO_PCI_VENDOR)
		return "it is no virtio 1 device";
	return virtio_pci_open(device, &room);
}

bool pci_slot_off(unsigned slot)
{
	struct pci_function function = slot_function(slot);

	pci_function_stop(&function);
	return slot_command(slot, SLOT_OFF);
}
