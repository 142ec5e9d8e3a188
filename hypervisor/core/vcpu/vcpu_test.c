/* SPDX-License-Identifier: BSD-3-Clause */
/* Timers, their interrupts, and when a waiting vCPU wakes. */
#include "hypervisor/core/vcpu/vcpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define ENABLED TIMER_ENABLE

static int setup(void **state)
{
	static struct fake_guest guest;
	uint64_t ones = 0xffffffff;

	fake_guest_init(&guest, 2, false);
	guest.now = 1000;
	guest.domain.vgic.enabled = true;
	vgic_gicr_access(&guest.vcpus[0], GICR_SGI_BASE + GIC_IGROUPR, 4, true,
			 &ones);
	vgic_gicr_access(&guest.vcpus[0], GICR_SGI_BASE + GIC_ISENABLER, 4,
			 true, &ones);
	guest.vcpus[0].gic.state.vmcr =
		ICH_VMCR_VENG1 | BITS_PUT(ICH_VMCR_VPMR, 0xf0);
	*state = &guest;
	return 0;
}

static bool line(const struct vcpu *vcpu, unsigned ppi)
{
	return vcpu->gic.irqs[ppi].level;
}

static void a_timer_raises_its_own_line(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ ENABLED | TIMER_ISTATUS, 5000 };
	vcpu_timers_update(vcpu);
	assert_true(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_false(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
	vcpu->virt.ctl = ENABLED;
	vcpu->phys = (struct vcpu_timer){ ENABLED, 1000 };
	vcpu_timers_update(vcpu);
	assert_false(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_true(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
}

static void a_timer_that_is_off_or_masked_raises_none(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ TIMER_ISTATUS, 0 };
	vcpu->phys =
		(struct vcpu_timer){ ENABLED | TIMER_IMASK | TIMER_ISTATUS, 0 };
	vcpu_timers_update(vcpu);
	assert_false(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_false(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
	assert_int_equal(vcpu_deadline(vcpu), UINT64_MAX);
	assert_false(vcpu_awake(vcpu));
}

/* Both are due by the counter. */
static void a_timer_that_runs_fires_when_its_register_says_so(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ ENABLED, 900 };
	vcpu->phys = (struct vcpu_timer){ ENABLED, 1000 };
	vcpu->timers_run = true;
	guest->virt_ctl = guest->phys_ctl = ENABLED;
	vcpu_timers_update(vcpu);
	assert_false(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_false(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
	guest->phys_ctl |= TIMER_ISTATUS;
	vcpu_timers_update(vcpu);
	assert_false(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_true(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
	/* The registers have another vCPU's timers. */
	vcpu->timers_run = false;
	vcpu_timers_update(vcpu);
	assert_true(line(vcpu, GUEST_TIMER_VIRT_PPI));
}

static void the_registers_are_read_for_a_timer_that_is_due_only(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ ENABLED, 1001 };
	vcpu->timers_run = true;
	guest->virt_ctl = ENABLED | TIMER_ISTATUS;
	vcpu_timers_update(vcpu);
	assert_false(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_int_equal(vcpu->virt.ctl, ENABLED);
}

static void the_deadline_is_the_first_timer_that_is_still_to_fire(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ ENABLED, 3000 };
	assert_int_equal(vcpu_deadline(vcpu), 3000);
	vcpu->phys = (struct vcpu_timer){ ENABLED, 2000 };
	assert_int_equal(vcpu_deadline(vcpu), 2000);
	guest->now = 2500;
	/* The vGIC has not been told yet: the vCPU must not sleep over it. */
	assert_int_equal(vcpu_deadline(vcpu), 2000);
	vcpu_timers_update(vcpu);
	assert_int_equal(vcpu_deadline(vcpu), 3000);
}

static void a_waiting_vcpu_wakes_when_its_timer_fires(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vcpu->virt = (struct vcpu_timer){ ENABLED, 3000 };
	assert_false(vcpu_awake(vcpu));
	guest->now = 2999;
	assert_false(vcpu_awake(vcpu));
	guest->now = 3000;
	assert_true(vcpu_awake(vcpu));
}

/* A timer compares with the guest's counter; the wait is by the machine's. */
static void a_timer_fires_by_the_counter_of_its_guest(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	guest->domain.counter_offset = 700;
	vcpu->virt = (struct vcpu_timer){ ENABLED, 500 };
	vcpu->phys = (struct vcpu_timer){ ENABLED, 600 };
	assert_int_equal(vcpu_deadline(vcpu), 1200);
	guest->now = 1199;
	assert_false(vcpu_awake(vcpu));
	guest->now = 1200;
	vcpu_timers_update(vcpu);
	assert_true(line(vcpu, GUEST_TIMER_VIRT_PPI));
	assert_false(line(vcpu, GUEST_TIMER_PHYS_NS_PPI));
	assert_int_equal(vcpu_deadline(vcpu), 1300);
	vcpu->phys.cval = UINT64_MAX - 500;
	assert_int_equal(vcpu_deadline(vcpu), UINT64_MAX);
}

static void a_timer_whose_interrupt_is_off_does_not_keep_it_awake(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	uint64_t bit = 1U << GUEST_TIMER_VIRT_PPI;

	vgic_gicr_access(vcpu, GICR_SGI_BASE + GIC_ICENABLER, 4, true, &bit);
	vcpu->virt = (struct vcpu_timer){ ENABLED, 10 };
	assert_false(vcpu_awake(vcpu));
	assert_int_equal(vcpu_deadline(vcpu), UINT64_MAX);
}

static void an_interrupt_wakes(void **state)
{
	struct fake_guest *guest = *state;

	vgic_sgi(&guest->vcpus[1], 3 << 24 | 1);
	assert_int_equal(guest->kicks[0], 1);
	assert_true(vcpu_awake(&guest->vcpus[0]));
}

static void the_end_or_a_pause_wakes(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	guest->domain.state = CONTROL_PAUSED;
	assert_true(vcpu_awake(vcpu));
	assert_false(vcpu_has_ended(vcpu));
	guest->domain.state = CONTROL_SHUTDOWN;
	assert_true(vcpu_awake(vcpu));
	assert_true(vcpu_has_ended(vcpu));
	guest->domain.state = CONTROL_DYING;
	assert_true(vcpu_has_ended(vcpu));
}

static void an_affinity_names_one_vcpu_or_none(void **state)
{
	struct fake_guest *guest = *state;
	struct domain *domain = &guest->domain;

	fake_guest_init(guest, FAKE_GUEST_VCPUS, false);
	assert_ptr_equal(vcpu_at_affinity(domain, 15), &guest->vcpus[15]);
	assert_ptr_equal(vcpu_at_affinity(domain, 0x103), &guest->vcpus[19]);
	assert_null(vcpu_at_affinity(domain, 0x104));
	assert_null(vcpu_at_affinity(domain, 0x10));
	assert_null(vcpu_at_affinity(domain, 0x10000));
	assert_null(vcpu_at_affinity(domain, UINT64_C(1) << 32));
	assert_null(vcpu_at_affinity(domain, 0x80000000));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_timer_raises_its_own_line),
		TEST(a_timer_that_is_off_or_masked_raises_none),
		TEST(a_timer_that_runs_fires_when_its_register_says_so),
		TEST(the_registers_are_read_for_a_timer_that_is_due_only),
		TEST(the_deadline_is_the_first_timer_that_is_still_to_fire),
		TEST(a_waiting_vcpu_wakes_when_its_timer_fires),
		TEST(a_timer_fires_by_the_counter_of_its_guest),
		TEST(a_timer_whose_interrupt_is_off_does_not_keep_it_awake),
		TEST(an_interrupt_wakes),
		TEST(the_end_or_a_pause_wakes),
		TEST(an_affinity_names_one_vcpu_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
