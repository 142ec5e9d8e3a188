/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver of the ports, against a device that this file plays. */
#include "hypervisor/core/io/serial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PORT  3
#define COUNT (SERIAL_PORTS - 4) /* ports for which the device has queues */
#define LOG   64

/* The device's side of one queue. */
struct device_queue {
	struct virtqueue_memory *memory;
	unsigned size;
	uint16_t seen;
};

struct fixture {
	struct serial serial;
	struct serial_memory memory[SERIAL_PORTS];
	struct device_queue in[SERIAL_PORTS]; /* [0]: control */
	struct device_queue out[SERIAL_PORTS];
	unsigned notified[2 * SERIAL_PORTS + 2];
	int events[LOG]; /* port: opened, -port: closed, 1000 + port: input */
	unsigned event_count;
	uint8_t input[8192]; /* input of all ports */
	size_t input_size;
	size_t input_room; /* bytes that the user still takes */
	uint8_t output[8192]; /* what PORT's user wants to send */
	size_t output_size, output_at;
};

static struct fixture fixture;

static void note(int event)
{
	assert_true(fixture.event_count < LOG);
	fixture.events[fixture.event_count++] = event;
}

static void notify(void *ctx, unsigned queue)
{
	struct fixture *test = ctx;

	assert_true(queue < 2 * SERIAL_PORTS + 2);
	test->notified[queue]++;
}

static void opened(void *ctx, unsigned port, bool open)
{
	(void)ctx;
	note(open ? (int)port : -(int)port);
}

static size_t input(void *ctx, unsigned port, const uint8_t *bytes, size_t size)
{
	struct fixture *test = ctx;

	if (size > test->input_room)
		size = test->input_room;
	if (size != 0)
		note(1000 + (int)port);
	memcpy(test->input + test->input_size, bytes, size);
	test->input_size += size;
	test->input_room -= size;
	return size;
}

static size_t output(void *ctx, unsigned port, uint8_t *bytes, size_t size)
{
	struct fixture *test = ctx;
	size_t rest = test->output_size - test->output_at;

	if (port != PORT)
		return 0;
	if (size > rest)
		size = rest;
	memcpy(bytes, test->output + test->output_at, size);
	test->output_at += size;
	return size;
}

static const struct serial_ops ops = {
	.ctx = &fixture,
	.notify = notify,
	.opened = opened,
	.input = input,
	.output = output,
};

static void device_queue_init(struct device_queue *queue,
			      struct virtqueue_memory *memory, unsigned number)
{
	*queue = (struct device_queue){
		.memory = memory,
		.size = number == 0 ? SERIAL_CONTROL_QUEUE : SERIAL_PORT_QUEUE,
	};
}

static int setup(void **state)
{
	memset(&fixture, 0, sizeof(fixture));
	fixture.input_room = sizeof(fixture.input);
	serial_init(&fixture.serial, &ops, fixture.memory,
		    pa_make((uintptr_t)fixture.memory), COUNT);
	for (unsigned i = 0; i < SERIAL_PORTS; i++) {
		device_queue_init(&fixture.in[i], &fixture.memory[i].in, i);
		device_queue_init(&fixture.out[i], &fixture.memory[i].out, i);
	}
	*state = &fixture;
	return 0;
}

/*
 * Takes the next buffer that the driver posted. Returns false if there is none.
 */
static bool device_take(struct device_queue *queue, struct virtq_desc *desc,
			uint32_t *id)
{
	if (queue->seen == queue->memory->avail.idx)
		return false;
	*id = queue->memory->avail.ring[queue->seen++ % queue->size];
	assert_true(*id < queue->size);
	*desc = queue->memory->desc[*id];
	return true;
}

static void device_answer(struct device_queue *queue, uint32_t id, uint32_t len)
{
	queue->memory->used.ring[queue->memory->used.idx % queue->size] =
		(struct virtq_used_elem){ .id = id, .len = len };
	queue->memory->used.idx++;
}

static bool device_send(struct device_queue *queue, const void *bytes,
			uint32_t size)
{
	struct virtq_desc desc;
	uint32_t id;

	if (!device_take(queue, &desc, &id))
		return false;
	assert_true(size <= desc.len);
	assert_int_equal(desc.flags, VIRTQ_DESC_WRITE);
	memcpy((void *)(uintptr_t)desc.addr, bytes, size);
	device_answer(queue, id, size);
	return true;
}

static bool device_tells(uint32_t port, uint16_t event, uint16_t value)
{
	struct virtio_console_control message = { port, event, value };

	return device_send(&fixture.in[0], &message, sizeof(message));
}

/* Checks the driver's next control message. */
static void expect_told(uint32_t port, uint16_t event)
{
	struct virtio_console_control message;
	struct virtq_desc desc;
	uint32_t id;

	assert_true(device_take(&fixture.out[0], &desc, &id));
	assert_int_equal(desc.len, sizeof(message));
	assert_int_equal(desc.flags, 0);
	memcpy(&message, (void *)(uintptr_t)desc.addr, sizeof(message));
	device_answer(&fixture.out[0], id, 0);
	assert_int_equal(message.id, port);
	assert_int_equal(message.event, event);
	assert_int_equal(message.value, 1);
}

static void expect_nothing_told(void)
{
	assert_int_equal(fixture.out[0].seen, fixture.memory[0].out.avail.idx);
}

static void poll_all(void)
{
	unsigned turns = 0;

	while (serial_poll(&fixture.serial))
		assert_true(turns++ < 1000);
}

/* PORT is present, and a client has it open. */
static int setup_open(void **state)
{
	(void)setup(state);
	poll_all();
	expect_told(0, VIRTIO_CONSOLE_DEVICE_READY);
	assert_true(device_tells(PORT, VIRTIO_CONSOLE_DEVICE_ADD, 1));
	poll_all();
	expect_told(PORT, VIRTIO_CONSOLE_PORT_READY);
	poll_all();
	expect_told(PORT, VIRTIO_CONSOLE_PORT_OPEN);
	assert_true(device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1));
	poll_all();
	assert_int_equal(fixture.event_count, 1);
	assert_int_equal(fixture.events[0], PORT);
	fixture.event_count = 0;
	return 0;
}

static void buffers_are_there_before_the_device_is_told(void **state)
{
	struct fixture *test = *state;

	assert_true(serial_poll(&test->serial));
	assert_int_equal(test->memory[0].in.avail.idx, SERIAL_CONTROL_QUEUE);
	assert_int_equal(test->notified[VIRTIO_CONSOLE_CONTROL_IN], 1);
	assert_int_equal(test->notified[VIRTIO_CONSOLE_CONTROL_OUT], 1);
	expect_told(0, VIRTIO_CONSOLE_DEVICE_READY);
}

static void messages_are_told_one_at_a_time(void **state)
{
	(void)state;
	poll_all();
	expect_told(0, VIRTIO_CONSOLE_DEVICE_READY);
	for (unsigned i = 1; i < COUNT; i++)
		assert_true(device_tells(i, VIRTIO_CONSOLE_DEVICE_ADD, 1));
	for (unsigned i = 1; i < COUNT; i++) {
		poll_all();
		expect_told(i, VIRTIO_CONSOLE_PORT_READY);
		expect_nothing_told();
		poll_all();
		expect_told(i, VIRTIO_CONSOLE_PORT_OPEN);
		expect_nothing_told();
	}
	poll_all();
	expect_nothing_told();
}

static void a_port_without_queues_is_left_alone(void **state)
{
	(void)state;
	poll_all();
	expect_told(0, VIRTIO_CONSOLE_DEVICE_READY);
	device_tells(0, VIRTIO_CONSOLE_DEVICE_ADD, 1);
	device_tells(COUNT, VIRTIO_CONSOLE_DEVICE_ADD, 1);
	device_tells(COUNT, VIRTIO_CONSOLE_PORT_OPEN, 1);
	device_tells(SERIAL_PORTS, VIRTIO_CONSOLE_DEVICE_ADD, 1);
	device_tells(UINT32_MAX, VIRTIO_CONSOLE_DEVICE_ADD, 1);
	poll_all();
	expect_nothing_told();
	assert_int_equal(fixture.event_count, 0);
	assert_null(fixture.serial.failed);
}

static void odd_messages_do_no_harm(void **state)
{
	static const uint8_t name[40] = { PORT, 0, 0, 0, 7, 0, 1, 0, 'x' };

	(void)state;
	device_tells(PORT, 99, 1);
	device_tells(PORT, VIRTIO_CONSOLE_RESIZE, 0);
	device_tells(PORT, VIRTIO_CONSOLE_DEVICE_ADD, 1);
	assert_true(device_send(&fixture.in[0], name, sizeof(name)));
	assert_true(device_send(&fixture.in[0], name, 7));
	assert_true(device_send(&fixture.in[0], name, 0));
	poll_all();
	expect_nothing_told();
	assert_int_equal(fixture.event_count, 0);
	assert_null(fixture.serial.failed);
}

static void short_or_foreign_messages_are_not_read(void **state)
{
	struct virtio_console_control message = { PORT, 6, 1 };
	struct serial_event event;

	(void)state;
	assert_true(serial_event_read((uint8_t *)&message, sizeof(message),
				      &event));
	assert_int_equal(event.port, PORT);
	assert_false(serial_event_read((uint8_t *)&message, 7, &event));
	message.id = SERIAL_PORTS;
	assert_false(serial_event_read((uint8_t *)&message, sizeof(message),
				       &event));
}

static void input_is_delivered_in_order(void **state)
{
	struct fixture *test = *state;

	assert_true(device_send(&test->in[PORT], "abc", 3));
	assert_true(device_send(&test->in[PORT], "defg", 4));
	poll_all();
	assert_int_equal(test->input_size, 7);
	assert_memory_equal(test->input, "abcdefg", 7);
	/* The port's buffers belong to the device again. */
	assert_int_equal(test->memory[PORT].in.avail.idx, SERIAL_PORT_QUEUE + 2);
}

static void what_is_not_taken_waits(void **state)
{
	struct fixture *test = *state;
	unsigned sent = 0;

	test->input_room = 2;
	while (device_send(&test->in[PORT], "abc", 3))
		sent++;
	assert_int_equal(sent, SERIAL_PORT_QUEUE);
	poll_all();
	assert_int_equal(test->input_size, 2);
	test->input_room = 1000;
	poll_all();
	assert_int_equal(test->input_size, 3 * sent);
	assert_memory_equal(test->input, "abcabcabcabc", 12);
}

static void an_opening_is_told_before_the_data(void **state)
{
	struct fixture *test = *state;

	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 0);
	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_true(device_send(&test->in[PORT], "abc", 3));
	poll_all();
	assert_int_equal(test->event_count, 3);
	assert_int_equal(test->events[0], -PORT);
	assert_int_equal(test->events[1], PORT);
	assert_int_equal(test->events[2], 1000 + PORT);
}

static void a_second_opening_closes_first(void **state)
{
	struct fixture *test = *state;

	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1);
	poll_all();
	assert_int_equal(test->event_count, 2);
	assert_int_equal(test->events[0], -PORT);
	assert_int_equal(test->events[1], PORT);
}

static void data_of_a_closed_port_is_dropped(void **state)
{
	struct fixture *test = *state;

	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 0);
	assert_true(device_send(&test->in[PORT], "abc", 3));
	poll_all();
	assert_int_equal(test->input_size, 0);
	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_true(device_send(&test->in[PORT], "de", 2));
	poll_all();
	assert_memory_equal(test->input, "de", 2);
	assert_int_equal(test->input_size, 2);
}

/* Collects what the driver sent on PORT. */
static size_t device_receive(uint8_t *bytes)
{
	struct virtq_desc desc;
	size_t size = 0;
	uint32_t id;

	while (device_take(&fixture.out[PORT], &desc, &id)) {
		memcpy(bytes + size, (void *)(uintptr_t)desc.addr, desc.len);
		size += desc.len;
		device_answer(&fixture.out[PORT], id, 0);
	}
	return size;
}

static void output_waits_for_a_slow_device(void **state)
{
	struct fixture *test = *state;
	uint8_t bytes[sizeof(test->output)];
	size_t size = 0;

	for (size_t i = 0; i < sizeof(test->output); i++)
		test->output[i] = (uint8_t)(i * 7 + i / 256);
	test->output_size = sizeof(test->output);
	poll_all();
	assert_int_equal(test->output_at, VIRTQUEUE_BUFFERS);
	poll_all();
	assert_int_equal(test->output_at, VIRTQUEUE_BUFFERS);
	while (size < sizeof(bytes)) {
		size_t more = device_receive(bytes + size);

		assert_true(more != 0);
		size += more;
		poll_all();
	}
	assert_memory_equal(bytes, test->output, sizeof(bytes));
}

/* As QEMU does it: the buffer that was being sent never comes back. */
static void a_buffer_that_is_dropped_at_the_closing_is_used_again(void **state)
{
	struct fixture *test = *state;
	struct virtq_desc desc;
	uint32_t id;

	for (unsigned i = 0; i < 3 * SERIAL_PORT_QUEUE; i++) {
		test->output_size = test->output_at + 1;
		poll_all();
		assert_true(device_take(&test->out[PORT], &desc, &id));
		device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 0);
		poll_all();
		device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1);
		poll_all();
		test->event_count = 0;
	}
	assert_null(test->serial.failed);
	assert_int_equal(test->output_at, 3 * SERIAL_PORT_QUEUE);
}

static void the_queue_is_told_of_again_when_the_port_is_open(void **state)
{
	struct fixture *test = *state;

	assert_int_equal(test->notified[VIRTIO_CONSOLE_IN(PORT)], 2);
	poll_all();
	assert_int_equal(test->notified[VIRTIO_CONSOLE_IN(PORT)], 2);
}

static void nothing_is_sent_to_a_closed_port(void **state)
{
	struct fixture *test = *state;

	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 0);
	poll_all();
	test->output_size = 10;
	poll_all();
	assert_int_equal(test->output_at, 0);
}

static void a_removed_port_is_closed(void **state)
{
	struct fixture *test = *state;

	device_tells(PORT, VIRTIO_CONSOLE_DEVICE_REMOVE, 1);
	device_tells(PORT, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_true(device_send(&test->in[PORT], "abc", 3));
	poll_all();
	assert_int_equal(test->event_count, 1);
	assert_int_equal(test->events[0], -PORT);
	assert_int_equal(test->input_size, 0);
}

static void expect_given_up(struct fixture *test)
{
	poll_all();
	assert_non_null(test->serial.failed);
	assert_int_equal(test->event_count, 1);
	assert_int_equal(test->events[0], -PORT);
	test->output_size = 10;
	assert_false(serial_poll(&test->serial));
	assert_int_equal(test->output_at, 0);
}

static void a_lie_about_data_ends_it(void **state)
{
	device_answer(&fixture.in[PORT], SERIAL_PORT_QUEUE, 1);
	expect_given_up(*state);
}

static void a_lie_about_output_ends_it(void **state)
{
	device_answer(&fixture.out[PORT], 0, 0);
	expect_given_up(*state);
}

static void a_lie_about_control_messages_ends_it(void **state)
{
	device_answer(&fixture.in[0], 0, UINT32_MAX);
	expect_given_up(*state);
}

static void a_lie_about_our_messages_ends_it(void **state)
{
	device_answer(&fixture.out[0], 1, 0);
	expect_given_up(*state);
}

#define TEST(name)      cmocka_unit_test_setup(name, setup)
#define TEST_OPEN(name) cmocka_unit_test_setup(name, setup_open)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(buffers_are_there_before_the_device_is_told),
		TEST(messages_are_told_one_at_a_time),
		TEST(a_port_without_queues_is_left_alone),
		TEST(short_or_foreign_messages_are_not_read),
		TEST_OPEN(odd_messages_do_no_harm),
		TEST_OPEN(input_is_delivered_in_order),
		TEST_OPEN(what_is_not_taken_waits),
		TEST_OPEN(an_opening_is_told_before_the_data),
		TEST_OPEN(a_second_opening_closes_first),
		TEST_OPEN(data_of_a_closed_port_is_dropped),
		TEST_OPEN(output_waits_for_a_slow_device),
		TEST_OPEN(a_buffer_that_is_dropped_at_the_closing_is_used_again),
		TEST_OPEN(the_queue_is_told_of_again_when_the_port_is_open),
		TEST_OPEN(nothing_is_sent_to_a_closed_port),
		TEST_OPEN(a_removed_port_is_closed),
		TEST_OPEN(a_lie_about_data_ends_it),
		TEST_OPEN(a_lie_about_output_ends_it),
		TEST_OPEN(a_lie_about_control_messages_ends_it),
		TEST_OPEN(a_lie_about_our_messages_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
