/* SPDX-License-Identifier: BSD-3-Clause */
/* The vGIC's registers: what reads back, what is reserved, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define SGI_FRAME(cpu) ((cpu) * UINT64_C(0x20000) + GICR_SGI_BASE)
#define RD_FRAME(cpu)  ((cpu) * UINT64_C(0x20000))

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, FAKE_GUEST_VCPUS, false);
	*state = &guest;
	return 0;
}

static uint64_t gicd_read(struct fake_guest *guest, uint64_t offset,
			  unsigned size)
{
	uint64_t value = UINT64_MAX;

	assert_true(vgic_gicd_access(&guest->vcpus[0], offset, size, false,
				     &value));
	return value;
}

static void gicd_write(struct fake_guest *guest, uint64_t offset, unsigned size,
		       uint64_t value)
{
	assert_true(
		vgic_gicd_access(&guest->vcpus[0], offset, size, true, &value));
}

static uint64_t gicr_read(struct fake_guest *guest, uint64_t offset,
			  unsigned size)
{
	uint64_t value = UINT64_MAX;

	assert_true(vgic_gicr_access(&guest->vcpus[0], offset, size, false,
				     &value));
	return value;
}

static void gicr_write(struct fake_guest *guest, uint64_t offset, unsigned size,
		       uint64_t value)
{
	assert_true(
		vgic_gicr_access(&guest->vcpus[0], offset, size, true, &value));
}

static void distributor_says_what_it_is(void **state)
{
	struct fake_guest *guest = *state;

	/* 64 SPIs and 32 private interrupts are 3 * 32; 10 bits; no LPIs. */
	assert_int_equal(gicd_read(guest, GICD_TYPER, 4), 2 | 9 << 19);
	assert_int_equal(gicd_read(guest, GIC_PIDR2, 4) >> 4 & 0xf, 3);
	assert_int_equal(gicd_read(guest, GICD_IIDR, 4) & 0xfff, 0x43b);
}

static void distributor_control_keeps_its_enable_alone(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(gicd_read(guest, GICD_CTLR, 4), 0x50);
	gicd_write(guest, GICD_CTLR, 4, 0xffffffff);
	assert_int_equal(gicd_read(guest, GICD_CTLR, 4), 0x52);
	/* All other vCPUs are kicked, once; a second write changes nothing. */
	assert_int_equal(fake_guest_kicks(guest), FAKE_GUEST_VCPUS - 1);
	gicd_write(guest, GICD_CTLR, 4, GICD_CTLR_GRP1);
	assert_int_equal(fake_guest_kicks(guest), 0);
	gicd_write(guest, GICD_CTLR, 4, 0);
	assert_int_equal(gicd_read(guest, GICD_CTLR, 4), 0x50);
}

static void the_most_spis_end_before_the_special_ones(void **state)
{
	static struct vgic_irq irqs[VGIC_SPIS];
	struct fake_guest *guest = *state;

	vgic_init(&guest->domain.vgic, &guest->domain, FAKE_GUEST_LRS, irqs,
		  VGIC_SPIS);
	assert_int_equal(gicd_read(guest, GICD_TYPER, 4) & 0x1f, 31);
	gicd_write(guest, GIC_ISENABLER + 4 * 31, 4, 0xffffffff);
	assert_int_equal(gicd_read(guest, GIC_ISENABLER + 4 * 31, 4),
			 0x0fffffff);
}

static void set_and_clear_registers_show_one_state(void **state)
{
	static const uint64_t pairs[] = { GIC_ISENABLER, GIC_ISPENDR,
					  GIC_ISACTIVER };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 3; i++) {
		uint64_t set = pairs[i] + 4, clear = set + 0x80;

		gicd_write(guest, set, 4, 0x80000005);
		gicd_write(guest, set, 4, 0x2);
		assert_int_equal(gicd_read(guest, set, 4), 0x80000007);
		gicd_write(guest, clear, 4, 0x80000001);
		assert_int_equal(gicd_read(guest, clear, 4), 0x6);
		/* Other words, and those of private interrupts, are not
		 * affected. */
		assert_int_equal(gicd_read(guest, set - 4, 4), 0);
		assert_int_equal(gicd_read(guest, set + 4, 4), 0);
	}
}

static void groups_are_written_as_they_are(void **state)
{
	struct fake_guest *guest = *state;

	gicd_write(guest, GIC_IGROUPR + 4, 4, 0xffff0000);
	gicd_write(guest, GIC_IGROUPR + 4, 4, 0x00ff0001);
	assert_int_equal(gicd_read(guest, GIC_IGROUPR + 4, 4), 0x00ff0001);
	gicr_write(guest, SGI_FRAME(1) + GIC_IGROUPR, 4, 0xffffffff);
	assert_int_equal(gicr_read(guest, SGI_FRAME(1) + GIC_IGROUPR, 4),
			 0xffffffff);
	assert_int_equal(gicr_read(guest, SGI_FRAME(0) + GIC_IGROUPR, 4), 0);
}

static void priorities_have_five_bits_in_words_and_bytes(void **state)
{
	struct fake_guest *guest = *state;

	gicd_write(guest, GIC_IPRIORITYR + 32, 4, 0xffa0077f);
	assert_int_equal(gicd_read(guest, GIC_IPRIORITYR + 32, 4), 0xf8a00078);
	gicd_write(guest, GIC_IPRIORITYR + 33, 1, 0x48);
	assert_int_equal(gicd_read(guest, GIC_IPRIORITYR + 33, 1), 0x48);
	assert_int_equal(gicd_read(guest, GIC_IPRIORITYR + 32, 4), 0xf8a04878);
	gicr_write(guest, SGI_FRAME(2) + GIC_IPRIORITYR + 27, 1, 0xa8);
	assert_int_equal(gicr_read(guest, SGI_FRAME(2) + GIC_IPRIORITYR + 24, 4),
			 0xa8000000);
}

static void only_spis_can_be_configured(void **state)
{
	struct fake_guest *guest = *state;

	gicd_write(guest, GIC_ICFGR + 8, 4, 0xffffffff);
	assert_int_equal(gicd_read(guest, GIC_ICFGR + 8, 4), 0xaaaaaaaa);
	gicd_write(guest, GIC_ICFGR + 8, 4, 0x8);
	assert_int_equal(gicd_read(guest, GIC_ICFGR + 8, 4), 0x8);
	gicr_write(guest, SGI_FRAME(0) + GIC_ICFGR, 4, 0);
	gicr_write(guest, SGI_FRAME(0) + GIC_ICFGR + 4, 4, 0xffffffff);
	assert_int_equal(gicr_read(guest, SGI_FRAME(0) + GIC_ICFGR, 4),
			 0xaaaaaaaa);
	assert_int_equal(gicr_read(guest, SGI_FRAME(0) + GIC_ICFGR + 4, 4), 0);
}

static void routes_are_64_bits_or_two_halves(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t router = GICD_IROUTER + 8 * 40;

	gicd_write(guest, router, 8, UINT64_C(0x12980000101));
	assert_int_equal(gicd_read(guest, router, 8), 0x80000101);
	gicd_write(guest, router + 4, 4, 0xff);
	assert_int_equal(gicd_read(guest, router + 4, 4), 0);
	gicd_write(guest, router, 4, 0x3);
	assert_int_equal(gicd_read(guest, router, 8), 3);
	/* Private interrupts have no IROUTER. */
	gicd_write(guest, GICD_IROUTER + 8 * 31, 8, 1);
	assert_int_equal(gicd_read(guest, GICD_IROUTER + 8 * 31, 8), 0);
}

static void reserved_registers_read_as_zero(void **state)
{
	static const uint64_t offsets[] = { 0x0c,           0x10,   0x40,
					    0x84 + 64,      0xd04,  0xe08,
					    0x6100 - 0x100, 0xffd0, 0xfffc,
					    0x8000 };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		gicd_write(guest, offsets[i], 4, 0xffffffff);
		assert_int_equal(gicd_read(guest, offsets[i], 4), 0);
	}
	gicr_write(guest, RD_FRAME(1), 4, 0xffffffff);
	assert_int_equal(gicr_read(guest, RD_FRAME(1), 4), 0);
	gicr_write(guest, SGI_FRAME(1) + 0xd00, 4, 0xffffffff);
	assert_int_equal(gicr_read(guest, SGI_FRAME(1) + 0xd00, 4), 0);
	/* SPIs are not in a redistributor. */
	gicr_write(guest, SGI_FRAME(1) + GIC_ISENABLER + 4, 4, 0xffffffff);
	assert_int_equal(gicr_read(guest, SGI_FRAME(1) + GIC_ISENABLER + 4, 4),
			 0);
	assert_int_equal(gicd_read(guest, GIC_ISENABLER + 4, 4), 0);
}

static void odd_accesses_are_refused(void **state)
{
	static const struct {
		uint64_t offset;
		unsigned size;
	} odd[] = {
		{ GICD_CTLR, 8 },
		{ GICD_CTLR, 1 },
		{ GICD_CTLR, 2 },
		{ 2, 4 },
		{ GICD_IROUTER + 8 * 32 + 4, 8 },
		{ GICD_IROUTER + 8 * 32, 2 },
		{ GIC_IPRIORITYR, 2 },
		{ GIC_IPRIORITYR, 8 },
		{ GIC_IPRIORITYR + 0x400, 1 },
		{ 0x10000, 4 },
		{ UINT64_MAX - 3, 4 },
	};
	struct fake_guest *guest = *state;
	uint64_t value = 0;

	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_false(vgic_gicd_access(&guest->vcpus[0], odd[i].offset,
					      odd[i].size, false, &value));
	}
	assert_false(vgic_gicr_access(&guest->vcpus[0], RD_FRAME(0), 8, false,
				      &value));
	assert_false(vgic_gicr_access(&guest->vcpus[0], RD_FRAME(0) + 2, 4,
				      false, &value));
	assert_false(vgic_gicr_access(&guest->vcpus[0], SGI_FRAME(0), 1, false,
				      &value));
	assert_false(vgic_gicr_access(
		&guest->vcpus[0], RD_FRAME(FAKE_GUEST_VCPUS), 4, false, &value));
	assert_false(vgic_gicr_access(&guest->vcpus[0], GUEST_GICV3_GICR_SIZE,
				      4, false, &value));
}

static void redistributors_say_whose_they_are(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(gicr_read(guest, RD_FRAME(0) + GICR_TYPER, 8), 0);
	assert_int_equal(gicr_read(guest, RD_FRAME(17) + GICR_TYPER, 8),
			 UINT64_C(0x101) << 32 | 17 << 8);
	assert_int_equal(gicr_read(guest, RD_FRAME(19) + GICR_TYPER, 4),
			 19 << 8 | GICR_TYPER_LAST);
	assert_int_equal(gicr_read(guest, RD_FRAME(19) + GICR_TYPER + 4, 4),
			 0x103);
	assert_int_equal(gicr_read(guest, RD_FRAME(3) + GIC_PIDR2, 4),
			 GIC_PIDR2_GICV3);
	assert_int_equal(gicr_read(guest, RD_FRAME(3) + GICR_IIDR, 4), GIC_IIDR);
}

static void redistributors_sleep_until_woken(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t waker = RD_FRAME(1) + GICR_WAKER;

	assert_int_equal(gicr_read(guest, waker, 4), 6);
	gicr_write(guest, waker, 4, 0);
	assert_int_equal(gicr_read(guest, waker, 4), 0);
	assert_int_equal(gicr_read(guest, RD_FRAME(0) + GICR_WAKER, 4), 6);
	gicr_write(guest, waker, 4, GICR_WAKER_SLEEP);
	assert_int_equal(gicr_read(guest, waker, 4), 6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(distributor_says_what_it_is),
		TEST(distributor_control_keeps_its_enable_alone),
		TEST(the_most_spis_end_before_the_special_ones),
		TEST(set_and_clear_registers_show_one_state),
		TEST(groups_are_written_as_they_are),
		TEST(priorities_have_five_bits_in_words_and_bytes),
		TEST(only_spis_can_be_configured),
		TEST(routes_are_64_bits_or_two_halves),
		TEST(reserved_registers_read_as_zero),
		TEST(odd_accesses_are_refused),
		TEST(redistributors_say_whose_they_are),
		TEST(redistributors_sleep_until_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
