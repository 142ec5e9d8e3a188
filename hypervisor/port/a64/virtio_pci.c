/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtio over PCI: finding a device, starting and notifying it. */
#include "hypervisor/port/a64/virtio_pci.h"

#include <stddef.h>

#include "lib/a64.h"

/* ---- Where the structures are ---- */

static const uint32_t part_least[VIRTIO_PCI_CAPS] = {
	[VIRTIO_PCI_CAP_COMMON] = VIRTIO_PCI_COMMON_SIZE,
	[VIRTIO_PCI_CAP_NOTIFY] = 2,
	[VIRTIO_PCI_CAP_ISR] = 1,
};

/*
 * Reads one capability. Others than those of the first structure of each kind,
 * and those that do not lie in a BAR, are passed over.
 */
static void part_read(struct virtio_pci *device, unsigned cap)
{
	uint64_t at = device->function.config + cap;
	unsigned type = mmio_read8(at + VIRTIO_PCI_CAP_TYPE);
	unsigned bar = mmio_read8(at + VIRTIO_PCI_CAP_BAR);
	uint32_t offset = mmio_read32(at + VIRTIO_PCI_CAP_OFFSET);
	uint32_t length = mmio_read32(at + VIRTIO_PCI_CAP_LENGTH);
	const struct pci_bar *in;

	if (type >= VIRTIO_PCI_CAPS || bar >= PCI_BARS ||
	    device->parts[type].size != 0)
		return;
	in = &device->function.bars[bar];
	if (offset % 4 != 0 || offset > in->size || length > in->size - offset)
		return;
	device->parts[type] = (struct pci_bar){ in->base + offset, length };
	if (type == VIRTIO_PCI_CAP_NOTIFY) {
		device->notify_multiply =
			mmio_read32(at + VIRTIO_PCI_CAP_MULTIPLY);
	}
}

static const char *parts_read(struct virtio_pci *device)
{
	unsigned cap = pci_capability(&device->function, PCI_CAP_VENDOR, 0);

	/* The list of a device that lies may have no end. */
	for (unsigned i = 0; cap != 0 && i < PCI_CAPS_MAX; i++) {
		part_read(device, cap);
		cap = pci_capability(&device->function, PCI_CAP_VENDOR, cap);
	}
	for (unsigned i = 0; i < VIRTIO_PCI_CAPS; i++) {
		if (device->parts[i].size < part_least[i])
			return "it lacks the registers of virtio 1";
	}
	return NULL;
}

const char *virtio_pci_open(struct virtio_pci *device, struct pci_room *room)
{
	*device = (struct virtio_pci){ .function = device->function };
	if (!pci_function_start(&device->function, room))
		return "there is no room for its registers";
	return parts_read(device);
}

bool virtio_pci_find(uint32_t id, struct virtio_pci *device)
{
	return pci_find(PCI_IDENTITY(VIRTIO_PCI_VENDOR, VIRTIO_PCI_DEVICE(id)),
			&device->function);
}

/* ---- The common structure ---- */

static uint64_t common(const struct virtio_pci *device, unsigned offset)
{
	return device->parts[VIRTIO_PCI_CAP_COMMON].base + offset;
}

uint8_t virtio_pci_status(const struct virtio_pci *device)
{
	return mmio_read8(common(device, VIRTIO_PCI_STATUS));
}

void virtio_pci_status_set(const struct virtio_pci *device, uint8_t status)
{
	mmio_write8(common(device, VIRTIO_PCI_STATUS), status);
}

static void status_add(const struct virtio_pci *device, uint8_t bits)
{
	virtio_pci_status_set(device, virtio_pci_status(device) | bits);
}

/* Resets the device by writing zero. The reset is complete when zero is read
 * (VIRTIO 1.2, 4.1.4.3.1); on QEMU it is at once. */
static bool virtio_reset(const struct virtio_pci *device)
{
	virtio_pci_status_set(device, 0);
	return virtio_pci_status(device) == 0;
}

uint64_t virtio_pci_features(const struct virtio_pci *device)
{
	uint64_t features = 0;

	for (unsigned i = 0; i < 2; i++) {
		mmio_write32(common(device, VIRTIO_PCI_DEVICE_FEATURES_SEL), i);
		features |= (uint64_t)mmio_read32(
				    common(device, VIRTIO_PCI_DEVICE_FEATURES))
			    << 32 * i;
	}
	return features;
}

void virtio_pci_features_set(const struct virtio_pci *device, uint64_t features)
{
	for (unsigned i = 0; i < 2; i++) {
		mmio_write32(common(device, VIRTIO_PCI_DRIVER_FEATURES_SEL), i);
		mmio_write32(common(device, VIRTIO_PCI_DRIVER_FEATURES),
			     (uint32_t)(features >> 32 * i));
	}
}

const char *virtio_pci_begin(const struct virtio_pci *device, uint64_t features)
{
	if (!virtio_reset(device))
		return "it does not reset";
	status_add(device, VIRTIO_STATUS_ACKNOWLEDGE);
	status_add(device, VIRTIO_STATUS_DRIVER);
	if ((virtio_pci_features(device) & features) != features)
		return "it lacks a feature";
	virtio_pci_features_set(device, features);
	status_add(device, VIRTIO_STATUS_FEATURES_OK);
	if ((virtio_pci_status(device) & VIRTIO_STATUS_FEATURES_OK) == 0)
		return "it does not agree to the features";
	return NULL;
}

void virtio_pci_start(const struct virtio_pci *device)
{
	status_add(device, VIRTIO_STATUS_DRIVER_OK);
}

/* A device that was reset does not access memory. */
void virtio_pci_stop(const struct virtio_pci *device)
{
	(void)virtio_reset(device);
	status_add(device, VIRTIO_STATUS_FAILED);
}

/* ---- Queues ---- */

static void queue_select(const struct virtio_pci *device, unsigned queue)
{
	mmio_write16(common(device, VIRTIO_PCI_QUEUE_SEL), (uint16_t)queue);
}

unsigned virtio_pci_queue_max(const struct virtio_pci *device, unsigned queue)
{
	if (queue >= mmio_read16(common(device, VIRTIO_PCI_NUM_QUEUES)))
		return 0;
	queue_select(device, queue);
	return mmio_read16(common(device, VIRTIO_PCI_QUEUE_SIZE));
}

static void address_write(const struct virtio_pci *device, unsigned offset,
			  pa_t pa)
{
	mmio_write32(common(device, offset), (uint32_t)pa.value);
	mmio_write32(common(device, offset + 4), (uint32_t)(pa.value >> 32));
}

bool virtio_pci_queue_set(const struct virtio_pci *device,
			  const struct virtio_pci_queue *queue)
{
	if (virtio_pci_queue_max(device, queue->number) < queue->size ||
	    mmio_read16(common(device, VIRTIO_PCI_QUEUE_ENABLE)) != 0)
		return false;
	mmio_write16(common(device, VIRTIO_PCI_QUEUE_SIZE),
		     (uint16_t)queue->size);
	address_write(device, VIRTIO_PCI_QUEUE_DESC, queue->desc);
	address_write(device, VIRTIO_PCI_QUEUE_DRIVER, queue->avail);
	address_write(device, VIRTIO_PCI_QUEUE_DEVICE, queue->used);
	dsb(st); /* the rings before the device may read them */
	mmio_write16(common(device, VIRTIO_PCI_QUEUE_ENABLE), 1);
	return true;
}

uint64_t virtio_pci_notify_at(const struct virtio_pci *device, unsigned queue)
{
	const struct pci_bar *part = &device->parts[VIRTIO_PCI_CAP_NOTIFY];
	uint64_t offset;

	queue_select(device, queue);
	offset = (uint64_t)device->notify_multiply *
		 mmio_read16(common(device, VIRTIO_PCI_QUEUE_NOTIFY_OFF));
	/* An access that is not aligned would stop the hypervisor. */
	return offset % 2 == 0 && offset <= part->size - 2 ? part->base + offset
							   : 0;
}

void virtio_pci_notify(uint64_t at, unsigned queue)
{
	dsb(st); /* the queue's content before the device looks at it */
	mmio_write16(at, (uint16_t)queue);
}

uint8_t virtio_pci_isr(const struct virtio_pci *device)
{
	return mmio_read8(device->parts[VIRTIO_PCI_CAP_ISR].base);
}

/* ---- The device's own configuration ---- */

/* Returns the address of a field; 0 if it is not there. */
static uint64_t config_at(const struct virtio_pci *device, unsigned offset,
			  unsigned size)
{
	const struct pci_bar *part = &device->parts[VIRTIO_PCI_CAP_CONFIG];

	if (offset % size != 0 || offset > part->size ||
	    size > part->size - offset)
		return 0;
	return part->base + offset;
}

uint64_t virtio_pci_config(const struct virtio_pci *device, unsigned offset,
			   unsigned size)
{
	uint64_t at = config_at(device, offset, size);

	if (at == 0)
		return 0;
	switch (size) {
	case 1:
		return mmio_read8(at);
	case 2:
		return mmio_read16(at);
	case 4:
		return mmio_read32(at);
	default: /* virtio 1.2, 4.1.3.1: 64 bits as two words */
		return mmio_read32(at) | (uint64_t)mmio_read32(at + 4) << 32;
	}
}

void virtio_pci_config_set(const struct virtio_pci *device, unsigned offset,
			   unsigned size, uint64_t value)
{
	uint64_t at = config_at(device, offset, size);

	if (at == 0)
		return;
	switch (size) {
	case 1:
		mmio_write8(at, (uint8_t)value);
		return;
	case 2:
		mmio_write16(at, (uint16_t)value);
		return;
	case 4:
		mmio_write32(at, (uint32_t)value);
		return;
	default:
		mmio_write32(at, (uint32_t)value);
		mmio_write32(at + 4, (uint32_t)(value >> 32));
	}
}

uint8_t virtio_pci_generation(const struct virtio_pci *device)
{
	return mmio_read8(common(device, VIRTIO_PCI_GENERATION));
}
