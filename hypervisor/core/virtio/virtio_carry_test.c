/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and answers on their way, between a driver and a device that play by
 * the rules; how often either is notified; and how their use ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hypervisor/core/virtio/virtio_internal.h"
#include "hypervisor/port/inprocess/fake_virtio.h"

#define BIT(n) (UINT64_C(1) << (n))
#define DATA   FAKE_VIRTIO_DATA_PAGE
#define PAGE   4096U
#define NEXT   VIRTQ_DESC_NEXT
#define WRITE  VIRTQ_DESC_WRITE
#define ALL_OF UINT64_MAX

static struct fake_request request;

static int setup(void **state)
{
	struct fake_virtio *fake = malloc(sizeof(*fake));

	assert_non_null(fake);
	fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
	fake_driver_start(fake);
	fake_virtio_work(fake);
	*state = fake;
	return 0;
}

static int teardown(void **state)
{
	fake_virtio_free(*state);
	free(*state);
	return 0;
}

static struct virtio_state seen(struct fake_virtio *fake)
{
	struct virtio_state state;

	virtio_state_read(fake->device, &state);
	return state;
}

/* Writes a descriptor for a part of the data pages. */
static void buffer(struct fake_virtio *fake, unsigned index, uint64_t offset,
		   uint32_t size, unsigned flags)
{
	fake_driver_buffer(
		fake, 0, index,
		&(struct virtq_desc){ .addr = fake_virtio_ipa(DATA) + offset,
				      .len = size,
				      .flags = (uint16_t)flags,
				      .next = (uint16_t)(index + 1) });
}

/* Offers one page to be written, by a descriptor of its own. */
static void page_offer(struct fake_virtio *fake, unsigned index)
{
	buffer(fake, index, (uint64_t)index * PAGE, PAGE, WRITE);
	fake_driver_offer(fake, 0, (uint16_t)index);
}

static uint64_t pinned(struct fake_virtio *fake, uint64_t base, uint64_t end)
{
	return virtio_pinned(fake->device, ipa_make(base), ipa_make(end)).value;
}

static uint64_t data(unsigned page)
{
	return fake_virtio_ipa(DATA + page);
}

/* ---- There and back ---- */

static void a_request_arrives_and_comes_back(void **state)
{
	struct fake_virtio *fake = *state;

	buffer(fake, 5, 0x10, 16, NEXT);
	buffer(fake, 6, 0x800, 0x800, NEXT | WRITE);
	buffer(fake, 7, 0x20, 1, WRITE);
	fake_driver_offer(fake, 0, 5);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->theirs.notified[0], 1);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 3);
	assert_int_equal(request.pieces[0].size, 16);
	assert_false(request.pieces[0].write);
	assert_int_equal(request.pieces[1].size, 0x800);
	assert_true(request.pieces[1].write);
	assert_int_equal(request.pieces[2].size, 1);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fake_host_page(fake, request.pieces[i].pa),
				 DATA);
	assert_int_equal(seen(fake).in_flight, 1);
	assert_int_equal(seen(fake).pages_pinned, 3);
	assert_false(fake->line);

	fake_host_answer(fake, 0, request.id, 0x801);
	fake_virtio_work(fake);
	assert_true(fake->line);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 1);
	assert_int_equal(fake_driver_answer(fake, 0, 0).id, 5);
	assert_int_equal(fake_driver_answer(fake, 0, 0).len, 0x801);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_QUEUE);
	fake_virtio_write(fake, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_ISR_QUEUE);
	assert_false(fake->line);
	assert_int_equal(seen(fake).in_flight, 0);
	assert_int_equal(seen(fake).pages_pinned, 0);
	assert_int_equal(seen(fake).requests, 1);
}

/* A vCPU that took the device's interrupt needs no thread for the answer. */
static void an_answer_comes_back_by_a_poll(void **state)
{
	struct fake_virtio *fake = *state;

	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	virtio_poll(fake->device);
	fake_host_answer(fake, 0, request.id, PAGE);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 0);
	virtio_poll(fake->device);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 1);
	assert_true(fake->line);
}

/* Page 7 is followed by page 8 at the host, all others of these by none. */
static void a_buffer_is_split_where_the_host_s_pages_are(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned first = DATA + (8 - DATA % 8) % 8 + 5;
	unsigned total = 0;

	fake_driver_buffer(
		fake, 0, 0,
		&(struct virtq_desc){ .addr = fake_virtio_ipa(first) + 0xff0,
				      .len = 0x10 + 3 * PAGE + 0x20 });
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 4);
	for (unsigned i = 0; i < 4; i++)
		total += request.pieces[i].size;
	assert_int_equal(total, 0x10 + 3 * PAGE + 0x20);
	assert_int_equal(request.pieces[0].size, 0x10);
	assert_int_equal(fake_host_page(fake, request.pieces[0].pa), first);
	assert_int_equal(request.pieces[1].size, PAGE);
	assert_int_equal(request.pieces[2].size, 2 * PAGE);
	assert_int_equal(fake_host_page(fake, request.pieces[3].pa), first + 4);
	assert_int_equal(seen(fake).pages_pinned, 5);
}

static void memory_that_is_consecutive_is_one_piece(void **state)
{
	struct fake_virtio *fake = *state;

	fake->straight = true;
	buffer(fake, 0, 0x123, 32 * PAGE, WRITE);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 1);
	assert_int_equal(request.pieces[0].size, 32 * PAGE);
	assert_int_equal(seen(fake).pages_pinned, 33);
}

/* ... and is looked for once, until some is taken back. */
static void memory_is_remembered(void **state)
{
	struct fake_virtio *fake = *state;

	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	fake->finds = 0;
	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(fake->finds, 0);
	fake->hidden[DATA] = true;
	fake->changes++;
	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->finds, 1);
	assert_non_null(strstr(fake->why, "is not shared"));
}

/* Linux sets the bit of the shared half, or does not. */
static void either_name_of_a_page_will_do(void **state)
{
	struct fake_virtio *fake = *state;

	buffer(fake, 0, 0, 16, 0);
	fake_driver_offer(fake, 0, 0);
	buffer(fake, 1, FAKE_VIRTIO_SHARED, 16, 0);
	fake_driver_offer(fake, 0, 1);
	fake_driver_notify(fake, 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(fake_host_take(fake, 0, &request));
		assert_int_equal(fake_host_page(fake, request.pieces[0].pa),
				 DATA);
	}
	assert_int_equal(pinned(fake, data(0), ALL_OF), data(0));
}

static struct virtq_desc *table_at(struct fake_virtio *fake, uint64_t ipa)
{
	return fake_virtio_at(fake, ipa);
}

/* The table begins near the end of a page, and has its entries in any order. */
static void an_indirect_table_across_pages(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t table = data(3) + PAGE - 16;

	*table_at(fake, table) = (struct virtq_desc){ data(0), 8, NEXT, 2 };
	*table_at(fake, table + 16) =
		(struct virtq_desc){ data(1), 9, WRITE, 0 };
	*table_at(fake, table + 32) =
		(struct virtq_desc){ data(2), 10, NEXT, 1 };
	fake_driver_buffer(fake, 0, 9,
			   &(struct virtq_desc){
				   table, 48, VIRTQ_DESC_INDIRECT | WRITE, 0 });
	fake_driver_offer(fake, 0, 9);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 3);
	assert_int_equal(request.pieces[0].size, 8);
	assert_int_equal(request.pieces[1].size, 10);
	assert_int_equal(request.pieces[2].size, 9);
	/* Only buffers are pinned: the table was copied. */
	assert_int_equal(pinned(fake, data(3), data(6)), data(6));
	fake_host_answer(fake, 0, request.id, 9);
	fake_virtio_work(fake);
	assert_int_equal(fake_driver_answer(fake, 0, 0).id, 9);
}

static void an_indirect_table_at_an_odd_address(void **state)
{
	struct fake_virtio *fake = *state;
	struct virtq_desc desc = { data(0), 8, 0, 0 };

	memcpy(fake_virtio_at(fake, data(4) - 5), &desc, 5);
	memcpy(fake_virtio_at(fake, data(4)), (uint8_t *)&desc + 5, 11);
	fake_driver_buffer(fake, 0, 0,
			   &(struct virtq_desc){ data(4) - 5, 16,
						 VIRTQ_DESC_INDIRECT, 0 });
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.pieces[0].size, 8);
}

static void descriptors_before_an_indirect_table(void **state)
{
	struct fake_virtio *fake = *state;

	*table_at(fake, data(3)) = (struct virtq_desc){ data(1), 9, 0, 0 };
	buffer(fake, 0, 0, 7, NEXT);
	fake_driver_buffer(
		fake, 0, 1,
		&(struct virtq_desc){ data(3), 16, VIRTQ_DESC_INDIRECT, 0 });
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 2);
	assert_int_equal(request.pieces[1].size, 9);
}

static void answers_come_in_any_order(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned ids[4];

	for (unsigned i = 0; i < 4; i++)
		page_offer(fake, 10 + i);
	fake_driver_notify(fake, 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(fake_host_take(fake, 0, &request));
		ids[i] = request.id;
	}
	for (unsigned i = 4; i-- > 0;)
		fake_host_answer(fake, 0, ids[i], i);
	fake_virtio_work(fake);
	for (uint16_t i = 0; i < 4; i++) {
		assert_int_equal(fake_driver_answer(fake, 0, i).id, 13 - i);
		assert_int_equal(fake_driver_answer(fake, 0, i).len, 3 - i);
	}
}

/* More requests than 65536, so that all indices wrap. */
static void rings_go_round(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned round = 0; round < 1100; round++) {
		for (unsigned i = 0; i < FAKE_VIRTIO_DEPTH; i++)
			page_offer(fake, i);
		fake->now += 2 * VIRTIO_POLL_NS;
		(void)virtio_work(fake->device);
		for (unsigned i = 0; i < FAKE_VIRTIO_DEPTH; i++) {
			assert_true(fake_host_take(fake, 0, &request));
			fake_host_answer(fake, 0, request.id, 1);
		}
		assert_false(fake_host_take(fake, 0, &request));
		fake_virtio_work(fake);
	}
	(void)virtio_work(fake->device);
	assert_int_equal(seen(fake).requests, 1100 * FAKE_VIRTIO_DEPTH);
	assert_int_equal(seen(fake).in_flight, 0);
	assert_int_equal(fake->breaks, 0);
}

static void queues_do_not_mix(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_buffer(fake, 2, 3,
			   &(struct virtq_desc){ data(0), 4, WRITE, 0 });
	fake_driver_offer(fake, 2, 3);
	fake_driver_notify(fake, 2);
	assert_false(fake_host_take(fake, 0, &request));
	assert_false(fake_host_take(fake, 1, &request));
	assert_true(fake_host_take(fake, 2, &request));
	assert_int_equal(fake->theirs.notified[0] + fake->theirs.notified[1], 0);
	fake_host_answer(fake, 2, request.id, 4);
	fake_virtio_work(fake);
	assert_int_equal(*fake_driver_used(fake, 2, VIRTQ_IDX), 1);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 0);
}

static void requests_before_the_driver_is_ready_wait_for_it(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).requests, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  fake_virtio_read(fake, VIRTIO_MMIO_STATUS) |
				  VIRTIO_STATUS_DRIVER_OK);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).requests, 1);
	assert_int_equal(seen(fake).status & VIRTIO_STATUS_NEEDS_RESET, 0);
}

/* ---- Room ---- */

/* Requests of many pieces use up the tables long before the ring. */
static void requests_without_room_wait_for_answers(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned waiting = 0;
	unsigned ids[FAKE_VIRTIO_DEPTH];

	for (unsigned i = 0; i < 5; i++) {
		buffer(fake, i, 0, 256 * PAGE, WRITE); /* 225 pieces */
		fake_driver_offer(fake, 0, (uint16_t)i);
	}
	fake_driver_notify(fake, 0);
	fake_virtio_work(fake);
	while (fake_host_take(fake, 0, &request))
		ids[waiting++] = request.id;
	assert_in_range(waiting, 2, 4);
	assert_int_equal(seen(fake).in_flight, waiting);
	fake_host_answer(fake, 0, ids[0], 1);
	fake_host_answer(fake, 0, ids[1], 1);
	fake_virtio_work(fake);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(fake->breaks, 0);
}

/* The longest ring, wherever it begins in a page. */
static void a_window_shows_each_byte_of_a_ring(void **state)
{
	static const unsigned begins[] = { 0, 16, PAGE - 16 };
	const uint64_t size = CONTROL_QUEUE_SIZE * sizeof(struct virtq_desc);
	struct fake_virtio *fake = *state;

	for (unsigned i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		uint64_t address = data(0) + begins[i];
		struct virtio_window window;

		assert_null(virtio_window_open(fake->device, &window, address,
					       size));
		for (uint64_t at = 0; at < size; at++) {
			assert_ptr_equal(virtio_window_at(&window, at),
					 fake_virtio_at(fake, address + at));
		}
		virtio_window_close(fake->device, &window);
	}
}

static void the_largest_request_fits(void **state)
{
	struct fake_virtio *fake = *state;

	fake->far[DATA + 1100] = true;
	buffer(fake, 0, 0, 1024 * PAGE, WRITE);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 1024 - 128); /* each 8th page follows */
	fake_host_answer(fake, 0, request.id, 1024 * PAGE);
	fake_virtio_work(fake);
	assert_int_equal(fake_driver_answer(fake, 0, 0).len, 1024 * PAGE);
}

/* ---- Notifications ---- */

static void the_guest_is_interrupted_as_it_asks(void **state)
{
	struct fake_virtio *fake = *state;

	*fake_driver_avail(fake, 0, VIRTQ_AVAIL_RING(fake->size)) = 1;
	for (unsigned i = 0; i < 2; i++) {
		page_offer(fake, i);
		fake_driver_notify(fake, 0);
		assert_true(fake_host_take(fake, 0, &request));
		fake_host_answer(fake, 0, request.id, 0);
		fake_virtio_work(fake);
		assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), i + 1);
		assert_int_equal(fake->line, i == 1);
	}
}

static void without_event_indices_flags_say_it(void **state)
{
	struct fake_virtio *fake = *state;

	fake_virtio_free(fake);
	fake_virtio_init(fake, ~BIT(VIRTIO_F_EVENT_IDX), false);
	fake->agreed &= ~BIT(VIRTIO_F_EVENT_IDX);
	fake_driver_start(fake);
	*fake_driver_avail(fake, 0, VIRTQ_FLAGS) = VIRTQ_AVAIL_NO_INTERRUPT;
	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	fake_host_answer(fake, 0, request.id, 0);
	fake_virtio_work(fake);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 1);
	assert_false(fake->line);
	*fake_driver_avail(fake, 0, VIRTQ_FLAGS) = 0;
	page_offer(fake, 1);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	fake_host_answer(fake, 0, request.id, 0);
	fake_virtio_work(fake);
	assert_true(fake->line);
}

/* A guest that offers one request after the other notifies each time, and each
 * answer comes at once. */
static void single_requests_do_not_wait(void **state)
{
	struct fake_virtio *fake = *state;

	for (uint16_t i = 0; i < 20; i++) {
		assert_int_equal(
			*fake_driver_used(fake, 0, VIRTQ_USED_RING(fake->size)),
			i);
		page_offer(fake, i);
		fake_driver_notify(fake, 0);
		assert_true(fake_host_take(fake, 0, &request));
		fake_host_answer(fake, 0, request.id, 0);
		assert_int_not_equal(fake->kicks, 0);
		fake_virtio_work(fake);
		assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), i + 1);
	}
}

/* Returns true if a driver with event indices would notify now. */
static bool driver_would_notify(struct fake_virtio *fake, uint16_t before)
{
	uint16_t event = *fake_driver_used(fake, 0, VIRTQ_USED_RING(fake->size));
	uint16_t now = fake->offered[0];

	return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

/* Takes a few requests, and answers them, as a device does that is as fast as
 * the guest. Returns how many there were. */
static unsigned device_run(struct fake_virtio *fake, unsigned most)
{
	unsigned count = 0;

	while (count < most && fake_host_take(fake, 0, &request)) {
		fake_host_answer(fake, 0, request.id, PAGE);
		count++;
	}
	return count;
}

/*
 * A driver with 32 requests under way, that offers one for each answer, and a
 * device that answers four at a time. Each interrupt costs the guest two exits,
 * each notification one.
 */
static void at_depth_32_exits_are_few(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned exits = 0;
	unsigned done = 0;
	uint16_t given = 0;
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < 32; i++)
		page_offer(fake, i);
	fake_driver_notify(fake, 0);
	while (done < 10000) {
		unsigned answered = device_run(fake, 4);

		/* The thread is woken, or its time comes. */
		fake->now += 50000;
		if (fake->kicks > 0 || fake->now >= next || answered == 0) {
			fake->kicks = 0;
			next = virtio_work(fake->device);
		}
		if (fake->line) {
			exits += 2;
			fake_virtio_write(fake, VIRTIO_MMIO_INTERRUPT_ACK,
					  VIRTIO_ISR_QUEUE);
			while (given != *fake_driver_used(fake, 0, VIRTQ_IDX)) {
				uint16_t before = fake->offered[0];
				unsigned head =
					fake_driver_answer(fake, 0, given++).id;

				done++;
				page_offer(fake, head);
				if (driver_would_notify(fake, before)) {
					exits++;
					fake_driver_notify(fake, 0);
				}
			}
			*fake_driver_avail(
				fake, 0, VIRTQ_AVAIL_RING(fake->size)) = given;
		}
	}
	assert_int_equal(fake->breaks, 0);
	if (exits * 4 > done)
		fail_msg("%u exits for %u requests", exits, done);
}

/* A request that waits for more, which do not come, is found in time. */
static void nothing_waits_for_ever(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t next;

	for (unsigned i = 0; i < 16; i++)
		page_offer(fake, i);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->kicks, 1); /* the thread has to come by itself */
	next = virtio_work(fake->device);
	assert_int_equal(next, fake->now + VIRTIO_POLL_NS);
	fake->kicks = 0;
	assert_false(driver_would_notify(fake, 15));
	page_offer(fake, 16); /* and the driver does not notify */
	fake->now = next;
	next = virtio_work(fake->device);
	assert_int_equal(seen(fake).requests, 17);
	fake->now = next;
	assert_int_equal(virtio_work(fake->device), UINT64_MAX);
	page_offer(fake, 17);
	assert_true(driver_would_notify(fake, 17));
}

/* The vCPU comes at that time as well as the thread. */
static void a_poll_finds_what_is_due(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t next;

	assert_int_equal(virtio_next(fake->device), UINT64_MAX);
	for (unsigned i = 0; i < 16; i++)
		page_offer(fake, i);
	fake_driver_notify(fake, 0);
	next = virtio_next(fake->device);
	assert_int_equal(next, fake->now + VIRTIO_POLL_NS);
	page_offer(fake, 16); /* and the driver does not notify */
	fake->now = next - 1;
	virtio_poll(fake->device);
	assert_int_equal(seen(fake).requests, 16);
	fake->now = next;
	virtio_poll(fake->device);
	assert_int_equal(seen(fake).requests, 17);
	assert_true(virtio_next(fake->device) > next);
}

static void the_host_is_notified_as_it_asks(void **state)
{
	struct fake_virtio *fake = *state;
	uint16_t *event;

	page_offer(fake, 0);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->theirs.notified[0], 1);
	event = fake_host_idx(fake, 0);
	event += (VIRTQ_USED_RING(fake->size) - VIRTQ_IDX) / 2;
	*event = 2;
	page_offer(fake, 1);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->theirs.notified[0], 1);
	page_offer(fake, 2);
	fake_driver_notify(fake, 0);
	assert_int_equal(fake->theirs.notified[0], 2);
	assert_int_equal(seen(fake).notifications, 2);
}

/* ---- The lock ---- */

static void notify(struct fake_virtio *fake)
{
	page_offer(fake, 1);
	fake_driver_notify(fake, 0);
}

/* A vCPU does not wait for the thread that works on the device: it leaves the
 * request to that thread. */
static void a_notification_while_the_device_is_busy(void **state)
{
	struct fake_virtio *fake = *state;

	page_offer(fake, 0);
	fake->in_find = notify;
	(void)virtio_work(fake->device);
	assert_int_equal(seen(fake).requests, 1);
	assert_int_not_equal(fake->kicks, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).requests, 2);
}

static void work(struct fake_virtio *fake)
{
	page_offer(fake, 1);
	assert_int_equal(virtio_work(fake->device), UINT64_MAX);
}

/* Nor does the thread wait for a vCPU: it comes again. */
static void the_thread_while_the_device_is_busy(void **state)
{
	struct fake_virtio *fake = *state;

	page_offer(fake, 0);
	fake->in_find = work;
	fake_driver_notify(fake, 0);
	assert_int_equal(seen(fake).requests, 1);
	assert_int_not_equal(fake->kicks, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).requests, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_arrives_and_comes_back),
		TEST(an_answer_comes_back_by_a_poll),
		TEST(a_buffer_is_split_where_the_host_s_pages_are),
		TEST(memory_that_is_consecutive_is_one_piece),
		TEST(memory_is_remembered),
		TEST(either_name_of_a_page_will_do),
		TEST(an_indirect_table_across_pages),
		TEST(an_indirect_table_at_an_odd_address),
		TEST(descriptors_before_an_indirect_table),
		TEST(answers_come_in_any_order),
		TEST(rings_go_round),
		TEST(queues_do_not_mix),
		TEST(requests_before_the_driver_is_ready_wait_for_it),
		TEST(requests_without_room_wait_for_answers),
		TEST(a_window_shows_each_byte_of_a_ring),
		TEST(the_largest_request_fits),
		TEST(the_guest_is_interrupted_as_it_asks),
		TEST(without_event_indices_flags_say_it),
		TEST(single_requests_do_not_wait),
		TEST(at_depth_32_exits_are_few),
		TEST(nothing_waits_for_ever),
		TEST(a_poll_finds_what_is_due),
		TEST(the_host_is_notified_as_it_asks),
		TEST(a_notification_while_the_device_is_busy),
		TEST(the_thread_while_the_device_is_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
