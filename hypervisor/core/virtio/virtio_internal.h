/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device and its queues. All of it is guarded by the device's lock, except
 * where it says otherwise.
 */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_VIRTIO_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_VIRTIO_INTERNAL_H

#include "abi/virtio.h"
#include "hypervisor/core/busy_lock.h"
#include "hypervisor/core/virtio/virtio.h"
#include "lib/spinlock.h"

#define VIRTIO_BIT(n) (UINT64_C(1) << (n))

/*
 * The host's ring has one descriptor for each request: the buffer, or a table
 * with its pieces, since what is one buffer of the guest may be several runs of
 * the host's pages. With tables, the host's device need not have a longer ring
 * than the guest, however the memory lies. Tables are allocated in chunks, of
 * which there are as many as descriptors: requests of one piece or two always
 * find one, and a larger one may have to wait until others are answered.
 */
#define VIRTIO_CHUNK  2 /* pieces */
#define VIRTIO_CHUNKS (VIRTIO_PIECES / VIRTIO_CHUNK)

_Static_assert(VIRTIO_CHUNKS == CONTROL_QUEUE_SIZE, "a chunk for each request");

/* The memory of a queue that the host's device accesses. It may write to any of
 * it at any time. */
struct virtio_shared {
	struct virtq_desc desc[CONTROL_QUEUE_SIZE];
	struct virtq_desc tables[VIRTIO_PIECES];
	uint8_t avail[VIRTQ_AVAIL_SIZE(CONTROL_QUEUE_SIZE)]
		__attribute__((aligned(VIRTQ_USED_ALIGN)));
	uint8_t used[VIRTQ_USED_SIZE(CONTROL_QUEUE_SIZE)]
		__attribute__((aligned(VIRTQ_USED_ALIGN)));
} __attribute__((aligned(MACHINE_PAGE_SIZE)));

/* A part of a buffer that is consecutive for the guest and for the host. */
struct virtio_piece {
	ipa_t ipa;
	pa_t pa;
	uint32_t size;
	bool write; /* the device writes it, else it reads */
};

/* How many runs of the guest's memory are remembered, one for each
 * VIRTIO_RUN_SPAN of addresses; further ones take turns. */
#define VIRTIO_RUNS     64
#define VIRTIO_RUN_SPAN 0x40000

/* The guest's name of a piece that the host's device has. */
struct virtio_extent {
	uint64_t ipa;
	uint64_t size;
};

/* A request that the host's device has; its place in the array is that of its
 * descriptor in the host's ring. */
struct virtio_request {
	uint16_t head; /* the guest's first descriptor */
	uint16_t chunk; /* the first one that it has */
	/* 0: the place is free. Also read with only the lock of the guest's
	 * memory held: it becomes 0 when the pages are unpinned. */
	uint16_t pieces;
	uint16_t zero;
	uint32_t writable; /* bytes */
	uint32_t pages;
};

/* A part of a guest's ring, of which the descriptors are the longest. It may
 * begin anywhere in a page. */
#define VIRTIO_WINDOW_PAGES                                                    \
	(CONTROL_QUEUE_SIZE * sizeof(struct virtq_desc) / MACHINE_PAGE_SIZE + 1)
struct virtio_window {
	uint8_t *pages[VIRTIO_WINDOW_PAGES];
	pa_t pa[VIRTIO_WINDOW_PAGES];
	ipa_t ipa;
	uint64_t size; /* bytes; 0: closed. Read as virtio_request.pieces */
};

struct virtio_queue {
	/* The registers that describe it. */
	unsigned size_max; /* a power of two; 0: there is no such queue */
	uint32_t size;
	uint64_t desc, driver, device;
	bool ready;

	/* The guest's side; the windows are open while it is used. */
	struct virtio_window descs, avail, used;
	uint16_t avail_idx; /* requests that were taken */
	uint16_t used_idx; /* answers that were given */

	/* The host's side. */
	struct virtio_shared *shared;
	pa_t shared_base;
	bool enabled; /* the host's device has it */
	uint16_t posted_idx; /* requests that were posted */
	uint16_t taken_idx; /* answers that were taken */
	unsigned in_flight;
	struct virtio_request requests[CONTROL_QUEUE_SIZE];
	struct virtio_extent extents[VIRTIO_PIECES];
	uint16_t free[CONTROL_QUEUE_SIZE]; /* free places in requests */
	unsigned free_count;
	bool chunks[VIRTIO_CHUNKS]; /* true: in use */
	unsigned chunk_next; /* where the search begins */

	/* How many more requests, or answers, come before a notification; at
	 * poll_ns both are looked for without one. UINT64_MAX: they are not. */
	uint16_t requests_wait;
	uint16_t answers_wait;
	uint64_t poll_ns;
};

struct virtio_device {
	const struct virtio_ops *ops;
	struct virtio_backend backend;
	unsigned index;
	uint32_t id;
	struct busy_lock lock;

	/* Set by any thread, and by interrupts: there is something to carry;
	 * the host's device changed its configuration. */
	uint32_t pending;
	uint32_t reconfigured;

	struct spinlock isr_lock; /* guards isr, what is shown, and the line */
	uint32_t isr; /* the register InterruptStatus */

	/* The registers that the guest reads without an exit; NULL: none. It is
	 * written with both locks held. */
	uint8_t *shown;
	/* Registers that change under the lock, and the configuration, may have
	 * changed and are not shown yet. */
	bool registers_changed;
	bool config_changed;

	/* Registers. */
	uint64_t offered, wanted; /* features, to and by the guest's driver */
	uint32_t device_sel, driver_sel, queue_sel;
	uint32_t status;

	/* The host's device. */
	bool host_events; /* it knows VIRTIO_F_EVENT_IDX */
	bool halted; /* it is reset, and has no requests */
	bool halting; /* it is to be reset */
	bool reset_written; /* it was told to */
	bool lost; /* it lies: how many requests it has is not known */

	bool broken; /* until the guest resets the device */
	unsigned breaks; /* how often it broke */
	char why[VIRTIO_TEXT]; /* the last time */

	uint64_t next_ns; /* virtio_next(); also read without the lock */
	uint64_t requests, notifications, interrupts, exits;
	uint64_t in_flight, pages;

	unsigned looks; /* for memory of requests; of the present round */

	/* The request that is being carried. */
	/* The memory that was found last, by its place, as of so many changes. */
	struct virtio_run runs[VIRTIO_RUNS];
	uint64_t runs_changes;
	unsigned piece_count;
	struct virtio_piece pieces[VIRTIO_PIECES];

	unsigned queue_count;
	struct virtio_queue queues[];
};

static inline bool virtio_agreed(const struct virtio_device *device,
				 unsigned feature)
{
	return (device->wanted & VIRTIO_BIT(feature)) != 0;
}

/* ---- virtio_ring.c: memory that somebody else writes to at any time ---- */

/* Opens a window on [address, address + size) of the guest. Returns NULL, or
 * why that is no memory, as virtio_ops.memory_find(). */
const char *virtio_window_open(const struct virtio_device *device,
			       struct virtio_window *window, uint64_t address,
			       uint64_t size);
void virtio_window_close(const struct virtio_device *device,
			 struct virtio_window *window);

/* Return the place of a field in a window, where offset is that of the field in
 * the ring, which is aligned like the field. */
uint8_t *virtio_window_at(const struct virtio_window *window, uint64_t offset);

static inline uint16_t virtio_load16(const uint8_t *at)
{
	return __atomic_load_n((const uint16_t *)(const void *)at,
			       __ATOMIC_RELAXED);
}

static inline uint32_t virtio_load32(const uint8_t *at)
{
	return __atomic_load_n((const uint32_t *)(const void *)at,
			       __ATOMIC_RELAXED);
}

static inline void virtio_store16(uint8_t *at, uint16_t value)
{
	__atomic_store_n((uint16_t *)(void *)at, value, __ATOMIC_RELAXED);
}

static inline void virtio_store32(uint8_t *at, uint32_t value)
{
	__atomic_store_n((uint32_t *)(void *)at, value, __ATOMIC_RELAXED);
}

/* Orders all accesses before it before all accesses after it. */
static inline void virtio_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Returns true if a ring's index passed `event` on its way from `from` to `to`
 * (2.7.7.2, 2.7.10.1). */
static inline bool virtio_event_passed(uint16_t event, uint16_t from,
				       uint16_t to)
{
	return (uint16_t)(to - event - 1) < (uint16_t)(to - from);
}

/* ---- virtio_chain.c ---- */

/*
 * Copies the descriptors of a request, from `head` on, checks them and fills
 * device->pieces. The caller holds the lock of the guest's memory. If the
 * request makes no sense the device breaks and false is returned.
 */
bool virtio_chain_read(struct virtio_device *device,
		       const struct virtio_queue *queue, uint16_t head);

/* ---- virtio_request.c ---- */

/*
 * Finds a place and room for the request in device->pieces, and pins its pages.
 * The caller holds the lock of the guest's memory. Returns false if there is no
 * room for so many pieces now; there is if nothing is in flight.
 */
bool virtio_request_alloc(struct virtio_device *device,
			  struct virtio_queue *queue, uint16_t head,
			  unsigned *place);
/* Unpins the pages of a request: the host's device does not have it any more.
 */
void virtio_request_free(struct virtio_device *device,
			 struct virtio_queue *queue, unsigned place);
/* The same for all requests of a queue. */
void virtio_requests_forget(struct virtio_device *device,
			    struct virtio_queue *queue);
/* Begins a queue of queue->size descriptors, which has no requests. */
void virtio_requests_begin(struct virtio_queue *queue);

/* Return the lowest address in [base, end) that lies in a ring of the guest, or
 * in a request under way; or end. */
uint64_t virtio_rings_in(const struct virtio_device *device, uint64_t base,
			 uint64_t end);
uint64_t virtio_requests_in(const struct virtio_device *device, uint64_t base,
			    uint64_t end);

/* ---- virtio_carry.c ---- */

/* Returns how many requests were carried to the host's device. Clears *all if
 * some had to stay where they are. */
unsigned virtio_carry(struct virtio_device *device, struct virtio_queue *queue,
		      bool *all);

/* ---- virtio_answer.c ---- */

/* Takes the answers of the host's device, and gives them to the guest. Returns
 * how many there were. */
unsigned virtio_answers_take(struct virtio_device *device,
			     struct virtio_queue *queue);

/* ---- virtio_status.c ---- */

/* Breaks the device, because of its guest. */
void virtio_break(struct virtio_device *device, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same because of the host's device, which is to be reset. */
void virtio_lose(struct virtio_device *device, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Begins or goes on to reset the host's device. Returns true if it is reset. */
bool virtio_halt(struct virtio_device *device);

/* Handles a write of Status. Returns false if it has to be made again. */
bool virtio_status_write(struct virtio_device *device, uint32_t status);
void virtio_queue_ready_write(struct virtio_device *device,
			      struct virtio_queue *queue, bool ready);

/* Sets bits of InterruptStatus; acknowledges bits. Need no lock. */
void virtio_isr_raise(struct virtio_device *device, uint32_t bits);
void virtio_isr_acknowledge(struct virtio_device *device, uint32_t bits);
/* Has InterruptStatus shown in a window (virtio_show()). */
void virtio_isr_show(struct virtio_device *device, uint8_t *window);

/* ---- virtio_regs.c ---- */

/* Returns the value of a register below the configuration, but not of
 * InterruptStatus. */
uint32_t virtio_register_read(struct virtio_device *device, uint64_t offset);

/* ---- virtio_shown.c ---- */

/* Shows the guest what has changed, if it reads without exits. */
void virtio_shown_update(struct virtio_device *device);

/* ---- virtio_work.c ---- */

/* The guest has notified the device. */
void virtio_notified(struct virtio_device *device);

#endif
