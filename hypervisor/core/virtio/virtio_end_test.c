/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices of the host that lie or hang, resets, and memory that is taken back. */
#include "hypervisor/core/virtio/fixture.h"

static struct fake_request request;

/* ---- Hostile devices ---- */

/* Fails unless the device broke, was reset and pins nothing. */
static void assert_lost(struct fake_virtio *fake, unsigned resets,
			const char *why)
{
	fake_virtio_work(fake);
	(void)virtio_work(fake->device);
	assert_int_equal(fake->theirs.resets, resets + 1);
	assert_int_equal(seen(fake).in_flight, 0);
	assert_int_equal(seen(fake).pages_pinned, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 0);
	assert_broke(fake, why);
}

static void answers_that_nobody_asked_for(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	*fake_host_idx(fake, 0) = 2;
	assert_lost(fake, resets, "queue 0: 2 answers to 1 requests");
}

static void an_answer_that_is_taken_back(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	*fake_host_idx(fake, 0) = UINT16_MAX;
	assert_lost(fake, resets, "queue 0: 65535 answers to 1 requests");
}

static void an_answer_to_no_request(void **state)
{
	struct fake_virtio *fake = *state;
	static const unsigned wrong[] = { 1, FAKE_VIRTIO_DEPTH, UINT32_MAX };

	for (unsigned i = 0; i < 3; i++) {
		unsigned resets = fake->theirs.resets;

		page_carry(fake, 0);
		assert_true(fake_host_take(fake, 0, &request));
		*fake_host_elem(fake, 0, 0) = (struct virtq_used_elem){
			wrong[i] == 1 ? request.id ^ 1 : wrong[i], 0
		};
		*fake_host_idx(fake, 0) = 1;
		assert_lost(fake, resets, "queue 0: an answer to no request");
		fake_driver_start(fake);
	}
}

static void a_second_answer(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	page_carry(fake, 1);
	assert_true(fake_host_take(fake, 0, &request));
	for (uint16_t i = 0; i < 2; i++) {
		*fake_host_elem(fake, 0, i) =
			(struct virtq_used_elem){ request.id, 0 };
	}
	*fake_host_idx(fake, 0) = 2;
	(void)virtio_work(fake->device);
	assert_int_equal(fake->theirs.resets, resets + 1);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_broke(fake, "queue 0: an answer to no request");
}

static void an_answer_longer_than_its_buffer(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	desc(fake, 0, data(0), 100, NEXT, 1);
	desc(fake, 1, data(1), 10, WRITE, 0);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	*fake_host_elem(fake, 0, 0) = (struct virtq_used_elem){ request.id, 11 };
	*fake_host_idx(fake, 0) = 1;
	assert_lost(fake, resets, "queue 0: an answer of 11 bytes in 10");
}

/* A device that lies is reset at once, even if that may wait: how many requests
 * it has is not known. */
static void a_device_that_lies_is_reset_even_if_that_waits(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	*fake_host_idx(fake, 0) = 2;
	assert_lost(fake, resets, "2 answers to 1 requests");
}

static void a_device_that_says_that_it_broke(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	fake->theirs.status |= VIRTIO_STATUS_NEEDS_RESET;
	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	assert_lost(fake, resets, "the host's device broke");
}

static void a_device_that_refuses_a_queue(void **state)
{
	struct fake_virtio *fake = *state;

	fake->theirs.queue_max = 8;
	fake_driver_start(fake);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_STATUS) &
				 VIRTIO_STATUS_DRIVER_OK,
			 0);
	fake->theirs.queue_max = FAKE_VIRTIO_DEPTH;
	assert_broke(fake, "the host's device refuses queue 0");
}

/* ---- Resets ---- */

static void a_reset_forgets_requests_under_way(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 0);
	assert_int_equal(pinned(fake, data(0), ALL_OF), data(0));
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(seen(fake).in_flight, 0);
	assert_int_equal(seen(fake).pages_pinned, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_works(fake);
}

static enum virtio_access reset_try(struct fake_virtio *fake)
{
	uint64_t zero = 0;

	return virtio_access(fake->device, VIRTIO_MMIO_STATUS, 4, true, &zero);
}

/* A reset of QEMU's block device would stop the whole machine until its backend
 * answers, so the vCPU has to come back instead. */
static void a_reset_that_would_wait_is_not_made(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(reset_try(fake), VIRTIO_ACCESS_LATER);
		(void)virtio_work(fake->device);
		assert_int_equal(fake->theirs.resets, resets);
		assert_int_equal(pinned(fake, 0, ALL_OF), data(0));
	}
	assert_true(seen(fake).stopping);
	/* Other vCPUs cannot use the device meanwhile. */
	page_carry(fake, 1);
	assert_int_equal(seen(fake).in_flight, 1);

	fake_host_answer(fake, 0, request.id, 0);
	assert_int_equal(reset_try(fake), VIRTIO_ACCESS_DONE);
	assert_int_equal(fake->theirs.resets, resets + 1);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_false(seen(fake).stopping);
	assert_works(fake);
}

/* A driver that set up a queue and never said so, since it is mad or gave up. */
static void a_reset_before_the_start_closes_the_rings(void **state)
{
	struct fake_virtio *fake = *state;

	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	fake_driver_queue(fake, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), fake_virtio_ipa(0));
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_int_equal(seen(fake).queues, 0);
	assert_works(fake);
}

/* The reset is complete before the vCPU that asked for it comes back. Another
 * one goes on as if nothing had happened: no queue is left. */
static void a_driver_that_starts_beside_a_reset(void **state)
{
	struct fake_virtio *fake = *state;
	uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
			  VIRTIO_STATUS_FEATURES_OK;

	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	fake->theirs.reset_sticks = true;
	assert_int_equal(reset_try(fake), VIRTIO_ACCESS_LATER);
	fake_backend_unstick(&fake->theirs);
	assert_int_equal(virtio_work(fake->device), UINT64_MAX);
	assert_false(seen(fake).stopping);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  status | VIRTIO_STATUS_DRIVER_OK);
	page_carry(fake, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).queues, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_false(fake_host_take(fake, 0, &request));
	assert_works(fake);
}

/* The host's device goes on to use its ring, whose size the carrier needs. */
static void a_queue_with_requests_keeps_its_size(void **state)
{
	static const uint64_t sizes[] = { 0, 1, UINT32_MAX };
	struct fake_virtio *fake = *state;

	for (unsigned i = 0; i < 3; i++) {
		page_carry(fake, 0);
		page_carry(fake, 1);
		assert_int_equal(reset_try(fake), VIRTIO_ACCESS_LATER);
		fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, 0);
		fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_NUM, sizes[i]);
		for (unsigned k = 0; k < 2; k++) {
			assert_true(fake_host_take(fake, 0, &request));
			fake_host_answer(fake, 0, request.id, 0);
			(void)virtio_work(fake->device);
		}
		assert_int_equal(seen(fake).in_flight, 0);
		assert_broke(fake, "queue 0 changes while it is used");
	}
}

/* Until the device says that it is reset, it may access memory. */
static void a_reset_that_is_not_confirmed_unpins_nothing(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 0);
	fake->theirs.reset_sticks = true;
	assert_int_equal(reset_try(fake), VIRTIO_ACCESS_LATER);
	assert_int_equal(reset_try(fake), VIRTIO_ACCESS_LATER);
	assert_int_equal(pinned(fake, 0, ALL_OF), data(0));
	assert_int_not_equal(virtio_work(fake->device), UINT64_MAX);
	assert_false(virtio_stop(fake->device));
	fake_backend_unstick(&fake->theirs);
	assert_true(virtio_stop(fake->device));
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
}

static void a_stop_ends_all_use(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 0);
	assert_true(virtio_stop(fake->device));
	assert_true(virtio_stop(fake->device));
	/* No write of the driver closed the queue: it is shown all the same. */
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_int_equal(fake->theirs.status, 0);
	assert_int_equal(seen(fake).in_flight, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
}

static void a_stop_waits_for_answers_if_the_reset_would(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_false(virtio_stop(fake->device));
	fake_host_answer(fake, 0, request.id, 0);
	/* The thread sees it, and goes on with the stop. */
	(void)virtio_work(fake->device);
	assert_int_equal(fake->theirs.status, 0);
	assert_true(virtio_stop(fake->device));
}

/* ---- Memory that is taken back ---- */

static void release(struct fake_virtio *fake, uint64_t base, uint64_t end)
{
	virtio_release(fake->device, ipa_make(base), ipa_make(end));
}

static void memory_that_no_device_uses_is_free(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 2);
	release(fake, data(0), data(2));
	release(fake, data(3), ALL_OF);
	assert_int_equal(pinned(fake, data(0), data(2)), data(2));
	assert_int_equal(pinned(fake, data(3), ALL_OF), ALL_OF);
	assert_int_equal(pinned(fake, data(0), ALL_OF), data(2));
	assert_int_equal(pinned(fake, data(2) + 8, ALL_OF), data(2) + 8);
	assert_int_equal(fake->breaks, 0);
}

static void a_ring_that_is_taken_back(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned page = 0; page < 3; page++) {
		uint64_t ipa = fake_virtio_ipa(FAKE_VIRTIO_RING_PAGE(1) + page);

		assert_int_equal(pinned(fake, ipa, ipa + PAGE), ipa);
		release(fake, ipa, ipa + PAGE);
		assert_int_equal(pinned(fake, ipa, ipa + PAGE), ipa + PAGE);
		assert_broke(fake, "in a ring");
	}
}

static void a_request_whose_memory_is_taken_back_ends(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 2);
	release(fake, data(1), data(4));
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_broke(fake, "in a request");
}

/* A request to a disk comes back, so the caller waits, and nothing breaks. */
static void a_request_whose_reset_waits_is_waited_for(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned resets = fake->theirs.resets;

	page_carry(fake, 2);
	assert_true(fake_host_take(fake, 0, &request));
	release(fake, data(1), data(4));
	assert_int_equal(pinned(fake, data(1), data(4)), data(2));
	fake_host_answer(fake, 0, request.id, 0);
	fake_virtio_work(fake);
	release(fake, data(1), data(4));
	assert_int_equal(pinned(fake, data(1), data(4)), data(4));
	assert_int_equal(fake->breaks, 0);
	assert_int_equal(fake->theirs.resets, resets);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_that_nobody_asked_for),
		TEST(an_answer_that_is_taken_back),
		TEST(an_answer_to_no_request),
		TEST(a_second_answer),
		TEST(an_answer_longer_than_its_buffer),
		TEST_WAITS(a_device_that_lies_is_reset_even_if_that_waits),
		TEST(a_device_that_says_that_it_broke),
		TEST(a_device_that_refuses_a_queue),
		TEST(a_reset_forgets_requests_under_way),
		TEST_WAITS(a_reset_that_would_wait_is_not_made),
		TEST(a_reset_before_the_start_closes_the_rings),
		TEST(a_driver_that_starts_beside_a_reset),
		TEST_WAITS(a_queue_with_requests_keeps_its_size),
		TEST(a_reset_that_is_not_confirmed_unpins_nothing),
		TEST(a_stop_ends_all_use),
		TEST_WAITS(a_stop_waits_for_answers_if_the_reset_would),
		TEST(memory_that_no_device_uses_is_free),
		TEST(a_ring_that_is_taken_back),
		TEST(a_request_whose_memory_is_taken_back_ends),
		TEST_WAITS(a_request_whose_reset_waits_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
