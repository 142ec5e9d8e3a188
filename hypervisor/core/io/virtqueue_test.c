/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtqueue against a device that answers well, and one that lies. */
#include "hypervisor/core/io/virtqueue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BASE UINT64_C(0x50000000)
#define SIZE 4

static struct virtqueue_memory memory;

static int setup(void **state)
{
	static struct virtqueue queue;

	memset(&memory, 0xa5, sizeof(memory));
	virtqueue_init(&queue, &memory, pa_make(BASE), SIZE, true);
	*state = &queue;
	return 0;
}

/* The device's side: writes one answer. */
static void answer(uint32_t id, uint32_t len)
{
	memory.used.ring[memory.used.idx % SIZE] =
		(struct virtq_used_elem){ .id = id, .len = len };
	memory.used.idx++;
}

static void post_all(struct virtqueue *queue)
{
	for (unsigned i = 0; i < SIZE; i++)
		virtqueue_post(queue, i, virtqueue_buffer_size(queue));
}

static void expect_taken(struct virtqueue *queue, unsigned id, uint32_t size)
{
	struct virtqueue_done done;

	assert_true(virtqueue_take(queue, &done));
	assert_int_equal(done.id, id);
	assert_int_equal(done.size, size);
}

static void expect_broken(struct virtqueue *queue)
{
	struct virtqueue_done done;

	virtqueue_look(queue);
	assert_false(virtqueue_take(queue, &done));
	assert_true(queue->broken);
}

static void buffers_lie_side_by_side(void **state)
{
	const struct virtqueue *queue = *state;
	uint64_t first = BASE + offsetof(struct virtqueue_memory, buffers);

	assert_int_equal(virtqueue_buffer_size(queue), VIRTQUEUE_BUFFERS / SIZE);
	for (unsigned i = 0; i < SIZE; i++) {
		assert_int_equal(memory.desc[i].addr,
				 first + i * virtqueue_buffer_size(queue));
		assert_int_equal(memory.desc[i].flags, VIRTQ_DESC_WRITE);
		assert_ptr_equal(virtqueue_buffer(queue, i),
				 memory.buffers +
					 i * virtqueue_buffer_size(queue));
	}
	assert_int_equal(memory.avail.idx, 0);
}

static void a_device_that_reads_gets_no_write_flag(void **state)
{
	virtqueue_init(*state, &memory, pa_make(BASE), SIZE, false);
	assert_int_equal(memory.desc[0].flags, 0);
}

static void a_posted_buffer_is_offered_and_not_free(void **state)
{
	struct virtqueue *queue = *state;
	unsigned id;

	virtqueue_post(queue, 0, 17);
	virtqueue_post(queue, 2, 5);
	assert_int_equal(memory.avail.idx, 2);
	assert_int_equal(memory.avail.ring[0], 0);
	assert_int_equal(memory.avail.ring[1], 2);
	assert_int_equal(memory.desc[2].len, 5);
	assert_true(virtqueue_free(queue, &id));
	assert_int_equal(id, 1);
	virtqueue_post(queue, 1, 1);
	virtqueue_post(queue, 3, 1);
	assert_false(virtqueue_free(queue, &id));
}

static void answers_come_in_the_device_s_order(void **state)
{
	struct virtqueue *queue = *state;
	struct virtqueue_done done;

	post_all(queue);
	answer(2, 10);
	answer(0, 0);
	virtqueue_look(queue);
	expect_taken(queue, 2, 10);
	expect_taken(queue, 0, 0);
	assert_false(virtqueue_take(queue, &done));
	assert_false(queue->broken);
}

static void only_what_was_seen_is_taken(void **state)
{
	struct virtqueue *queue = *state;
	struct virtqueue_done done;

	post_all(queue);
	answer(0, 1);
	virtqueue_look(queue);
	answer(1, 1);
	expect_taken(queue, 0, 1);
	assert_false(virtqueue_take(queue, &done));
	virtqueue_look(queue);
	expect_taken(queue, 1, 1);
}

static void indices_wrap(void **state)
{
	struct virtqueue *queue = *state;

	for (unsigned i = 0; i < 0x10000 + 3 * SIZE; i++) {
		virtqueue_post(queue, i % SIZE, 1);
		answer(i % SIZE, 1);
		virtqueue_look(queue);
		expect_taken(queue, i % SIZE, 1);
	}
}

static void an_id_outside_breaks_the_queue(void **state)
{
	post_all(*state);
	answer(SIZE, 1);
	expect_broken(*state);
}

static void a_huge_id_breaks_the_queue(void **state)
{
	post_all(*state);
	answer(UINT32_MAX, 1);
	expect_broken(*state);
}

static void an_id_that_was_not_posted_breaks_the_queue(void **state)
{
	virtqueue_post(*state, 0, 1);
	answer(1, 1);
	expect_broken(*state);
}

static void one_id_twice_breaks_the_queue(void **state)
{
	post_all(*state);
	answer(1, 1);
	answer(1, 1);
	virtqueue_look(*state);
	expect_taken(*state, 1, 1);
	expect_broken(*state);
}

static void a_huge_length_breaks_the_queue(void **state)
{
	post_all(*state);
	answer(1, virtqueue_buffer_size(*state) + 1);
	expect_broken(*state);
}

static void an_answer_to_nothing_breaks_the_queue(void **state)
{
	virtqueue_post(*state, 0, 1);
	answer(0, 1);
	answer(0, 1);
	virtqueue_look(*state);
	expect_taken(*state, 0, 1);
	expect_broken(*state);
}

static void more_answers_than_fit_break_the_queue(void **state)
{
	post_all(*state);
	for (unsigned i = 0; i <= SIZE; i++)
		answer(i % SIZE, 1);
	expect_broken(*state);
}

static void an_answer_taken_back_breaks_the_queue(void **state)
{
	post_all(*state);
	answer(0, 1);
	answer(1, 1);
	virtqueue_look(*state);
	memory.used.idx--;
	expect_broken(*state);
}

static void what_is_forgotten_can_be_posted_again(void **state)
{
	struct virtqueue *queue = *state;

	post_all(queue);
	answer(3, 1);
	virtqueue_look(queue);
	expect_taken(queue, 3, 1);
	virtqueue_forget(queue);
	post_all(queue);
	for (unsigned i = 0; i < SIZE; i++)
		answer(i, 1);
	virtqueue_look(queue);
	for (unsigned i = 0; i < SIZE; i++)
		expect_taken(queue, i, 1);
	assert_false(queue->broken);
}

static void a_late_answer_to_what_is_forgotten_is_passed_over(void **state)
{
	struct virtqueue *queue = *state;
	struct virtqueue_done done;

	post_all(queue);
	virtqueue_forget(queue);
	answer(0, 1);
	virtqueue_look(queue);
	assert_false(virtqueue_take(queue, &done));
	assert_false(queue->broken);
	answer(0, 1); /* the second late answer is one too many */
	expect_broken(queue);
}

static void a_late_answer_for_a_buffer_that_is_posted_again_is_one(void **state)
{
	struct virtqueue *queue = *state;
	struct virtqueue_done done;

	virtqueue_post(queue, 0, 1);
	virtqueue_forget(queue);
	virtqueue_post(queue, 0, 1);
	answer(0, 1);
	answer(0, 1);
	virtqueue_look(queue);
	expect_taken(queue, 0, 1);
	assert_false(virtqueue_take(queue, &done));
	assert_false(queue->broken);
}

static void a_broken_queue_stays_broken(void **state)
{
	struct virtqueue *queue = *state;

	post_all(queue);
	answer(SIZE, 1);
	expect_broken(queue);
	memory.used.ring[0].id = 0;
	expect_broken(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(buffers_lie_side_by_side, setup),
		cmocka_unit_test_setup(a_device_that_reads_gets_no_write_flag,
				       setup),
		cmocka_unit_test_setup(a_posted_buffer_is_offered_and_not_free,
				       setup),
		cmocka_unit_test_setup(answers_come_in_the_device_s_order, setup),
		cmocka_unit_test_setup(only_what_was_seen_is_taken, setup),
		cmocka_unit_test_setup(indices_wrap, setup),
		cmocka_unit_test_setup(an_id_outside_breaks_the_queue, setup),
		cmocka_unit_test_setup(a_huge_id_breaks_the_queue, setup),
		cmocka_unit_test_setup(
			an_id_that_was_not_posted_breaks_the_queue, setup),
		cmocka_unit_test_setup(one_id_twice_breaks_the_queue, setup),
		cmocka_unit_test_setup(a_huge_length_breaks_the_queue, setup),
		cmocka_unit_test_setup(an_answer_to_nothing_breaks_the_queue,
				       setup),
		cmocka_unit_test_setup(more_answers_than_fit_break_the_queue,
				       setup),
		cmocka_unit_test_setup(an_answer_taken_back_breaks_the_queue,
				       setup),
		cmocka_unit_test_setup(what_is_forgotten_can_be_posted_again,
				       setup),
		cmocka_unit_test_setup(
			a_late_answer_to_what_is_forgotten_is_passed_over, setup),
		cmocka_unit_test_setup(
			a_late_answer_for_a_buffer_that_is_posted_again_is_one,
			setup),
		cmocka_unit_test_setup(a_broken_queue_stays_broken, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
