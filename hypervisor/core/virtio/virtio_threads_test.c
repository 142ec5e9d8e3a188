/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The carrier between threads that really run at once: a vCPU with the guest's
 * driver, the thread of the domain's devices, the host's device, and a core
 * that is idle. The vCPU and the idle core share the interrupts of the host's
 * device. Nobody looks at anything without being told to, so that a single
 * wake-up that is lost stops the test.
 */
#include "hypervisor/core/virtio/fixture.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "hypervisor/core/virtio/virtio_internal.h"

#define REQUESTS 20000
#define WINDOW   4 /* requests under way at most */
#define PATIENCE 120 /* seconds, which only a failure needs */

static struct race {
	struct fake_virtio fake;
	struct virtio_backend_ops backend;
	pthread_mutex_t memory;
	pthread_mutex_t isr; /* guards the host's theirs.isr */
	uint64_t clock;
	uint32_t kicked;
	uint32_t line;
	uint32_t over;
	/* Changes of the configuration: made by the host, seen by the guest. */
	uint32_t changes;
	uint32_t seen;
} race;

/* A vCPU that takes an interrupt looks by itself, and wakes no thread. */
static __thread bool polls;

static bool load(const uint32_t *flag)
{
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST) != 0;
}

static void store(uint32_t *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

/* ---- What the carrier is given ---- */

static void race_lock(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&race.memory);
	race.fake.memory_locked = true;
}

static void race_unlock(void *ctx)
{
	(void)ctx;
	race.fake.memory_locked = false;
	pthread_mutex_unlock(&race.memory);
}

static void race_line(void *ctx, unsigned index, bool level)
{
	(void)ctx;
	(void)index;
	store(&race.line, level);
}

static void race_kick(void *ctx)
{
	(void)ctx;
	if (!polls)
		store(&race.kicked, true);
}

static void race_come_by(void *ctx, uint64_t ns)
{
	(void)ctx;
	(void)ns;
	store(&race.kicked, true);
}

static void race_relax(void *ctx, bool waiting)
{
	(void)ctx;
	(void)waiting;
	sched_yield();
}

/* Others run while a round begins. */
static uint64_t race_now(void *ctx)
{
	(void)ctx;
	sched_yield();
	return __atomic_add_fetch(&race.clock, 20000, __ATOMIC_RELAXED);
}

static uint8_t race_isr(void *ctx)
{
	struct fake_backend *theirs = ctx;
	uint8_t isr;

	pthread_mutex_lock(&race.isr);
	isr = theirs->isr;
	theirs->isr = 0;
	pthread_mutex_unlock(&race.isr);
	return isr;
}

/* ---- The host ---- */

static bool host_interrupts(void)
{
	bool asserted;

	pthread_mutex_lock(&race.isr);
	asserted = race.fake.theirs.isr != 0;
	pthread_mutex_unlock(&race.isr);
	return asserted;
}

/* Changes its configuration, and answers nothing until the guest has seen that:
 * whatever carries the answer would tell a change that was overlooked. */
static void host_change(void)
{
	uint32_t changes =
		__atomic_add_fetch(&race.changes, 1, __ATOMIC_SEQ_CST);

	pthread_mutex_lock(&race.isr);
	race.fake.theirs.isr |= VIRTIO_ISR_CONFIG;
	pthread_mutex_unlock(&race.isr);
	while (__atomic_load_n(&race.seen, __ATOMIC_SEQ_CST) != changes)
		sched_yield();
}

static void *host_main(void *argument)
{
	static struct fake_request request;

	while (!load(&race.over)) {
		if (!fake_host_take(&race.fake, 0, &request)) {
			sched_yield();
			continue;
		}
		pthread_mutex_lock(&race.isr);
		fake_host_answer(&race.fake, 0, request.id, 1);
		pthread_mutex_unlock(&race.isr);
		host_change();
	}
	return argument;
}

static void *idle_main(void *argument)
{
	while (!load(&race.over)) {
		if (host_interrupts())
			(void)virtio_interrupt(race.fake.device);
		for (unsigned i = 0; i < 8; i++)
			sched_yield();
	}
	return argument;
}

static void *device_main(void *argument)
{
	uint64_t next = UINT64_MAX;

	while (!load(&race.over)) {
		if (__atomic_exchange_n(&race.kicked, 0, __ATOMIC_SEQ_CST) != 0 ||
		    race_now(NULL) >= next)
			next = virtio_work(race.fake.device);
	}
	return argument;
}

/* ---- The guest ---- */

struct driver {
	uint16_t offered;
	uint16_t answered;
	unsigned left; /* requests that are not answered yet */
	unsigned interrupts;
};

static uint16_t answers(void)
{
	return __atomic_load_n(fake_driver_used(&race.fake, 0, VIRTQ_IDX),
			       __ATOMIC_ACQUIRE);
}

static void driver_offer_all(struct driver *driver)
{
	uint16_t under_way = (uint16_t)(driver->offered - driver->answered);
	uint16_t from = driver->offered;
	uint16_t event;

	for (; under_way < WINDOW && under_way < driver->left; under_way++) {
		unsigned head = driver->offered++ % race.fake.size;

		desc(&race.fake, head, data(head), PAGE, WRITE, 0);
		__atomic_thread_fence(__ATOMIC_RELEASE);
		fake_driver_offer(&race.fake, 0, (uint16_t)head);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	event = *fake_driver_used(&race.fake, 0,
				  VIRTQ_USED_RING(race.fake.size));
	if (driver->offered != from &&
	    virtio_event_passed(event, from, driver->offered))
		fake_driver_notify(&race.fake, 0);
}

/* Takes what is answered, and asks for an interrupt at the next answer. */
static void driver_take_all(struct driver *driver)
{
	while (answers() != driver->answered) {
		driver->left -= (uint16_t)(answers() - driver->answered);
		driver->answered = answers();
		*fake_driver_avail(&race.fake, 0,
				   VIRTQ_AVAIL_RING(race.fake.size)) =
			driver->answered;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

/* Reads InterruptStatus without an exit and with one, in turns. Another thread
 * may set a bit between two reads, so that the two must not be compared. */
static uint32_t driver_isr(struct driver *driver)
{
	uint64_t offset = VIRTIO_MMIO_INTERRUPT_STATUS;
	uint64_t value = 0;

	if (driver->interrupts++ % 2 == 0)
		return __atomic_load_n(
			(uint32_t *)(void *)&race.fake.window[offset],
			__ATOMIC_ACQUIRE);
	if (virtio_access(race.fake.device, offset, 4, false, &value) !=
	    VIRTIO_ACCESS_DONE)
		abort();
	return (uint32_t)value;
}

/* The driver's handler of its interrupt. No bit is cleared but here. */
static void driver_interrupted(struct driver *driver)
{
	uint32_t isr = driver_isr(driver);
	uint32_t changes = __atomic_load_n(&race.changes, __ATOMIC_SEQ_CST);

	if (isr == 0)
		abort(); /* the line rose before the bit could be read */
	fake_virtio_write(&race.fake, VIRTIO_MMIO_INTERRUPT_ACK, isr);
	if ((isr & VIRTIO_ISR_CONFIG) != 0)
		__atomic_store_n(&race.seen, changes, __ATOMIC_SEQ_CST);
	driver_take_all(driver);
}

/* Does what a vCPU does when an interrupt of the machine ends its run. */
static void vcpu_leave(void)
{
	if (!host_interrupts())
		return;
	polls = true;
	(void)virtio_interrupt(race.fake.device);
	polls = false;
	virtio_poll(race.fake.device);
}

static void *vcpu_main(void *argument)
{
	struct driver driver = { .left = REQUESTS };

	while (driver.left > 0 || load(&race.line) ||
	       race.seen != __atomic_load_n(&race.changes, __ATOMIC_SEQ_CST)) {
		driver_offer_all(&driver);
		vcpu_leave();
		if (load(&race.line))
			driver_interrupted(&driver);
		else
			sched_yield();
	}
	store(&race.over, true);
	return argument;
}

/* ---- All of them ---- */

static int race_setup(void **state)
{
	struct fake_virtio *fake = &race.fake;

	race = (struct race){ .memory = PTHREAD_MUTEX_INITIALIZER,
			      .isr = PTHREAD_MUTEX_INITIALIZER };
	fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
	fake->theirs.device = NULL; /* its interrupts are taken by others */
	race.backend = *fake->theirs.backend.ops;
	race.backend.isr = race_isr;
	fake->device->backend.ops = &race.backend;
	fake->ops.memory_lock = race_lock;
	fake->ops.memory_unlock = race_unlock;
	fake->ops.line_set = race_line;
	fake->ops.kick = race_kick;
	fake->ops.come_by = race_come_by;
	fake->host.relax = race_relax;
	fake->host.now_ns = race_now;
	fake_driver_start(fake);
	*state = fake;
	return 0;
}

static int race_teardown(void **state)
{
	fake_virtio_free(*state);
	return 0;
}

static void no_wake_up_is_lost(void **state)
{
	void *(*const mains[])(void *argument) = { host_main, idle_main,
						   device_main, vcpu_main };
	pthread_t threads[4];

	(void)state;
	alarm(PATIENCE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, mains[i], NULL), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	alarm(0);
	assert_int_equal(seen(&race.fake).requests, REQUESTS);
	assert_int_equal(seen(&race.fake).in_flight, 0);
	assert_int_equal(race.fake.breaks, 0);
	assert_int_not_equal(race.changes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_wake_up_is_lost, race_setup,
						race_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
