/* SPDX-License-Identifier: BSD-3-Clause */
/* Drivers that do not play by the rules. */
#include "hypervisor/core/virtio/fixture.h"

static struct fake_request request;

/* ---- Hostile guests: descriptors ---- */

/* Descriptors 0 to 2, and an indirect table at the first data page. */
struct bad {
	const char *why;
	struct virtq_desc desc[3];
	struct virtq_desc table[3];
};

#define AT(page)   (UINT64_C(0x40000000) + (uint64_t)(DATA + (page)) * PAGE)
#define TABLE(n)   { AT(0), 16 * (n), INDIRECT, 0 }
#define GOOD(f, n) { AT(1), 16, (f), (n) }

static const struct bad bads[] = {
	{ "descriptors that form a loop", { GOOD(NEXT, 0) }, { { 0 } } },
	{ "descriptors that form a loop",
	  { GOOD(NEXT, 1), GOOD(NEXT, 2), GOOD(NEXT, 0) },
	  { { 0 } } },
	{ "descriptor 64 of 64", { GOOD(NEXT, 64) }, { { 0 } } },
	{ "descriptor 65535 of 64", { GOOD(NEXT, 0xffff) }, { { 0 } } },
	{ "a buffer of no bytes", { { AT(1), 0, 0, 0 } }, { { 0 } } },
	{ "a buffer beyond the end of all addresses",
	  { { UINT64_MAX, 2, 0, 0 } },
	  { { 0 } } },
	{ "a buffer beyond the end of all addresses",
	  { { UINT64_MAX - 0xfffffffe, UINT32_MAX, 0, 0 } },
	  { { 0 } } },
	{ "which is no RAM", { { 0x1000, 16, 0, 0 } }, { { 0 } } },
	{ "which is no RAM", { { AT(0) - 0x40000000, 16, 0, 0 } }, { { 0 } } },
	{ "which is no RAM", /* begins in RAM, and ends beyond it */
	  { { AT(FAKE_VIRTIO_PAGES - DATA - 1), PAGE + 1, 0, 0 } },
	  { { 0 } } },
	{ "which is not shared", { { AT(20) - 1, 2, 0, 0 } }, { { 0 } } },
	{ "which no device can access", { { AT(21), 1, 0, 0 } }, { { 0 } } },
	{ "a buffer to be read after one to be written",
	  { GOOD(NEXT | WRITE, 1), GOOD(0, 0) },
	  { { 0 } } },
	{ "a request of more than 4 GiB",
	  { GOOD(NEXT, 1), { AT(1), UINT32_MAX, 0, 0 } },
	  { { 0 } } },
	{ "an indirect table in an indirect table",
	  { TABLE(1) },
	  { { AT(1), 16, INDIRECT, 0 } } },
	{ "an indirect table that is not the end of its request",
	  { { AT(0), 16, INDIRECT | NEXT, 1 }, GOOD(0, 0) },
	  { GOOD(0, 0) } },
	{ "an indirect table with a part of a descriptor",
	  { { AT(0), 24, INDIRECT, 0 } },
	  { GOOD(0, 0) } },
	{ "an indirect table with a part of a descriptor",
	  { { AT(0), 0, INDIRECT, 0 } },
	  { GOOD(0, 0) } },
	{ "an indirect table that is too long",
	  { { AT(0), 16 * (VIRTIO_PIECES + 1), INDIRECT, 0 } },
	  { GOOD(0, 0) } },
	{ "an indirect table beyond the end of all addresses",
	  { { UINT64_MAX - 14, 16, INDIRECT, 0 } },
	  { { 0 } } },
	{ "an indirect table at 0x40020000, which is not shared",
	  { { AT(20) - 8, 16, INDIRECT, 0 } },
	  { { 0 } } },
	{ "descriptors that form a loop",
	  { TABLE(2) },
	  { GOOD(NEXT, 1), GOOD(NEXT, 0) } },
	{ "descriptor 2 of 2", { TABLE(2) }, { GOOD(NEXT, 1), GOOD(NEXT, 2) } },
};

static void bad_offer(struct fake_virtio *fake, const struct bad *bad)
{
	fake->hidden[DATA + 20] = true;
	fake->far[DATA + 21] = true;
	memcpy(fake_virtio_page(fake, DATA), bad->table, sizeof(bad->table));
	memcpy(fake_driver_desc(fake, 0, 0), bad->desc, sizeof(bad->desc));
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
}

static void descriptors_that_make_no_sense(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		/* One that tells of its breaks: it does so a few times only. */
		fake_virtio_free(fake);
		fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
		fake_driver_start(fake);
		bad_offer(fake, &bads[i]);
		assert_false(fake_host_take(fake, 0, &request));
		assert_int_equal(seen(fake).in_flight, 0);
		assert_int_equal(fake->breaks, 1);
		assert_broke(fake, bads[i].why);
	}
}

static void an_indirect_table_without_the_feature(void **state)
{
	struct fake_virtio *fake = *state;

	fake->agreed &= ~BIT(VIRTIO_F_INDIRECT_DESC);
	fake_driver_start(fake);
	bad_offer(fake, &(struct bad){ "", { TABLE(1) }, { GOOD(0, 0) } });
	assert_broke(fake, "without having agreed");
}

static void a_request_of_too_many_pieces(void **state)
{
	struct fake_virtio *fake = *state;
	struct virtq_desc *table = fake_virtio_at(fake, data(8));

	for (unsigned i = 0; i < VIRTIO_PIECES; i++) {
		table[i] = (struct virtq_desc){ data(1), 1, NEXT,
						(uint16_t)(i + 1) };
	}
	table[VIRTIO_PIECES - 1].flags = 0;
	desc(fake, 0, data(1), 1, NEXT, 1);
	desc(fake, 1, data(8), 16 * VIRTIO_PIECES, INDIRECT, 0);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_broke(fake, "more than 1024 pieces");
}

/* Requests that were carried before the bad one stay, and are answered. */
static void what_is_under_way_stays_pinned_until_it_is_answered(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 3);
	desc(fake, 0, 0, 1, 0, 0);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(seen(fake).broken);
	assert_int_equal(pinned(fake, 0, ALL_OF), data(3));
	assert_true(fake_host_take(fake, 0, &request));
	fake->kicks = 1; /* no interrupt is asked for any more */
	fake_host_answer(fake, 0, request.id, PAGE);
	fake_virtio_work(fake);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 0);
	assert_broke(fake, "a buffer at 0x0, which is no RAM");
}

/* ---- Hostile guests: rings and queues ---- */

static void an_available_index_that_jumps(void **state)
{
	struct fake_virtio *fake = *state;

	*fake_driver_avail(fake, 0, VIRTQ_IDX) = FAKE_VIRTIO_DEPTH + 1;
	fake_driver_notify(fake, 0);
	assert_broke(fake, "the available index jumps by 65");
}

static void an_available_index_that_goes_back(void **state)
{
	struct fake_virtio *fake = *state;

	page_carry(fake, 0);
	*fake_driver_avail(fake, 0, VIRTQ_IDX) = 0;
	fake_driver_notify(fake, 0);
	assert_int_equal(seen(fake).in_flight, 1);
	assert_broke(fake, "the available index jumps by 65535");
}

static void a_head_that_is_no_descriptor(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_offer(fake, 0, FAKE_VIRTIO_DEPTH);
	fake_driver_notify(fake, 0);
	assert_broke(fake, "descriptor 64 of 64");
}

/* The same head again and again. */
static void more_requests_than_descriptors(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned i = 0; i < FAKE_VIRTIO_DEPTH; i++)
		page_carry(fake, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).in_flight, FAKE_VIRTIO_DEPTH);
	page_carry(fake, 0);
	fake->now += 2 * VIRTIO_POLL_NS;
	(void)virtio_work(fake->device);
	assert_broke(fake, "more requests than descriptors");
}

static void sizes_of_queues(void **state)
{
	struct fake_virtio *fake = *state;
	static const unsigned sizes[] = { 0,          3,
					  48,         FAKE_VIRTIO_DEPTH * 2,
					  0x80000000, UINT32_MAX };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fake_virtio_free(fake);
		fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
		fake_driver_begin(fake, fake->agreed);
		fake->size = sizes[i];
		fake_driver_queue(fake, 0);
		assert_int_equal(
			fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
		fake->size = FAKE_VIRTIO_DEPTH;
		assert_broke(fake, "queue 0 of ");
	}
}

/* Writes one half of a queue's address, and makes it ready. */
static void ring_set(struct fake_virtio *fake, uint64_t offset, uint32_t value)
{
	fake_virtio_free(fake);
	fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_READY, 0);
	fake_virtio_write(fake, offset, value);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
}

static void rings_where_none_can_be(void **state)
{
	struct fake_virtio *fake = *state;
	static const uint64_t parts[] = { VIRTIO_MMIO_QUEUE_DESC,
					  VIRTIO_MMIO_QUEUE_DRIVER,
					  VIRTIO_MMIO_QUEUE_DEVICE };

	for (unsigned i = 0; i < 3; i++) {
		ring_set(fake, parts[i], (uint32_t)data(0) + 1);
		assert_broke(fake, "which is not aligned");
		ring_set(fake, parts[i], 0);
		assert_broke(fake, "which is no RAM");
		ring_set(fake, parts[i], /* the end of it is beyond RAM */
			 (uint32_t)fake_virtio_ipa(FAKE_VIRTIO_PAGES) - 16);
		assert_broke(fake, "which is no RAM");
		ring_set(fake, parts[i] + 4, UINT32_MAX);
		assert_broke(fake, "which is no RAM");
	}
}

static void a_ring_in_memory_that_is_not_shared(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_begin(fake, fake->agreed);
	fake->hidden[FAKE_VIRTIO_RING_PAGE(0) + 2] = true;
	fake_driver_queue(fake, 0);
	assert_int_equal(pinned(fake, 0, ALL_OF), ALL_OF);
	fake->hidden[FAKE_VIRTIO_RING_PAGE(0) + 2] = false;
	assert_broke(fake, "a ring of queue 0, which is not shared");
}

static void a_queue_that_changes_while_it_is_used(void **state)
{
	struct fake_virtio *fake = *state;
	static const uint64_t offsets[] = {
		VIRTIO_MMIO_QUEUE_NUM,        VIRTIO_MMIO_QUEUE_DESC,
		VIRTIO_MMIO_QUEUE_DRIVER + 4, VIRTIO_MMIO_QUEUE_DEVICE,
		VIRTIO_MMIO_QUEUE_READY,
	};

	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, 0);
		fake_virtio_write(fake, offsets[i], 0);
		assert_broke(fake, "queue 0 changes while it is used");
	}
}

static void a_queue_that_is_added_later(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  fake_virtio_read(fake, VIRTIO_MMIO_STATUS) |
				  VIRTIO_STATUS_DRIVER_OK);
	fake_virtio_work(fake);
	fake_driver_queue(fake, 1);
	assert_broke(fake, "queue 1 changes while it is used");
}

/* A guest that breaks its device again and again does not fill the log. */
static void a_break_is_told_a_few_times_only(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned i = 0; i < 100; i++) {
		fake_driver_start(fake);
		fake_driver_offer(fake, 0, 1000);
		fake_driver_notify(fake, 0);
		assert_true(seen(fake).broken);
	}
	assert_in_range(fake->breaks, 2, 20);
}

/* Requests of many pages, and many requests: others must get the core. */
static void a_guest_does_not_keep_the_core(void **state)
{
	struct fake_virtio *fake = *state;
	unsigned before = fake->relaxed;

	fake->straight = true;
	fake->single = true;
	desc(fake, 0, data(0), 1024 * PAGE, WRITE, 0);
	fake_driver_offer(fake, 0, 0);
	fake_driver_notify(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	assert_int_equal(request.count, 1);
	assert_int_equal(fake->relaxed, before + 2);
	before += 2;
	for (unsigned i = 1; i < 33; i++) {
		desc(fake, i, data(0), 32 * PAGE, WRITE, 0);
		fake_driver_offer(fake, 0, (uint16_t)i);
	}
	fake_driver_notify(fake, 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).in_flight, 33);
	assert_int_equal(fake->relaxed, before + 2);
}

/* Nor the lock of the device, for which its end waits. */
static void a_round_is_limited(void **state)
{
	struct fake_virtio *fake = *state;

	fake->straight = true;
	fake->single = true;
	for (unsigned i = 0; i < FAKE_VIRTIO_DEPTH; i++) {
		desc(fake, i, data(0), 1100 * PAGE, WRITE, 0);
		fake_driver_offer(fake, 0, (uint16_t)i);
	}
	fake_driver_notify(fake, 0);
	assert_int_equal(seen(fake).in_flight, 60);
	assert_true(fake->kicks > 0);
	fake_virtio_work(fake);
	assert_int_equal(seen(fake).in_flight, FAKE_VIRTIO_DEPTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(descriptors_that_make_no_sense),
		TEST(an_indirect_table_without_the_feature),
		TEST(a_request_of_too_many_pieces),
		TEST(what_is_under_way_stays_pinned_until_it_is_answered),
		TEST(an_available_index_that_jumps),
		TEST(an_available_index_that_goes_back),
		TEST(a_head_that_is_no_descriptor),
		TEST(more_requests_than_descriptors),
		TEST(sizes_of_queues),
		TEST(rings_where_none_can_be),
		TEST(a_ring_in_memory_that_is_not_shared),
		TEST(a_queue_that_changes_while_it_is_used),
		TEST(a_queue_that_is_added_later),
		TEST(a_break_is_told_a_few_times_only),
		TEST(a_guest_does_not_keep_the_core),
		TEST(a_round_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
