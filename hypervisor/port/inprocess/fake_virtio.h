/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of the carrier: a device of the host, and the memory and the driver
 * of a guest, which the test plays. The guest's pages lie in the host's memory
 * in another order, so that only few of them are consecutive there.
 */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_VIRTIO_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "hypervisor/core/virtio/virtio.h"
#include "hypervisor/port/inprocess/fake_backend.h"

#define FAKE_VIRTIO_PAGES  1200 /* of the guest */
#define FAKE_VIRTIO_RAM    UINT64_C(0x40000000) /* its IPA */
#define FAKE_VIRTIO_SHARED UINT64_C(0x100000000) /* other name of each page */
#define FAKE_VIRTIO_QUEUES FAKE_BACKEND_QUEUES
#define FAKE_VIRTIO_DEPTH  FAKE_BACKEND_DEPTH
#define FAKE_VIRTIO_CONFIG FAKE_BACKEND_CONFIG
#define FAKE_VIRTIO_ALL    UINT64_MAX /* all features that there ever were */

/* The parts of queue n lie in pages of their own, the first of these. */
#define FAKE_VIRTIO_RING_PAGE(n) (4 * (n))
#define FAKE_VIRTIO_DATA_PAGE    (4 * FAKE_VIRTIO_QUEUES)

struct fake_virtio {
	struct virtio_ops ops;
	struct host_ops host;
	struct virtio_device *device;
	void *memory; /* of the device */

	/* The guest's memory. */
	uint8_t (*ram)[4096]; /* by page of the guest */
	bool hidden[FAKE_VIRTIO_PAGES]; /* not shared with the host */
	bool far[FAKE_VIRTIO_PAGES]; /* no device can access it */
	bool straight; /* in the host's order */
	unsigned finds; /* how often it was looked for */
	uint64_t changes; /* how often it was taken back */
	bool single; /* it is found page by page, even where it is in a row */
	bool memory_locked;
	uint64_t held_until; /* its requests stay with it; 0: they do not */
	/* Called once, while the carrier looks for memory, if it is set. */
	void (*in_find)(struct fake_virtio *fake);
	/* The same while it looks at the time, which every round begins with. */
	void (*in_time)(struct fake_virtio *fake);

	/* The registers that the guest reads without an exit. */
	_Alignas(4) uint8_t window[VIRTIO_WINDOW];

	/* The memory that the carrier shares with the host's device. */
	void *shared;
	size_t shared_size;

	struct fake_backend theirs; /* the host's device */

	/* The guest's driver. */
	uint64_t agreed;
	unsigned size; /* of each queue */
	uint16_t offered[FAKE_VIRTIO_QUEUES]; /* its available index */

	/* Records. */
	bool line;
	unsigned kicks;
	unsigned relaxed; /* how often other threads could run */
	unsigned breaks;
	char why[VIRTIO_TEXT];
	uint64_t now;
};

/* Makes the device, and fills every field. The host's device offers these
 * features. */
void fake_virtio_init(struct fake_virtio *fake, uint64_t features,
		      bool reset_waits);
/* The same before another device than the one that the test plays, which has so
 * many queues. */
void fake_virtio_init_before(struct fake_virtio *fake,
			     const struct virtio_backend *backend,
			     unsigned queues);
void fake_virtio_free(struct fake_virtio *fake);

/* ---- The guest ---- */

/* Returns the address of a page of the guest, and its content. */
uint64_t fake_virtio_ipa(unsigned page);
uint8_t *fake_virtio_page(struct fake_virtio *fake, unsigned page);
/* Returns where an address of the guest is in this process. */
void *fake_virtio_at(struct fake_virtio *fake, uint64_t ipa);

/* Access a register of 32 bits, which must be accepted at once. */
uint32_t fake_virtio_read(struct fake_virtio *fake, uint64_t offset);
void fake_virtio_write(struct fake_virtio *fake, uint64_t offset,
		       uint64_t value);

/* The steps of a driver: it resets the device and agrees on features; sets up a
 * queue; and all of that, with all queues, up to DRIVER_OK. */
void fake_driver_begin(struct fake_virtio *fake, uint64_t features);
void fake_driver_queue(struct fake_virtio *fake, unsigned queue);
void fake_driver_start(struct fake_virtio *fake);

/* The guest's rings. */
struct virtq_desc *fake_driver_desc(struct fake_virtio *fake, unsigned queue,
				    unsigned index);
uint16_t *fake_driver_avail(struct fake_virtio *fake, unsigned queue,
			    unsigned offset);
uint16_t *fake_driver_used(struct fake_virtio *fake, unsigned queue,
			   unsigned offset);
/* Offers a request, whose first descriptor is written. */
void fake_driver_offer(struct fake_virtio *fake, unsigned queue, uint16_t head);
/* Writes a descriptor. */
void fake_driver_buffer(struct fake_virtio *fake, unsigned queue,
			unsigned index, const struct virtq_desc *desc);
void fake_driver_notify(struct fake_virtio *fake, unsigned queue);
/* Returns the answer of that number to the guest, from 0 on. */
struct virtq_used_elem fake_driver_answer(struct fake_virtio *fake,
					  unsigned queue, uint16_t number);

/* ---- The host ---- */

/* Returns the page of the guest at an address of the host; FAKE_VIRTIO_PAGES if
 * there is none. */
unsigned fake_host_page(const struct fake_virtio *fake, uint64_t pa);

/* Takes the next request of a queue. Returns false if there is none. A request
 * that no device could read ends the test. */
bool fake_host_take(struct fake_virtio *fake, unsigned queue,
		    struct fake_request *request);
/* Answers a request, and interrupts if the carrier asked for that. */
void fake_host_answer(struct fake_virtio *fake, unsigned queue, unsigned id,
		      uint32_t size);
/* Return the index of the ring that the host's device writes, and the place of
 * an answer in it. */
uint16_t *fake_host_idx(struct fake_virtio *fake, unsigned queue);
struct virtq_used_elem *fake_host_elem(struct fake_virtio *fake, unsigned queue,
				       uint16_t number);

/* Calls virtio_work() as long as there were kicks. */
void fake_virtio_work(struct fake_virtio *fake);

#endif
