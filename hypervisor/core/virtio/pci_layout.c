/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges what PCI functions answer. */
#include "hypervisor/core/virtio/pci_layout.h"

#include <stddef.h>

#include "lib/number.h"

/* Capabilities are words behind the header. A list cannot have more of them;
 * one that has goes round in a circle. */
#define CAPS_BEGIN 0x40
#define CAPS_MAX   ((PCI_CONFIG_SIZE - CAPS_BEGIN) / 4)
#define CAP_MASK   0xfcu

/* Bytes of a capability of virtio, 4.1.4. That of NOTIFY has one more field. */
#define VIRTIO_CAP_SIZE        16u
#define VIRTIO_CAP_NOTIFY_SIZE 20u

/* ---- The configuration space ---- */

static uint32_t read32(const struct pci_config *config, unsigned at)
{
	const uint8_t *bytes = &config->bytes[at];

	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* A place in the list of capabilities. */
struct cap {
	unsigned at; /* 0: the list has ended */
	unsigned count; /* of those before it */
};

static struct cap cap_checked(const struct pci_config *config,
			      unsigned pointer_at, unsigned count)
{
	unsigned at = config->bytes[pointer_at] & CAP_MASK;

	if (at < CAPS_BEGIN || count == CAPS_MAX)
		at = 0;
	return (struct cap){ at, count };
}

static struct cap cap_first(const struct pci_config *config)
{
	if ((config->bytes[PCI_STATUS] & PCI_STATUS_CAPS) == 0)
		return (struct cap){ 0 };
	return cap_checked(config, PCI_CAPS, 0);
}

static struct cap cap_next(const struct pci_config *config, struct cap cap)
{
	return cap_checked(config, cap.at + PCI_CAP_NEXT, cap.count + 1);
}

static bool cap_is(const struct pci_config *config, struct cap cap, uint8_t id)
{
	return config->bytes[cap.at + PCI_CAP_ID] == id;
}

unsigned pci_capability(const struct pci_config *config, uint8_t id)
{
	struct cap cap = cap_first(config);

	while (cap.at != 0 && !cap_is(config, cap, id))
		cap = cap_next(config, cap);
	return cap.at;
}

/* ---- BARs ---- */

unsigned pci_bar_words(uint32_t held, unsigned left)
{
	if ((held & PCI_BAR_IO) != 0 || (held & PCI_BAR_64) == 0)
		return 1;
	return left > 1 ? 2 : 0;
}

/* All addresses are below 4 GiB, so the upper half of a BAR is zero. A BAR that
 * keeps no lower bit is absent, or is larger than that. */
static const char *bar_place(struct pci_bar_answer answer,
			     struct pci_room *room, struct pci_bar *bar)
{
	uint32_t kept = answer.kept & PCI_BAR_ADDRESS;

	if ((answer.held & PCI_BAR_IO) != 0)
		return NULL;
	bar->size = kept & -kept;
	if (bar->size == 0)
		return (answer.held & PCI_BAR_64) != 0 ? "a BAR is too large"
						       : NULL;
	bar->base = align_up(room->next, bar->size);
	if (bar->base > room->end || bar->size > room->end - bar->base)
		return "there is no room for its registers";
	room->next = bar->base + bar->size;
	return NULL;
}

const char *pci_bars_place(const struct pci_bar_answer *answers, unsigned count,
			   struct pci_room *room, struct pci_bar *bars)
{
	const char *why = NULL;
	unsigned words;

	for (unsigned i = 0; i < count; i++)
		bars[i] = (struct pci_bar){ 0 };
	for (unsigned i = 0; i < count && why == NULL; i += words) {
		words = pci_bar_words(answers[i].held, count - i);
		if (words == 0)
			return "half of a BAR is missing";
		why = bar_place(answers[i], room, &bars[i]);
	}
	return why;
}

/* ---- Virtio ---- */

static const uint32_t part_least[VIRTIO_PCI_CAPS] = {
	[VIRTIO_PCI_CAP_COMMON] = VIRTIO_PCI_COMMON_SIZE,
	[VIRTIO_PCI_CAP_NOTIFY] = 2,
	[VIRTIO_PCI_CAP_ISR] = 1,
};

static bool cap_has(unsigned at, unsigned size)
{
	return at <= PCI_CONFIG_SIZE - size;
}

/*
 * Reads one capability. Others than those of the first structure of each kind,
 * and those that do not lie in a BAR, are passed over.
 */
static void part_read(const struct pci_config *config, unsigned at,
		      const struct pci_bar *bars,
		      struct virtio_pci_layout *layout)
{
	unsigned type = config->bytes[at + VIRTIO_PCI_CAP_TYPE];
	unsigned bar = config->bytes[at + VIRTIO_PCI_CAP_BAR];
	uint32_t offset = read32(config, at + VIRTIO_PCI_CAP_OFFSET);
	uint32_t length = read32(config, at + VIRTIO_PCI_CAP_LENGTH);

	if (type >= VIRTIO_PCI_CAPS || bar >= PCI_BARS ||
	    layout->parts[type].size != 0)
		return;
	if (offset % 4 != 0 || offset > bars[bar].size ||
	    length > bars[bar].size - offset)
		return;
	if (type == VIRTIO_PCI_CAP_NOTIFY && !cap_has(at, VIRTIO_CAP_NOTIFY_SIZE))
		return;
	layout->parts[type] =
		(struct pci_bar){ bars[bar].base + offset, length };
	if (type == VIRTIO_PCI_CAP_NOTIFY) {
		layout->notify_multiply =
			read32(config, at + VIRTIO_PCI_CAP_MULTIPLY);
	}
}

const char *virtio_pci_layout_read(const struct pci_config *config,
				   const struct pci_bar *bars,
				   struct virtio_pci_layout *layout)
{
	*layout = (struct virtio_pci_layout){ .notify_multiply = 0 };
	for (struct cap cap = cap_first(config); cap.at != 0;
	     cap = cap_next(config, cap)) {
		if (cap_is(config, cap, PCI_CAP_VENDOR) &&
		    cap_has(cap.at, VIRTIO_CAP_SIZE))
			part_read(config, cap.at, bars, layout);
	}
	for (unsigned i = 0; i < VIRTIO_PCI_CAPS; i++) {
		if (layout->parts[i].size < part_least[i])
			return "it lacks the registers of virtio 1";
	}
	return NULL;
}

/* A register of 16 bits that is not aligned cannot be written: the access would
 * fault. */
uint64_t virtio_pci_notify_place(const struct virtio_pci_layout *layout,
				 uint16_t number)
{
	const struct pci_bar *part = &layout->parts[VIRTIO_PCI_CAP_NOTIFY];
	uint64_t offset = (uint64_t)layout->notify_multiply * number;

	return offset % 2 == 0 && offset <= part->size - 2 ? part->base + offset
							   : 0;
}

uint64_t virtio_pci_config_place(const struct virtio_pci_layout *layout,
				 unsigned offset, unsigned size)
{
	const struct pci_bar *part = &layout->parts[VIRTIO_PCI_CAP_CONFIG];

	if (offset % size != 0 || offset > part->size ||
	    size > part->size - offset)
		return 0;
	return part->base + offset;
}
