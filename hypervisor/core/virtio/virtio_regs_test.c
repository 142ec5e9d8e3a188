/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers, as a driver uses and misuses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "hypervisor/port/inprocess/fake_virtio.h"

#define BIT(n) (UINT64_C(1) << (n))

#define READY                                                                  \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |                    \
	 VIRTIO_STATUS_FEATURES_OK)
#define LIVE (READY | VIRTIO_STATUS_DRIVER_OK)

static int setup(void **state)
{
	struct fake_virtio *fake = malloc(sizeof(*fake));

	assert_non_null(fake);
	fake_virtio_init(fake, FAKE_VIRTIO_ALL, false);
	*state = fake;
	return 0;
}

static int teardown(void **state)
{
	fake_virtio_free(*state);
	free(*state);
	return 0;
}

static uint64_t offered(struct fake_virtio *fake)
{
	uint64_t high;

	fake_virtio_write(fake, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	high = fake_virtio_read(fake, VIRTIO_MMIO_DEVICE_FEATURES);
	fake_virtio_write(fake, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	return high << 32 | fake_virtio_read(fake, VIRTIO_MMIO_DEVICE_FEATURES);
}

static uint32_t status(struct fake_virtio *fake)
{
	return fake_virtio_read(fake, VIRTIO_MMIO_STATUS);
}

static void it_says_what_it_is(void **state)
{
	struct fake_virtio *fake = *state;

	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_MAGIC),
			 VIRTIO_MMIO_MAGIC_VALUE);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_VERSION), 2);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_DEVICE_ID),
			 VIRTIO_ID_BLOCK);
	assert_int_equal(status(fake), 0);
}

static void there_is_no_shared_memory_region(void **state)
{
	struct fake_virtio *fake = *state;

	for (unsigned offset = VIRTIO_MMIO_SHM_LEN;
	     offset < VIRTIO_MMIO_SHM_BASE + 8; offset += 4)
		assert_int_equal(fake_virtio_read(fake, offset), UINT32_MAX);
}

static void accesses_of_another_width_are_refused(void **state)
{
	struct fake_virtio *fake = *state;
	static const unsigned sizes[] = { 1, 2, 8 };
	uint64_t value = 0;

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned offset = 0; offset < VIRTIO_MMIO_CONFIG;
		     offset += 8) {
			assert_int_equal(virtio_access(fake->device, offset,
						       sizes[i], false, &value),
					 VIRTIO_ACCESS_NONE);
			assert_int_equal(virtio_access(fake->device, offset,
						       sizes[i], true, &value),
					 VIRTIO_ACCESS_NONE);
		}
	}
	assert_int_equal(virtio_access(fake->device, 2, 4, false, &value),
			 VIRTIO_ACCESS_NONE);
	assert_int_equal(
		virtio_access(fake->device, VIRTIO_WINDOW, 4, false, &value),
		VIRTIO_ACCESS_NONE);
}

static void registers_that_are_not_there_read_as_zero(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	fake_virtio_write(fake, 0x0c0, 1); /* QueueReset is not offered */
	assert_int_equal(fake_virtio_read(fake, 0x0c0), 0);
	fake_virtio_write(fake, 0x0f8, 1);
	assert_int_equal(fake_virtio_read(fake, 0x0f8), 0);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_NOTIFY), 0);
	fake_virtio_write(fake, VIRTIO_MMIO_MAGIC, 0);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_MAGIC),
			 VIRTIO_MMIO_MAGIC_VALUE);
	assert_int_equal(status(fake), LIVE);
}

/* The host's device of this test offers all 64. */
static void features_that_are_not_carried_are_not_offered(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t features = offered(fake);

	for (unsigned bit = VIRTIO_F_GENERIC_FIRST; bit < VIRTIO_F_GENERIC_END;
	     bit++) {
		bool carried = bit == VIRTIO_F_INDIRECT_DESC ||
			       bit == VIRTIO_F_EVENT_IDX ||
			       bit == VIRTIO_F_VERSION_1 ||
			       bit == VIRTIO_F_ACCESS_PLATFORM;

		assert_int_equal(features >> bit & 1, carried);
	}
	assert_int_equal(features & 0xffffff, 0xffffff);
	assert_int_equal(features >> VIRTIO_F_GENERIC_END, 0x3fff);
	fake_virtio_write(fake, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

static void
the_host_gets_what_the_driver_wants_and_the_carrier_needs(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t least = BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ACCESS_PLATFORM);

	fake_driver_begin(fake, least | BIT(5) | BIT(60));
	assert_int_equal(status(fake), READY);
	assert_int_equal(fake->theirs.accepted,
			 least | BIT(5) | BIT(60) | BIT(VIRTIO_F_INDIRECT_DESC) |
				 BIT(VIRTIO_F_EVENT_IDX));
}

static void features_that_do_not_fit_are_not_agreed_on(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t least = BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ACCESS_PLATFORM);

	fake_driver_begin(fake, BIT(VIRTIO_F_VERSION_1));
	assert_int_equal(status(fake) & VIRTIO_STATUS_FEATURES_OK, 0);
	fake_driver_begin(fake, BIT(VIRTIO_F_ACCESS_PLATFORM));
	assert_int_equal(status(fake) & VIRTIO_STATUS_FEATURES_OK, 0);
	fake_driver_begin(fake, least | BIT(34)); /* RING_PACKED */
	assert_int_equal(status(fake) & VIRTIO_STATUS_FEATURES_OK, 0);
	assert_int_equal(fake->theirs.accepted, 0);
	fake->theirs.picky = true;
	fake_driver_begin(fake, least);
	assert_int_equal(status(fake) & VIRTIO_STATUS_FEATURES_OK, 0);
}

static void features_stay_after_they_were_agreed_on(void **state)
{
	struct fake_virtio *fake = *state;
	struct virtio_state seen;

	fake_driver_start(fake);
	fake_virtio_write(fake, VIRTIO_MMIO_DRIVER_FEATURES, UINT32_MAX);
	virtio_state_read(fake->device, &seen);
	assert_int_equal(seen.features, fake->agreed);
	assert_int_equal(seen.queues, FAKE_VIRTIO_QUEUES);
}

static void the_configuration_is_passed_through(void **state)
{
	struct fake_virtio *fake = *state;
	uint64_t value = 0;

	for (unsigned i = 0; i < FAKE_VIRTIO_CONFIG; i++)
		fake->theirs.config[i] = (uint8_t)(0x10 + i);
	fake->theirs.generation = 9;
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0); /* it is shown, too */
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_GENERATION), 9);
	for (unsigned size = 1; size <= 8; size *= 2) {
		assert_int_equal(virtio_access(fake->device,
					       VIRTIO_MMIO_CONFIG + 8, size,
					       false, &value),
				 VIRTIO_ACCESS_DONE);
		assert_memory_equal(&value, fake->theirs.config + 8, size);
	}
	value = 0x77;
	assert_int_equal(virtio_access(fake->device, VIRTIO_MMIO_CONFIG + 3, 1,
				       true, &value),
			 VIRTIO_ACCESS_DONE);
	assert_int_equal(fake->theirs.config[3], 0x77);
	assert_int_equal(fake->theirs.config[4], 0x14);
	assert_int_equal(virtio_access(fake->device, VIRTIO_MMIO_CONFIG + 3, 2,
				       true, &value),
			 VIRTIO_ACCESS_NONE);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_WINDOW - 4), 0);
}

static void a_change_of_the_configuration_interrupts(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	assert_false(virtio_interrupt(fake->device));
	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	fake_virtio_work(fake);
	assert_true(fake->line);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_CONFIG);
	fake_virtio_write(fake, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_ISR_QUEUE);
	assert_true(fake->line);
	fake_virtio_write(fake, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_ISR_CONFIG);
	assert_false(fake->line);
}

static void a_poll_tells_a_change_of_the_configuration(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	virtio_poll(fake->device);
	assert_true(fake->line);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_CONFIG);
}

/* A vCPU takes the interrupt, and wakes no thread since it looks by itself. But
 * another thread is at the device. */
static void reconfigure_beside(struct fake_virtio *fake)
{
	unsigned kicks = fake->kicks;

	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	fake->kicks = kicks;
	virtio_poll(fake->device);
}

static void a_change_of_the_configuration_beside_a_round_is_told(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	fake_virtio_work(fake);
	fake->in_time = reconfigure_beside;
	fake_driver_notify(fake, 0);
	assert_null(fake->in_time);
	fake_virtio_work(fake);
	assert_true(fake->line);
	fake_virtio_write(fake, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_ISR_CONFIG);
	fake->in_time = reconfigure_beside;
	fake->kicks = 1;
	fake_virtio_work(fake);
	assert_true(fake->line);
}

/* ---- The configuration while it is being read ---- */

static const uint8_t *seen_by_guest; /* the registers in its memory */

static void old_is_seen(struct fake_backend *theirs, unsigned offset)
{
	(void)theirs;
	(void)offset;
	for (unsigned i = 0; i < FAKE_VIRTIO_CONFIG; i++)
		assert_int_equal(seen_by_guest[VIRTIO_MMIO_CONFIG + i], 0x11);
}

/* The device changes again when the half of it was read. */
static void change_again(struct fake_backend *theirs, unsigned offset)
{
	if (offset != FAKE_VIRTIO_CONFIG / 2)
		return;
	memset(theirs->config, 0x33, sizeof(theirs->config));
	theirs->generation++;
	theirs->in_config = NULL;
}

/* Has the device change its configuration to such bytes, and tells it. */
static void reconfigure(struct fake_virtio *fake, uint8_t byte)
{
	memset(fake->theirs.config, byte, sizeof(fake->theirs.config));
	fake->theirs.generation++;
	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	fake_virtio_work(fake);
}

static void a_guest_sees_a_configuration_as_a_whole(void **state)
{
	struct fake_virtio *fake = *state;

	seen_by_guest = fake->window;
	fake_driver_start(fake);
	reconfigure(fake, 0x11);
	fake->theirs.in_config = old_is_seen;
	reconfigure(fake, 0x22);
	fake->theirs.in_config = NULL;
	assert_int_equal(fake->window[VIRTIO_MMIO_CONFIG], 0x22);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_GENERATION),
			 fake->theirs.generation);
}

/* A driver that reads it before and after reads two generations. */
static void what_changes_while_it_is_read_changes_the_generation(void **state)
{
	struct fake_virtio *fake = *state;
	uint8_t mixed;

	fake_driver_start(fake);
	fake->theirs.in_config = change_again;
	reconfigure(fake, 0x22);
	assert_null(fake->theirs.in_config);
	assert_int_equal(fake->window[VIRTIO_MMIO_CONFIG], 0x22);
	mixed = fake->window[VIRTIO_MMIO_GENERATION];
	fake->theirs.isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(fake->device));
	fake_virtio_work(fake);
	assert_int_equal(fake->window[VIRTIO_MMIO_CONFIG], 0x33);
	assert_int_not_equal(fake->window[VIRTIO_MMIO_GENERATION], mixed);
}

static void queues_are_described_and_enabled(void **state)
{
	struct fake_virtio *fake = *state;

	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, 1);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_NUM_MAX),
			 FAKE_VIRTIO_DEPTH);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, FAKE_VIRTIO_QUEUES);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);

	fake->size = 16;
	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 1);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 1);
	assert_int_equal(fake->theirs.queues[1].size,
			 0); /* not before DRIVER_OK */
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, LIVE);
	assert_int_equal(fake->theirs.queues[1].size, 16);
	assert_int_equal(fake->theirs.queues[0].size, 0);
	assert_int_equal(fake->theirs.status, LIVE);
}

static void a_queue_may_be_taken_back_before_it_is_used(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_READY, 0);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_int_equal(
		virtio_pinned(fake->device, ipa_make(0), ipa_make(UINT64_MAX)).value,
		UINT64_MAX);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, LIVE);
	assert_int_equal(status(fake), LIVE);
	assert_int_equal(fake->theirs.queues[0].size, 0);
}

static void a_reset_makes_it_new(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(status(fake), 0);
	assert_int_equal(fake->theirs.status, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, 0);
	assert_int_equal(fake_virtio_read(fake, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_int_equal(
		virtio_pinned(fake->device, ipa_make(0), ipa_make(UINT64_MAX)).value,
		UINT64_MAX);
	fake_driver_start(fake);
	assert_int_equal(status(fake), LIVE);
}

/* A reset in the middle of each step of the start. */
static void a_reset_at_any_step(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_begin(fake, fake->agreed);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	fake_driver_begin(fake, fake->agreed);
	fake_driver_queue(fake, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	fake_driver_begin(fake, fake->agreed);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, LIVE);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(status(fake), 0);
	assert_int_equal(fake->breaks, 0);
}

static void the_driver_clears_no_status_bit(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_start(fake);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	assert_int_equal(status(fake), LIVE);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, VIRTIO_STATUS_FAILED | LIVE);
	assert_int_equal(fake->theirs.status, VIRTIO_STATUS_FAILED | LIVE);
}

static void a_driver_that_skips_the_features_breaks_it(void **state)
{
	struct fake_virtio *fake = *state;

	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
				  VIRTIO_STATUS_DRIVER_OK);
	assert_int_equal(status(fake) & VIRTIO_STATUS_DRIVER_OK, 0);
	assert_int_not_equal(status(fake) & VIRTIO_STATUS_NEEDS_RESET, 0);
	assert_string_equal(fake->why, "a driver without agreed features");
}

static void notifications_of_no_queue_are_ignored(void **state)
{
	struct fake_virtio *fake = *state;

	fake_driver_notify(fake, 0);
	fake_driver_start(fake);
	fake_driver_notify(fake, FAKE_VIRTIO_QUEUES);
	fake_driver_notify(fake, UINT32_MAX);
	assert_int_equal(fake->breaks, 0);
}

/* ---- Probing ---- */

static void a_device_that_cannot_be_carried(void **state)
{
	struct fake_virtio *fake = *state;
	static const unsigned needed[] = { VIRTIO_F_VERSION_1,
					   VIRTIO_F_ACCESS_PLATFORM,
					   VIRTIO_F_INDIRECT_DESC };
	unsigned queues;

	for (unsigned i = 0; i < 3; i++) {
		fake->theirs.features = ~BIT(needed[i]);
		assert_non_null(virtio_probe(&fake->theirs.backend, &queues));
	}
	fake->theirs.features = UINT64_MAX;
	fake->theirs.queue_max = 0;
	assert_string_equal(virtio_probe(&fake->theirs.backend, &queues),
			    "has no queues");
	fake->theirs.status = 1;
	fake->theirs.reset_sticks = true;
	assert_string_equal(virtio_probe(&fake->theirs.backend, &queues),
			    "does not reset");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_says_what_it_is),
		TEST(there_is_no_shared_memory_region),
		TEST(accesses_of_another_width_are_refused),
		TEST(registers_that_are_not_there_read_as_zero),
		TEST(features_that_are_not_carried_are_not_offered),
		TEST(the_host_gets_what_the_driver_wants_and_the_carrier_needs),
		TEST(features_that_do_not_fit_are_not_agreed_on),
		TEST(features_stay_after_they_were_agreed_on),
		TEST(the_configuration_is_passed_through),
		TEST(a_change_of_the_configuration_interrupts),
		TEST(a_poll_tells_a_change_of_the_configuration),
		TEST(a_change_of_the_configuration_beside_a_round_is_told),
		TEST(a_guest_sees_a_configuration_as_a_whole),
		TEST(what_changes_while_it_is_read_changes_the_generation),
		TEST(queues_are_described_and_enabled),
		TEST(a_queue_may_be_taken_back_before_it_is_used),
		TEST(a_reset_makes_it_new),
		TEST(a_reset_at_any_step),
		TEST(the_driver_clears_no_status_bit),
		TEST(a_driver_that_skips_the_features_breaks_it),
		TEST(notifications_of_no_queue_are_ignored),
		TEST(a_device_that_cannot_be_carried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
