/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's virtio console device: its queues, its start and its end. */
#include "hypervisor/port/a64/virtio_serial.h"

#include <stddef.h>

#include "hypervisor/port/a64/virtio_mmio.h"
#include "lib/log.h"

#define FEATURES                                                               \
	(UINT64_C(1) << VIRTIO_F_VERSION_1 |                                   \
	 UINT64_C(1) << VIRTIO_CONSOLE_F_MULTIPORT)

static struct serial_memory memory[SERIAL_PORTS]
	__attribute__((section(".bss.page")));
static struct virtio_mmio device;
static struct serial serial;
static bool running;

static bool queue_set(const struct virtqueue *queue, unsigned number)
{
	pa_t base = pa_make((uintptr_t)queue->memory);

	return virtio_mmio_queue_set(
		&device,
		&(struct virtio_mmio_queue){
			.number = number,
			.size = queue->size,
			.desc = pa_add(base,
				       offsetof(struct virtqueue_memory, desc)),
			.avail = pa_add(
				base, offsetof(struct virtqueue_memory, avail)),
			.used = pa_add(base,
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

const char *virtio_serial_start(const struct serial_ops *ops)
{
	const char *why;

	if (!virtio_mmio_find(VIRTIO_ID_CONSOLE, &device))
		return "there is no virtio console device";
	why = virtio_mmio_begin(&device, FEATURES);
	if (why != NULL)
		return why;
	serial_init(&serial, ops, memory, pa_make((uintptr_t)memory),
		    virtio_mmio_config(&device, VIRTIO_CONSOLE_MAX_PORTS));
	if (!queues_set()) {
		virtio_mmio_stop(&device);
		return "its queues are too short";
	}
	virtio_mmio_start(&device);
	running = true;
	return NULL;
}

void virtio_serial_notify(void *ctx, unsigned queue)
{
	(void)ctx;
	virtio_mmio_notify(&device, queue);
}

bool virtio_serial_poll(void)
{
	bool any;

	if (!running)
		return false;
	any = serial_poll(&serial);
	if (serial.failed != NULL) {
		running = false;
		virtio_mmio_stop(&device);
		log_line("virtio console: %s", serial.failed);
	}
	return any;
}

uint32_t virtio_serial_intid(void)
{
	return device.intid;
}

void virtio_serial_acknowledge(void)
{
	virtio_mmio_acknowledge(&device);
}
