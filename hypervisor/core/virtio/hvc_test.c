/* SPDX-License-Identifier: BSD-3-Clause */
/* The hypervisor's own console behind the carrier, with a guest and a console
 * slot that are played. */
#include "hypervisor/core/virtio/hvc.h"

#include "hypervisor/core/virtio/fixture.h"

enum {
	IN,
	OUT,
};

struct played {
	struct fake_virtio fake;
	struct hvc hvc;
	struct virtio_backend backend;
	unsigned room; /* of the console slot */
	char said[8192];
	size_t said_size;
	unsigned readies;
	char typed[256]; /* what waits for the guest; handed out by ready() */
};

/* ---- The console slot ---- */

static unsigned slot_room(void *ctx)
{
	const struct played *played = ctx;

	return played->room < 32 ? played->room : 32;
}

static void slot_put(void *ctx, uint8_t byte)
{
	struct played *played = ctx;

	assert_true(played->room > 0);
	assert_true(played->said_size < sizeof(played->said));
	played->room--;
	played->said[played->said_size++] = (char)byte;
}

static void type(struct played *played)
{
	size_t size = strlen(played->typed);
	const void *bytes = played->typed;
	size_t taken = hvc_input(&played->hvc, bytes, size);

	memmove(played->typed, played->typed + taken, size - taken + 1);
}

static void slot_ready(void *ctx)
{
	struct played *played = ctx;

	assert_int_equal(played->hvc.lock.taken, 0);
	played->readies++;
	type(played);
}

/* ---- The guest ---- */

static void driver_start(struct played *played)
{
	struct fake_virtio *fake = &played->fake;

	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, IN);
	fake_driver_queue(fake, OUT);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
				  VIRTIO_STATUS_FEATURES_OK |
				  VIRTIO_STATUS_DRIVER_OK);
}

static int played_setup(void **state)
{
	struct played *played = calloc(1, sizeof(*played));
	struct hvc_ops ops = {
		.ctx = played,
		.host = &played->fake.host,
		.room = slot_room,
		.put = slot_put,
		.ready = slot_ready,
	};

	assert_non_null(played);
	played->room = UINT32_MAX;
	hvc_init(&played->hvc, &ops, &played->backend);
	fake_virtio_init_before(&played->fake, &played->backend, HVC_QUEUES);
	played->fake.size = HVC_QUEUE_SIZE;
	played->hvc.device = played->fake.device;
	driver_start(played);
	fake_virtio_work(&played->fake);
	*state = played;
	return 0;
}

static int played_teardown(void **state)
{
	struct played *played = *state;

	fake_virtio_free(&played->fake);
	free(played);
	return 0;
}

static void buffer(struct played *played, unsigned queue, unsigned index,
		   unsigned page, uint32_t size, unsigned flags)
{
	fake_driver_buffer(&played->fake, queue, index,
			   &(struct virtq_desc){
				   .addr = data(page),
				   .len = size,
				   .flags = (uint16_t)flags,
				   .next = (uint16_t)(index + 1),
			   });
}

/* Sends a text that lies in a page, as drivers do. */
static void say(struct played *played, unsigned page, const char *text)
{
	memcpy(fake_virtio_page(&played->fake, DATA + page), text, strlen(text));
	buffer(played, OUT, page, page, (uint32_t)strlen(text), 0);
	fake_driver_offer(&played->fake, OUT, (uint16_t)page);
	fake_driver_notify(&played->fake, OUT);
}

static unsigned answers(struct played *played, unsigned queue)
{
	return *fake_driver_used(&played->fake, queue, VIRTQ_IDX);
}

static void assert_said(const struct played *played, const char *text)
{
	assert_int_equal(played->said_size, strlen(text));
	assert_memory_equal(played->said, text, strlen(text));
}

/* Does what the thread of the domain does. */
static void work(struct played *played)
{
	(void)hvc_work(&played->hvc);
	(void)virtio_work(played->fake.device);
}

/* ---- Tests ---- */

/* A driver that waits for the answer, with all interrupts off, gets it from its
 * own notification. */
static void output_is_answered_at_once(void **state)
{
	struct played *played = *state;

	say(played, 0, "hello");
	assert_int_equal(answers(played, OUT), 1);
	say(played, 1, ", world");
	assert_int_equal(answers(played, OUT), 2);
	assert_said(played, "hello, world");
	assert_int_equal(fake_driver_answer(&played->fake, OUT, 1).len, 0);
	assert_int_equal(pinned(&played->fake, data(0), data(8)), data(8));
}

static void output_waits_for_room(void **state)
{
	struct played *played = *state;

	played->room = 7;
	say(played, 0, "more than there is room for");
	assert_said(played, "more th");
	assert_int_equal(answers(played, OUT), 0);
	assert_int_equal(pinned(&played->fake, data(0), data(8)), data(0));
	played->room = 100;
	work(played);
	assert_said(played, "more than there is room for");
	assert_int_equal(answers(played, OUT), 1);
}

/* One request has all of the output, in pages that do not follow each other in
 * the host's memory. Buffers that the device may write are no output. */
static void output_in_pieces_is_whole(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	memset(fake_virtio_page(fake, DATA), 'a', 2 * PAGE);
	memset(fake_virtio_page(fake, DATA + 2), 'x', PAGE);
	memset(fake_virtio_page(fake, DATA + 4), 'b', 3);
	buffer(played, OUT, 0, 0, PAGE + 1, NEXT);
	buffer(played, OUT, 1, 4, 3, NEXT);
	buffer(played, OUT, 2, 2, PAGE, WRITE);
	fake_driver_offer(fake, OUT, 0);
	fake_driver_notify(fake, OUT);
	while (answers(played, OUT) == 0) {
		/* The console goes on by itself, because there is room. */
		assert_true(fake->kicks > 0);
		fake->kicks = 0;
		work(played);
	}
	assert_int_equal(played->said_size, PAGE + 4);
	assert_int_equal(played->said[PAGE], 'a');
	assert_memory_equal(played->said + PAGE + 1, "bbb", 3);
}

/* A guest that sends without an end does not keep the lock. */
static void a_long_output_is_cut_into_steps(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	memset(fake_virtio_page(fake, DATA), 'a', 2 * PAGE);
	buffer(played, OUT, 0, 0, 2 * PAGE, 0);
	fake_driver_offer(fake, OUT, 0);
	fake_driver_notify(fake, OUT);
	assert_true(played->said_size > 0 && played->said_size < 2 * PAGE);
	assert_true(fake->kicks > 0);
}

static void input_waits_for_a_buffer(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	strcpy(played->typed, "abcdef");
	type(played);
	assert_string_equal(played->typed, "abcdef");
	buffer(played, IN, 0, 0, 4, WRITE);
	fake_driver_offer(fake, IN, 0);
	fake_driver_notify(fake, IN);
	assert_int_equal(played->readies, 1);
	assert_string_equal(played->typed, "ef");
	assert_int_equal(answers(played, IN), 1);
	assert_int_equal(fake_driver_answer(fake, IN, 0).len, 4);
	assert_memory_equal(fake_virtio_page(fake, DATA), "abcd", 4);
}

/* Input that comes later interrupts the guest, and leaves the rest of a buffer
 * alone. */
static void input_interrupts(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	buffer(played, IN, 3, 5, PAGE, WRITE);
	fake_driver_offer(fake, IN, 3);
	fake_driver_notify(fake, IN);
	assert_false(fake->line);
	strcpy(played->typed, "x");
	type(played);
	assert_string_equal(played->typed, "");
	fake_virtio_work(fake);
	assert_true(fake->line);
	assert_int_equal(fake_driver_answer(fake, IN, 0).id, 3);
	assert_int_equal(fake_driver_answer(fake, IN, 0).len, 1);
	assert_int_equal(fake_virtio_page(fake, DATA + 5)[0], 'x');
	assert_int_equal(fake_virtio_page(fake, DATA + 5)[1], 0);
}

/* A buffer that the device may not write loses no input. */
static void input_is_not_lost_in_a_useless_buffer(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	strcpy(played->typed, "abc");
	buffer(played, IN, 0, 0, 8, 0);
	fake_driver_offer(fake, IN, 0);
	fake_driver_notify(fake, IN);
	assert_string_equal(played->typed, "abc");
	assert_int_equal(answers(played, IN), 1);
	assert_int_equal(fake_driver_answer(fake, IN, 0).len, 0);
}

/* After a reset nothing of the guest is touched, and a driver can begin
 * again. */
static void a_reset_ends_it(void **state)
{
	struct played *played = *state;
	struct fake_virtio *fake = &played->fake;

	buffer(played, IN, 0, 0, PAGE, WRITE);
	fake_driver_offer(fake, IN, 0);
	fake_driver_notify(fake, IN);
	played->room = 0;
	say(played, 1, "lost");
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(pinned(fake, data(0), data(8)), data(8));
	played->room = 100;
	strcpy(played->typed, "x");
	type(played);
	work(played);
	assert_string_equal(played->typed, "x");
	assert_said(played, "");
	assert_int_equal(fake_virtio_page(fake, DATA)[0], 0);
	driver_start(played);
	fake_virtio_work(fake);
	say(played, 1, "again");
	assert_said(played, "again");
}

#define HVC_TEST(name)                                                         \
	cmocka_unit_test_setup_teardown(name, played_setup, played_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HVC_TEST(output_is_answered_at_once),
		HVC_TEST(output_waits_for_room),
		HVC_TEST(output_in_pieces_is_whole),
		HVC_TEST(a_long_output_is_cut_into_steps),
		HVC_TEST(input_waits_for_a_buffer),
		HVC_TEST(input_interrupts),
		HVC_TEST(input_is_not_lost_in_a_useless_buffer),
		HVC_TEST(a_reset_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
