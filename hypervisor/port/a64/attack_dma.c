/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of a virtio device whose descriptors name any memory. */
#include "hypervisor/port/a64/attack_dma.h"

#include <stddef.h>
#include <string.h>

#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/irq.h"
#include "lib/a64.h"

#define FEATURES                                                               \
	(UINT64_C(1) << VIRTIO_F_VERSION_1 |                                   \
	 UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM |                             \
	 UINT64_C(1) << VIRTIO_F_INDIRECT_DESC)

#define GOOD_SIZE 16 /* of the part of a chain that may be accessed */

static uint64_t address_of(const volatile void *pointer)
{
	return (uintptr_t)pointer;
}

static pa_t ring_pa(const struct attack_dma_access *access,
		    enum attack_dma_way way, const volatile void *own)
{
	return access->way == way ? access->pa : pa_make(address_of(own));
}

bool attack_dma_begin(const struct attack_dma *attack,
		      const struct attack_dma_access *access)
{
	struct attack_dma_memory *memory = attack->memory;
	const struct virtio_pci_queue queue = {
		.number = attack->queue,
		.size = ATTACK_DMA_QUEUE,
		.desc = ring_pa(access, ATTACK_DMA_DESC, memory->desc),
		.avail = ring_pa(access, ATTACK_DMA_AVAIL, &memory->avail),
		.used = ring_pa(access, ATTACK_DMA_USED, &memory->used),
	};

	memset(memory, 0, sizeof(*memory));
	if (virtio_pci_begin(&attack->device, FEATURES) != NULL ||
	    !virtio_pci_queue_set(&attack->device, &queue))
		return false;
	virtio_pci_start(&attack->device);
	return true;
}

void attack_dma_fill(const struct attack_dma *attack,
		     const struct attack_dma_access *access)
{
	struct attack_dma_memory *memory = attack->memory;
	uint16_t flags = access->write ? VIRTQ_DESC_WRITE : 0;
	const struct virtq_desc target = { access->pa.value, ATTACK_DMA_SIZE,
					   flags, 0 };
	const struct virtq_desc good = { address_of(memory->buffer), GOOD_SIZE,
					 flags, 0 };

	memory->desc[0] = access->way == ATTACK_DMA_DIRECT ? target : good;
	if (access->way == ATTACK_DMA_CHAINED) {
		memory->desc[0].flags |= VIRTQ_DESC_NEXT;
		memory->desc[0].next = 1;
		memory->desc[1] = target;
	}
	if (access->way == ATTACK_DMA_INDIRECT ||
	    access->way == ATTACK_DMA_TABLE) {
		memory->desc[0] =
			(struct virtq_desc){ address_of(memory->indirect),
					     sizeof(struct virtq_desc),
					     VIRTQ_DESC_INDIRECT, 0 };
		memory->indirect[0] = target;
	}
	if (access->way == ATTACK_DMA_TABLE)
		memory->desc[0].addr = access->pa.value;
}

void attack_dma_post(const struct attack_dma *attack)
{
	volatile struct attack_dma_memory *memory = attack->memory;

	memory->avail.ring[0] = 0;
	dsb(st);
	memory->avail.idx = 1;
	virtio_pci_notify(virtio_pci_notify_at(&attack->device, attack->queue),
			  attack->queue);
}

bool attack_dma_ended(const struct attack_dma *attack)
{
	const volatile struct attack_dma_memory *memory = attack->memory;

	irq_poll();
	return memory->used.idx != 0 || (virtio_pci_status(&attack->device) &
					 VIRTIO_STATUS_NEEDS_RESET) != 0;
}

static struct control_host faults_read(void)
{
	struct control_host host = { 0 };

	dma_faults_fill(NULL, &host);
	return host;
}

/* A device that finds no descriptors, because it cannot read where they are,
 * does not end: then the fault is the end. */
static void end_await(const struct attack_dma *attack,
		      const struct attack_dma_access *access, uint64_t faults)
{
	while (!attack_dma_ended(attack)) {
		if (access->way >= ATTACK_DMA_TABLE &&
		    faults_read().dma_faults != faults)
			return;
	}
}

bool attack_dma_stopped(const struct attack_dma *attack,
			const struct attack_dma_access *access)
{
	uint64_t before = faults_read().dma_faults;
	struct control_host after;

	if (!attack_dma_begin(attack, access))
		return false;
	attack_dma_fill(attack, access);
	attack_dma_post(attack);
	end_await(attack, access, before);
	virtio_pci_stop(&attack->device);
	after = faults_read();
	return after.dma_faults > before &&
	       after.dma_fault_address >> MACHINE_PAGE_SHIFT ==
		       access->pa.value >> MACHINE_PAGE_SHIFT;
}
