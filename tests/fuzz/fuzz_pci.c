/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for what a PCI function of the host answers: the input is the
 * answers about its BARs, and then its configuration space. Whatever they are,
 * no BAR may lie outside of the room or over another one, no structure outside
 * of a BAR, and no register that the hypervisor would access may be unaligned
 * or outside of its structure.
 */
#include <string.h>

#include "hypervisor/core/virtio/pci_layout.h"
#include "tests/fuzz/fuzz.h"

#define ROOM_BASE UINT64_C(0x10000000)
#define ROOM_SIZE UINT64_C(0x100000)
#define QUEUES    4

/* Returns true if [base, base + size) lies in [from, from + room). */
static bool lies_in(uint64_t base, uint64_t size, uint64_t from, uint64_t room)
{
	return base >= from && base - from <= room &&
	       size <= room - (base - from);
}

static uint32_t word_take(struct input *input)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < sizeof(word); i++)
		word = word << 8 | byte_take(input);
	return word;
}

/* Returns the answers about a BAR: mostly such as a function gives. */
static struct pci_bar_answer answer_take(struct input *input)
{
	uint8_t choice = byte_take(input);

	if (choice >= 0xf0)
		return (struct pci_bar_answer){ word_take(input),
						word_take(input) };
	return (struct pci_bar_answer){
		.held = choice & 0xf,
		.kept = choice < 0x20 ? 0
				      : ~(UINT32_C(0x10) << choice / 0x10) + 1,
	};
}

static void bars_check(const struct pci_bar *bars, const struct pci_room *room)
{
	uint64_t end = ROOM_BASE;

	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (bars[i].size == 0)
			continue;
		require(lies_in(bars[i].base, bars[i].size, end,
				ROOM_BASE + ROOM_SIZE - end));
		require(bars[i].base % bars[i].size == 0);
		end = bars[i].base + bars[i].size;
	}
	require(room->next == end);
}

static void part_check(const struct pci_bar *part, const struct pci_bar *bars)
{
	bool found = part->size == 0;

	for (unsigned i = 0; i < PCI_BARS; i++)
		found = found || lies_in(part->base, part->size, bars[i].base,
					 bars[i].size);
	require(found && part->base % 4 == 0);
}

/* Checks the address of a register; 0 is none. */
static void register_check(uint64_t at, unsigned size,
			   const struct pci_bar *part)
{
	if (at == 0)
		return;
	require(at % (size < 4 ? size : 4) == 0);
	require(lies_in(at, size, part->base, part->size));
}

static void layout_check(const struct virtio_pci_layout *layout,
			 const struct pci_bar *bars, struct input *input)
{
	for (unsigned i = 0; i < VIRTIO_PCI_CAPS; i++)
		part_check(&layout->parts[i], bars);
	require(layout->parts[VIRTIO_PCI_CAP_COMMON].size >=
		VIRTIO_PCI_COMMON_SIZE);
	require(layout->parts[VIRTIO_PCI_CAP_ISR].size >= 1);
	for (unsigned i = 0; i < QUEUES; i++) {
		uint16_t number = (uint16_t)word_take(input);
		unsigned size = 1U << number % 4;

		register_check(virtio_pci_notify_place(layout, number), 2,
			       &layout->parts[VIRTIO_PCI_CAP_NOTIFY]);
		register_check(virtio_pci_config_place(layout, number, size),
			       size, &layout->parts[VIRTIO_PCI_CAP_CONFIG]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct pci_room room = { ROOM_BASE, ROOM_BASE + ROOM_SIZE };
	struct pci_bar_answer answers[PCI_BARS];
	struct virtio_pci_layout layout;
	struct pci_bar bars[PCI_BARS];
	struct pci_config config;
	unsigned cap;

	for (unsigned i = 0; i < PCI_BARS; i++)
		answers[i] = answer_take(&input);
	for (unsigned i = 0; i < PCI_CONFIG_SIZE; i++)
		config.bytes[i] = byte_take(&input);
	cap = pci_capability(&config, PCI_CAP_SHPC);
	require(cap == 0 || (config.bytes[cap] == PCI_CAP_SHPC && cap >= 0x40));
	if (pci_bars_place(answers, PCI_BARS, &room, bars) != NULL)
		return 0;
	bars_check(bars, &room);
	if (virtio_pci_layout_read(&config, bars, &layout) == NULL)
		layout_check(&layout, bars, &input);
	return 0;
}
