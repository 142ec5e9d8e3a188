/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When requests and answers are carried. A guest that notifies, and a host that
 * interrupts, for each request alone would leave the guest several times for
 * each. So whoever finds several requests, or answers, at once asks to be
 * notified only after some more (VIRTIO_F_EVENT_IDX), and looks by itself after
 * VIRTIO_POLL_NS if they do not come. With requests that come one by one
 * nothing waits; under load their number at once grows, up to half of those
 * that are under way. Without the feature, notifications are off for that time.
 */
#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/number.h"

/* How often a host's device that does not reset at once is looked at. */
#define HALT_POLL_NS UINT64_C(10000000)

/* Returns how many more may come before a notification, after n at once. At
 * most half of those under way: the device must not run dry meanwhile. */
static uint16_t wait_after(const struct virtio_queue *queue, unsigned n)
{
	return n == 0 ? 0
		      : (uint16_t)smaller(UINT64_C(2) * (n - 1),
					  queue->in_flight / 2);
}

/* Asks the guest for a notification once `wait` more requests than those that
 * were taken are there. */
static void guest_ask(const struct virtio_device *device,
		      struct virtio_queue *queue)
{
	uint16_t wait = queue->requests_wait;

	if (virtio_agreed(device, VIRTIO_F_EVENT_IDX)) {
		virtio_store16(
			virtio_window_at(&queue->used,
					 VIRTQ_USED_RING((uint64_t)queue->size)),
			(uint16_t)(queue->avail_idx + wait));
		return;
	}
	virtio_store16(virtio_window_at(&queue->used, VIRTQ_FLAGS),
		       wait > 0 ? VIRTQ_USED_NO_NOTIFY : 0);
}

static void host_ask(const struct virtio_device *device,
		     struct virtio_queue *queue)
{
	uint8_t *avail = queue->shared->avail;
	uint16_t wait = queue->answers_wait;

	if (device->host_events) {
		virtio_store16(avail + VIRTQ_AVAIL_RING(queue->size),
			       (uint16_t)(queue->taken_idx + wait));
		return;
	}
	virtio_store16(avail + VIRTQ_FLAGS,
		       wait > 0 ? VIRTQ_AVAIL_NO_INTERRUPT : 0);
}

/* Returns true if more came, before the request for a notification was seen,
 * than the notification was to wait for. */
static bool came_too_early(const struct virtio_queue *queue, bool all)
{
	uint16_t avail_idx =
		virtio_load16(virtio_window_at(&queue->avail, VIRTQ_IDX));
	uint16_t used_idx = virtio_load16(queue->shared->used + VIRTQ_IDX);

	return (all && (uint16_t)(avail_idx - queue->avail_idx) >
			       queue->requests_wait) ||
	       (uint16_t)(used_idx - queue->taken_idx) > queue->answers_wait;
}

/*
 * Sets the waits after a round that found so many answers and requests. A wait
 * that is under way goes on if the round found nothing and its time is not
 * over: another queue may have been the reason for the round. While answers are
 * waited for, a round is near, so that requests can wait for it too; a guest
 * that offers one for each answer would otherwise notify for each.
 */
static void waits_set(struct virtio_queue *queue, unsigned answers,
		      unsigned requests, uint64_t now)
{
	bool over = now >= queue->poll_ns;

	if (answers > 0 || over)
		queue->answers_wait = wait_after(queue, answers);
	if (requests > 0 || over)
		queue->requests_wait = wait_after(queue, requests);
	if (queue->answers_wait > 0)
		queue->requests_wait = (uint16_t)(queue->in_flight / 2);
	if (queue->answers_wait == 0 && queue->requests_wait == 0)
		queue->poll_ns = UINT64_MAX;
	else if (answers > 0 || requests > 0 || over)
		queue->poll_ns = now + VIRTIO_POLL_NS;
}

static bool queue_is_used(const struct virtio_device *device,
			  const struct virtio_queue *queue)
{
	return (device->status & VIRTIO_STATUS_DRIVER_OK) != 0 &&
	       queue->enabled && !device->broken && !device->halting;
}

/* Does nothing while the requests are held: they are looked for again when that
 * is over. */
static unsigned requests_carry(struct virtio_device *device,
			       struct virtio_queue *queue, uint64_t held_until,
			       bool *all)
{
	if (held_until == 0)
		return virtio_carry(device, queue, all);
	*all = false;
	return 0;
}

/* held_until is 0 if the requests are not held. */
static void queue_round(struct virtio_device *device, struct virtio_queue *queue,
			uint64_t now, uint64_t held_until)
{
	unsigned answers, requests;
	bool all = true;

	answers = virtio_answers_take(device, queue);
	if (!queue_is_used(device, queue))
		return;
	requests = requests_carry(device, queue, held_until, &all);
	if (requests > 0 && device->backend.answers_at_once)
		answers += virtio_answers_take(device, queue);
	if (!queue_is_used(device, queue))
		return;
	waits_set(queue, answers, requests, now);
	if (held_until != 0)
		queue->poll_ns = smaller(queue->poll_ns, held_until);
	guest_ask(device, queue);
	host_ask(device, queue);
	/* The notifications are asked for before a look at what has come. */
	virtio_fence();
	if (came_too_early(queue, all))
		__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
}

/* Returns until when the requests are held; 0: they are not. */
static uint64_t device_held_until(const struct virtio_device *device,
				  uint64_t now)
{
	const struct virtio_ops *ops = device->ops;
	uint64_t until = ops->held_until(ops->ctx, device->index);

	return until > now ? until : 0;
}

static void reconfigured_tell(struct virtio_device *device)
{
	if (__atomic_exchange_n(&device->reconfigured, 0, __ATOMIC_SEQ_CST) == 0)
		return;
	device->config_changed = true;
	virtio_shown_update(device);
	if ((device->status & VIRTIO_STATUS_DRIVER_OK) == 0)
		return;
	if ((device->backend.ops->status(device->backend.ctx) &
	     VIRTIO_STATUS_NEEDS_RESET) != 0 &&
	    !device->halting)
		virtio_lose(device, "the host's device broke");
	else
		virtio_isr_raise(device, VIRTIO_ISR_CONFIG);
}

/*
 * One round over all queues. Returns the time of the next one at the latest.
 * The round sees whatever is noted before pending is cleared; whatever is noted
 * later sets it again, so that virtio_unlock() has somebody come.
 */
static uint64_t device_round(struct virtio_device *device)
{
	const struct host_ops *host = device->ops->host;
	uint64_t now = host->now_ns(host->ctx);
	uint64_t held_until = device_held_until(device, now);
	uint64_t next = UINT64_MAX;

	__atomic_store_n(&device->pending, 0, __ATOMIC_SEQ_CST);
	reconfigured_tell(device);
	device->looks = 0;
	for (unsigned i = 0; i < device->queue_count && !device->lost; i++) {
		struct virtio_queue *queue = &device->queues[i];

		if (queue->enabled)
			queue_round(device, queue, now, held_until);
		next = smaller(next, queue->poll_ns);
	}
	if (device->halting && !virtio_halt(device))
		next = smaller(next, now + HALT_POLL_NS);
	return next;
}

/* ---- The lock ---- */

void virtio_lock(struct virtio_device *device)
{
	busy_lock_acquire(&device->lock, device->ops->host);
}

static bool virtio_lock_try(struct virtio_device *device)
{
	return __atomic_exchange_n(&device->lock.taken, 1, __ATOMIC_ACQUIRE) ==
	       0;
}

void virtio_unlock(struct virtio_device *device)
{
	const struct virtio_ops *ops = device->ops;

	virtio_shown_update(device);
	busy_lock_release(&device->lock);
	/* The release before the look: a thread that finds the lock taken has
	 * set pending before. */
	virtio_fence();
	if (__atomic_load_n(&device->pending, __ATOMIC_SEQ_CST) != 0)
		ops->kick(ops->ctx);
}

/* ---- Its callers ---- */

static void next_set(struct virtio_device *device, uint64_t next)
{
	__atomic_store_n(&device->next_ns, next, __ATOMIC_SEQ_CST);
}

uint64_t virtio_next(const struct virtio_device *device)
{
	return __atomic_load_n(&device->next_ns, __ATOMIC_SEQ_CST);
}

/* Carries what there is, unless another thread is at the device: it looks again
 * (virtio_unlock()). A later round must come by itself if this one made it
 * necessary. */
static void carry_try(struct virtio_device *device)
{
	const struct virtio_ops *ops = device->ops;
	uint64_t next;
	bool earlier;

	/* The caller's note before the look at the lock, which is the other
	 * half of virtio_unlock(). */
	virtio_fence();
	if (!virtio_lock_try(device))
		return;
	next = device_round(device);
	earlier = next < virtio_next(device);
	next_set(device, next);
	virtio_unlock(device);
	if (earlier)
		ops->come_by(ops->ctx, next);
}

void virtio_notified(struct virtio_device *device)
{
	__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
	carry_try(device);
}

void virtio_poll(struct virtio_device *device)
{
	const struct host_ops *host = device->ops->host;
	uint64_t next = virtio_next(device);

	if (__atomic_load_n(&device->pending, __ATOMIC_SEQ_CST) != 0 ||
	    (next != UINT64_MAX && host->now_ns(host->ctx) >= next))
		carry_try(device);
}

/* The thread does not wait for a vCPU that is at the device either: that one
 * kicks it, and knows when it has to come. */
uint64_t virtio_work(struct virtio_device *device)
{
	uint64_t next;

	/* As in virtio_notified() and carry_try(). */
	__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
	virtio_fence();
	if (!virtio_lock_try(device))
		return UINT64_MAX;
	next = device_round(device);
	next_set(device, next);
	virtio_unlock(device);
	return next;
}

bool virtio_interrupt(struct virtio_device *device)
{
	const struct virtio_ops *ops = device->ops;
	uint8_t isr = device->backend.ops->isr(device->backend.ctx);

	if (isr == 0)
		return false;
	if ((isr & VIRTIO_ISR_CONFIG) != 0)
		__atomic_store_n(&device->reconfigured, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
	ops->kick(ops->ctx);
	return true;
}
