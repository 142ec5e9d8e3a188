/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration space, BARs and interrupts of PCIe functions. */
#include "hypervisor/port/a64/pci.h"

#include <stddef.h>
#include <string.h>

#include "hypervisor/port/a64/irq.h"
#include "lib/a64.h"
#include "lib/spinlock.h"

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

struct pci_config pci_config_read(const struct pci_function *function)
{
	struct pci_config config;

	for (unsigned at = 0; at < PCI_CONFIG_SIZE; at += sizeof(uint32_t)) {
		uint32_t word = mmio_read32(function->config + at);

		memcpy(&config.bytes[at], &word, sizeof(word));
	}
	return config;
}

/* ---- BARs ---- */

/* Asks about a BAR. The upper half of a 64-bit one is zeroed, since all
 * addresses are below 4 GiB. */
static struct pci_bar_answer bar_ask(uint64_t at, unsigned left)
{
	struct pci_bar_answer answer = { .held = mmio_read32(at) };

	if ((answer.held & PCI_BAR_IO) != 0)
		return answer;
	mmio_write32(at, UINT32_MAX);
	answer.kept = mmio_read32(at);
	if (pci_bar_words(answer.held, left) == 2)
		mmio_write32(at + 4, 0);
	return answer;
}

static unsigned bars_count(const struct pci_function *function)
{
	uint8_t header = mmio_read8(function->config + PCI_HEADER);

	return (header & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE ? PCI_BRIDGE_BARS
							       : PCI_BARS;
}

static const char *bars_place(struct pci_function *function,
			      struct pci_room *room)
{
	struct pci_bar_answer answers[PCI_BARS] = { 0 };
	unsigned count = bars_count(function);
	const char *why;
	unsigned words = 1;

	for (unsigned i = 0; i < count && words > 0; i += words) {
		answers[i] = bar_ask(function->config + PCI_BAR(i), count - i);
		words = pci_bar_words(answers[i].held, count - i);
	}
	why = pci_bars_place(answers, count, room, function->bars);
	for (unsigned i = 0; i < count && why == NULL; i++) {
		if (function->bars[i].size != 0)
			mmio_write32(function->config + PCI_BAR(i),
				     (uint32_t)function->bars[i].base);
	}
	return why;
}

const char *pci_function_start(struct pci_function *function,
			       struct pci_room *room)
{
	const char *why;

	command_set(function, 0);
	why = bars_place(function, room);
	if (why != NULL)
		return why;
	/* A line that nobody lowers would interrupt without end. */
	command_set(function, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
				      PCI_COMMAND_NO_INTX);
	return NULL;
}

void pci_function_stop(const struct pci_function *function)
{
	command_set(function, 0);
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
