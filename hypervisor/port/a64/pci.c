/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration space, BARs and interrupts of PCIe functions. */
#include "hypervisor/port/a64/pci.h"

#include <stddef.h>

#include "hypervisor/port/a64/irq.h"
#include "lib/a64.h"
#include "lib/number.h"
#include "lib/spinlock.h"

#define CAP_MASK 0xfcu

struct pci_room pci_root_room = { PCI_ROOT_BASE, PCI_ROOT_BASE + PCI_ROOT_SIZE };

static struct pci_interrupt *interrupts[MACHINE_PCIE_INTIDS];
static struct spinlock interrupts_lock;

/*
 * The line of INTA of a device behind the bridge of slots depends on the
 * bridge's own number as well: pci_slot.c adds that.
 */
struct pci_function pci_function_at(unsigned bus, unsigned device)
{
	struct pci_function function = {
		.config = (uint64_t)MACHINE_ECAM_BASE + PCI_ECAM_BUS(bus) +
			  PCI_ECAM_DEVICE(device),
	};
	uint8_t pin = mmio_read8(function.config + PCI_PIN);

	function.line = (device + pin - (pin != 0)) % MACHINE_PCIE_INTIDS;
	return function;
}

uint32_t pci_identity_read(const struct pci_function *function)
{
	return mmio_read32(function->config + PCI_VENDOR);
}

bool pci_find(uint32_t identity, struct pci_function *function)
{
	for (unsigned device = 0; device < PCI_DEVICES; device++) {
		*function = pci_function_at(0, device);
		if (pci_identity_read(function) == identity)
			return true;
	}
	return false;
}

static void command_set(const struct pci_function *function, uint16_t bits)
{
	mmio_write16(function->config + PCI_COMMAND, bits);
}

/*
 * Returns the size of a BAR: the address bits that it keeps. The upper half of
 * a 64-bit one is zeroed, since all addresses are below 4 GiB.
 */
static uint64_t bar_measure(uint64_t bar, bool is_64)
{
	uint32_t kept;

	mmio_write32(bar, UINT32_MAX);
	kept = mmio_read32(bar) & PCI_BAR_ADDRESS;
	if (is_64)
		mmio_write32(bar + 4, 0);
	return kept & -kept;
}

static bool room_take(struct pci_room *room, struct pci_bar *bar)
{
	bar->base = align_up(room->next, bar->size);
	if (bar->base > room->end || bar->size > room->end - bar->base)
		return false;
	room->next = bar->base + bar->size;
	return true;
}

static bool bars_place(struct pci_function *function, struct pci_room *room)
{
	uint8_t header = mmio_read8(function->config + PCI_HEADER);
	unsigned bars = (header & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE
				? PCI_BRIDGE_BARS
				: PCI_BARS;

	for (unsigned i = 0; i < bars; i++) {
		uint64_t at = function->config + PCI_BAR(i);
		uint32_t kind = mmio_read32(at);
		bool is_64 = (kind & PCI_BAR_64) != 0;

		if (kind & PCI_BAR_IO)
			continue;
		function->bars[i].size = bar_measure(at, is_64);
		if (function->bars[i].size != 0) {
			if (!room_take(room, &function->bars[i]))
				return false;
			mmio_write32(at, (uint32_t)function->bars[i].base);
		}
		i += is_64;
	}
	return true;
}

bool pci_function_start(struct pci_function *function, struct pci_room *room)
{
	command_set(function, 0);
	if (!bars_place(function, room))
		return false;
	/* A line that nobody lowers would interrupt without end. */
	command_set(function, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
				      PCI_COMMAND_NO_INTX);
	return true;
}

void pci_function_stop(const struct pci_function *function)
{
	command_set(function, 0);
}

unsigned pci_capability(const struct pci_function *function, uint8_t id,
			unsigned after)
{
	unsigned at = after != 0 ? after + PCI_CAP_NEXT : PCI_CAPS;

	if ((mmio_read16(function->config + PCI_STATUS) & PCI_STATUS_CAPS) == 0)
		return 0;
	for (unsigned i = 0; i < PCI_CAPS_MAX; i++) {
		at = mmio_read8(function->config + at) & CAP_MASK;
		if (at == 0 || mmio_read8(function->config + at) == id)
			return at;
		at += PCI_CAP_NEXT;
	}
	return 0;
}

/* ---- Interrupts ---- */

static void line_handle(void *ctx)
{
	struct pci_interrupt *const *line = ctx;

	spinlock_acquire(&interrupts_lock);
	for (const struct pci_interrupt *one = *line; one != NULL;
	     one = one->next)
		one->fn(one->ctx);
	spinlock_release(&interrupts_lock);
}

static void interrupt_allow(const struct pci_function *function, bool allowed)
{
	uint16_t command = mmio_read16(function->config + PCI_COMMAND);
	uint16_t low = PCI_COMMAND_NO_INTX;

	command_set(function,
		    allowed ? command & (uint16_t)~low : command | low);
}

void pci_interrupt_add(const struct pci_function *function,
		       struct pci_interrupt *interrupt)
{
	struct pci_interrupt **line = &interrupts[function->line];

	spinlock_acquire(&interrupts_lock);
	interrupt->next = *line;
	*line = interrupt;
	spinlock_release(&interrupts_lock);
	interrupt_allow(function, true);
}

void pci_interrupt_remove(const struct pci_function *function,
			  struct pci_interrupt *interrupt)
{
	struct pci_interrupt **at = &interrupts[function->line];

	interrupt_allow(function, false);
	spinlock_acquire(&interrupts_lock);
	while (*at != interrupt)
		at = &(*at)->next;
	*at = interrupt->next;
	spinlock_release(&interrupts_lock);
}

void pci_interrupts_enable(void)
{
	for (unsigned line = 0; line < MACHINE_PCIE_INTIDS; line++) {
		unsigned intid = MACHINE_PCIE_INTID + line;

		irq_register(intid, line_handle, &interrupts[line]);
		irq_enable_spi(intid, false);
	}
}
