/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's virtio console device: its queues, its start and its end. */
#include "hypervisor/port/a64/virtio_serial.h"

#include <stddef.h>

#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/virtio_pci.h"
#include "lib/log.h"

#define FEATURES                                                               \
	(UINT64_C(1) << VIRTIO_F_VERSION_1 |                                   \
	 UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM |                             \
	 UINT64_C(1) << VIRTIO_CONSOLE_F_MULTIPORT)

#define QUEUES (VIRTIO_CONSOLE_OUT(SERIAL_PORTS - 1) + 1)

#define MEMORY_PAGES (pages_for(SERIAL_PORTS * sizeof(struct serial_memory)))

static struct virtio_pci device;
static struct serial serial;
static bool running;
/* The address that notifies each queue, as long as the device runs. */
static uint64_t notify_at[QUEUES];

static bool queue_set(const struct virtqueue *queue, unsigned number)
{
	pa_t base = pa_make((uintptr_t)queue->memory);

	notify_at[number] = virtio_pci_notify_at(&device, number);
	return notify_at[number] != 0 &&
	       virtio_pci_queue_set(
		       &device,
		       &(struct virtio_pci_queue){
			       .number = number,
			       .size = queue->size,
			       .desc = pa_add(
				       base,
				       offsetof(struct virtqueue_memory, desc)),
			       .avail = pa_add(base,
					       offsetof(struct virtqueue_memory,
							avail)),
			       .used = pa_add(
				       base,
				       offsetof(struct virtqueue_memory, used)),
		       });
}

static bool queues_set(void)
{
	bool set = queue_set(&serial.control_in, VIRTIO_CONSOLE_CONTROL_IN) &&
		   queue_set(&serial.control_out, VIRTIO_CONSOLE_CONTROL_OUT);

	for (unsigned i = 1; set && i < SERIAL_PORTS; i++) {
		if (serial.ports[i].usable) {
			set = queue_set(&serial.ports[i].in,
					VIRTIO_CONSOLE_IN(i)) &&
			      queue_set(&serial.ports[i].out,
					VIRTIO_CONSOLE_OUT(i));
		}
	}
	return set;
}

const char *virtio_serial_start(const struct serial_ops *ops,
				const struct host_ops *host)
{
	const char *why;
	pa_t memory;

	if (!dma_possible())
		return "the machine has no SMMU, so that EL3 gives no devices";
	if (!virtio_pci_find(VIRTIO_ID_CONSOLE, &device))
		return "there is no virtio console device";
	why = virtio_pci_open(&device, &pci_root_room);
	if (why == NULL)
		why = virtio_pci_begin(&device, FEATURES);
	if (why != NULL)
		return why;
	if (!host_dma_alloc(host, MEMORY_PAGES, 1, &memory))
		return "there is no memory for its queues";
	serial_init(&serial, ops, host->page_map(host->ctx, memory), memory,
		    (unsigned)virtio_pci_config(&device,
						VIRTIO_CONSOLE_MAX_PORTS, 4));
	if (!queues_set()) {
		virtio_pci_stop(&device);
		return "its queues are too short";
	}
	virtio_pci_start(&device);
	running = true;
	return NULL;
}

void virtio_serial_notify(void *ctx, unsigned queue)
{
	(void)ctx;
	virtio_pci_notify(notify_at[queue], queue);
}

bool virtio_serial_poll(void)
{
	bool any;

	if (!running)
		return false;
	any = serial_poll(&serial);
	if (serial.failed != NULL) {
		running = false;
		virtio_pci_stop(&device);
		log_line("virtio console: %s", serial.failed);
	}
	return any;
}

static void device_interrupt(void *ctx)
{
	void (*const *fn)(void) = ctx;

	if (virtio_pci_isr(&device) != 0)
		(*fn)();
}

void virtio_serial_interrupt(void (*fn)(void))
{
	static void (*handler)(void);
	static struct pci_interrupt interrupt = { device_interrupt, &handler,
						  NULL };

	handler = fn;
	pci_interrupt_add(&device.function, &interrupt);
}
