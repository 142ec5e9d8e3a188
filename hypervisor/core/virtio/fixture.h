/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the tests of devices that break or end. */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_FIXTURE_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hypervisor/port/inprocess/fake_virtio.h"

#define BIT(n)   (UINT64_C(1) << (n))
#define DATA     FAKE_VIRTIO_DATA_PAGE
#define PAGE     4096U
#define NEXT     VIRTQ_DESC_NEXT
#define WRITE    VIRTQ_DESC_WRITE
#define INDIRECT VIRTQ_DESC_INDIRECT
#define ALL_OF   UINT64_MAX

static inline struct fake_virtio *make(void **state, bool reset_waits)
{
	struct fake_virtio *fake = malloc(sizeof(*fake));

	assert_non_null(fake);
	fake_virtio_init(fake, FAKE_VIRTIO_ALL, reset_waits);
	fake_driver_start(fake);
	fake_virtio_work(fake);
	*state = fake;
	return fake;
}

static inline int setup(void **state)
{
	(void)make(state, false);
	return 0;
}

/* With a device whose reset waits. */
static inline int setup_waits(void **state)
{
	(void)make(state, true);
	return 0;
}

static inline int teardown(void **state)
{
	fake_virtio_free(*state);
	free(*state);
	return 0;
}

static inline struct virtio_state seen(struct fake_virtio *fake)
{
	struct virtio_state state;

	virtio_state_read(fake->device, &state);
	return state;
}

static inline uint64_t data(unsigned page)
{
	return fake_virtio_ipa(DATA + page);
}

static inline void desc(struct fake_virtio *fake, unsigned index, uint64_t addr,
			uint32_t len, unsigned flags, unsigned next)
{
	fake_driver_buffer(fake, 0, index,
			   &(struct virtq_desc){ addr, len, (uint16_t)flags,
						 (uint16_t)next });
}

/* Offers a page that the device writes, and lets the carrier carry it. */
static inline void page_carry(struct fake_virtio *fake, unsigned index)
{
	desc(fake, index, data(index), PAGE, WRITE, 0);
	fake_driver_offer(fake, 0, (uint16_t)index);
	fake_driver_notify(fake, 0);
}

static inline uint64_t pinned(struct fake_virtio *fake, uint64_t base,
			      uint64_t end)
{
	return virtio_pinned(fake->device, ipa_make(base), ipa_make(end)).value;
}

static inline void assert_works(struct fake_virtio *fake)
{
	static struct fake_request request;

	fake_driver_start(fake);
	fake_virtio_work(fake);
	page_carry(fake, 0);
	assert_true(fake_host_take(fake, 0, &request));
	fake_host_answer(fake, 0, request.id, 1);
	fake_virtio_work(fake);
	assert_int_equal(*fake_driver_used(fake, 0, VIRTQ_IDX), 1);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_STATUS) &
				 VIRTIO_STATUS_NEEDS_RESET,
			 0);
}

/*
 * Fails unless the device broke for that reason, said so to the guest, and does
 * not touch the guest's memory any more; and unless it works after a reset.
 */
static inline void assert_broke(struct fake_virtio *fake, const char *why)
{
	assert_int_not_equal(fake_virtio_read(fake, VIRTIO_MMIO_STATUS) &
				     VIRTIO_STATUS_NEEDS_RESET,
			     0);
	if (strstr(fake->why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, fake->why);
	assert_true(fake->line);
	assert_int_not_equal(
		fake_virtio_read(fake, VIRTIO_MMIO_INTERRUPT_STATUS) &
			VIRTIO_ISR_CONFIG,
		0);
	assert_true(seen(fake).broken);
	assert_int_equal(pinned(fake, fake_virtio_ipa(0), data(0)), data(0));
	fake_driver_notify(fake, 0);
	fake_virtio_work(fake);
	assert_works(fake);
	assert_false(seen(fake).broken);
	assert_string_equal(seen(fake).why, fake->why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_WAITS(name)                                                       \
	cmocka_unit_test_setup_teardown(name, setup_waits, teardown)

#endif
