/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts on their way through list registers, and which vCPUs are kicked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_cpu.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define SPI     40
#define SPI_BIT (1U << (SPI - 32))
#define PPI     27
#define SGI     5

static void gicd(struct fake_guest *guest, unsigned by, uint64_t offset,
		 unsigned size, uint64_t value)
{
	assert_true(vgic_gicd_access(&guest->vcpus[by], offset, size, true,
				     &value));
}

static void gicr(struct fake_guest *guest, unsigned by, uint64_t offset,
		 uint64_t value)
{
	uint64_t frame = by * UINT64_C(0x20000) + GICR_SGI_BASE;

	assert_true(vgic_gicr_access(&guest->vcpus[by], frame + offset, 4, true,
				     &value));
}

/* As after the start of a kernel: all in group 1, private ones enabled. */
static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 4, false);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t awake = 0;

		gicr(&guest, i, GIC_IGROUPR, 0xffffffff);
		gicr(&guest, i, GIC_ISENABLER, 0xffffffff);
		assert_true(vgic_gicr_access(&guest.vcpus[i],
					     i * UINT64_C(0x20000) + GICR_WAKER,
					     4, true, &awake));
		guest.vcpus[i].gic.state.vmcr =
			ICH_VMCR_VENG1 | BITS_PUT(ICH_VMCR_VPMR, 0xf0);
	}
	gicd(&guest, 0, GIC_IGROUPR + 4, 4, 0xffffffff);
	gicd(&guest, 0, GIC_IGROUPR + 8, 4, 0xffffffff);
	gicd(&guest, 0, GICD_CTLR, 4, GICD_CTLR_GRP1);
	fake_guest_kicks(&guest);
	*state = &guest;
	return 0;
}

static void spi_is_edge(struct fake_guest *guest)
{
	gicd(guest, 0, GIC_ICFGR + 8, 4, 0xaaaaaaaa);
}

static unsigned loaded(const struct vcpu *vcpu)
{
	unsigned count = 0;

	for (unsigned i = 0; i < VGIC_LRS; i++)
		count += vcpu->gic.state.lr[i] != 0;
	return count;
}

static void an_idle_vcpu_loads_nothing_but_the_enable(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	assert_false(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), 0);
	assert_int_equal(vcpu->gic.state.hcr, ICH_HCR_EN);
	vgic_save(vcpu);
	assert_int_equal(vcpu->gic.state.hcr, 0);
}

static void a_level_goes_from_line_to_end(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vgic_ppi_set(vcpu, PPI, true);
	assert_true(vgic_pending(vcpu));
	vgic_load(vcpu);
	/* Group 1, pending, with a maintenance interrupt at its EOI, not linked
	 * to hardware. */
	assert_int_equal(vcpu->gic.state.lr[0],
			 UINT64_C(0x5000020000000000) | PPI);
	assert_int_equal(fake_cpu_ack(vcpu), PPI);
	assert_false(fake_cpu_maintenance(vcpu));
	vgic_ppi_set(vcpu, PPI, false);
	fake_cpu_end(vcpu, PPI);
	assert_true(fake_cpu_maintenance(vcpu));
	vgic_save(vcpu);
	assert_false(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), 0);
	assert_int_equal(fake_guest_kicks(guest), 0);
}

/* The guest takes an interrupt, whose line falls in an exit before its end. */
static void level_falls_in_an_exit(struct fake_guest *guest, struct vcpu *vcpu)
{
	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), SPI);
	vgic_save(vcpu);
	vgic_spi_set(&guest->domain.vgic, SPI, false);
	vgic_load(vcpu);
	(void)fake_guest_kicks(guest);
}

/* If the handler silences its device in an exit, its EOI needs no second
 * exit. */
static void a_level_that_fell_in_an_exit_ends_quietly(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	level_falls_in_an_exit(guest, vcpu);
	fake_cpu_end(vcpu, SPI);
	assert_false(fake_cpu_maintenance(vcpu));
	vgic_save(vcpu);
	assert_false(vgic_pending(vcpu));
	assert_int_equal(fake_guest_kicks(guest), 0);
}

/* The EOI does not end the guest's run, so the rise of the line does. */
static void a_level_that_rises_again_before_its_end_kicks(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	level_falls_in_an_exit(guest, vcpu);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	assert_int_equal(fake_guest_kicks(guest), 1);
	vgic_save(vcpu);
	vgic_load(vcpu);
	fake_cpu_end(vcpu, SPI);
	assert_true(fake_cpu_maintenance(vcpu));
	vgic_save(vcpu);
	assert_true(vgic_pending(vcpu));
}

static void a_level_still_high_at_its_end_comes_again(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vgic_ppi_set(vcpu, PPI, true);
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), PPI);
	vgic_save(vcpu);
	/* Active and still high: it comes back after its EOI only. */
	assert_false(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(vcpu->gic.state.lr[0] >> 62, 2);
	fake_cpu_end(vcpu, PPI);
	assert_true(fake_cpu_maintenance(vcpu));
	vgic_save(vcpu);
	assert_true(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), PPI);
}

static void a_level_that_fell_is_not_pending_any_more(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vgic_ppi_set(vcpu, PPI, true);
	vgic_load(vcpu);
	vgic_save(vcpu);
	assert_true(vgic_pending(vcpu));
	vgic_ppi_set(vcpu, PPI, false);
	assert_false(vgic_pending(vcpu));
	/*
	 * But an interrupt that the guest made pending stays until it is taken.
	 */
	gicr(guest, 0, GIC_ISPENDR, 1U << PPI);
	vgic_load(vcpu);
	vgic_save(vcpu);
	assert_true(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), PPI);
	fake_cpu_end(vcpu, PPI);
	vgic_save(vcpu);
	assert_false(vgic_pending(vcpu));
}

static void an_edge_is_taken_once_for_each_rise(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	spi_is_edge(guest);
	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), SPI);
	fake_guest_kicks(guest);
	/* A new rise while it is active: pending and active. */
	vgic_spi_set(&guest->domain.vgic, SPI, false);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	assert_true(guest->kicks[0] > 0);
	vgic_save(vcpu);
	vgic_load(vcpu);
	assert_int_equal(vcpu->gic.state.lr[0] >> 62, 3);
	assert_int_equal(fake_cpu_ack(vcpu), FAKE_CPU_NONE);
	fake_cpu_end(vcpu, SPI);
	assert_int_equal(fake_cpu_ack(vcpu), SPI);
	fake_cpu_end(vcpu, SPI);
	vgic_save(vcpu);
	assert_false(vgic_pending(vcpu));
}

static void what_is_not_enabled_is_not_loaded(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	vgic_ppi_set(vcpu, PPI, true);
	gicr(guest, 0, GIC_ICENABLER, 1U << PPI);
	assert_false(vgic_pending(vcpu));
	gicr(guest, 0, GIC_ISENABLER, 1U << PPI);
	gicr(guest, 0, GIC_IGROUPR, ~(1U << PPI));
	assert_false(vgic_pending(vcpu));
	gicr(guest, 0, GIC_IGROUPR, 0xffffffff);
	gicd(guest, 0, GICD_CTLR, 4, 0);
	assert_false(vgic_pending(vcpu));
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), 0);
	vgic_save(vcpu);
	gicd(guest, 0, GICD_CTLR, 4, GICD_CTLR_GRP1);
	assert_true(vgic_pending(vcpu));
}

static void the_cpu_interface_decides_who_wakes(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	gicr(guest, 0, GIC_IPRIORITYR + 24, 0xa0000000);
	vgic_ppi_set(vcpu, PPI, true);
	assert_true(vgic_pending(vcpu));
	vcpu->gic.state.vmcr = ICH_VMCR_VENG1 | BITS_PUT(ICH_VMCR_VPMR, 0xa0);
	assert_false(vgic_pending(vcpu));
	vcpu->gic.state.vmcr = ICH_VMCR_VENG1 | BITS_PUT(ICH_VMCR_VPMR, 0xa8);
	assert_true(vgic_pending(vcpu));
	vcpu->gic.state.vmcr = BITS_PUT(ICH_VMCR_VPMR, 0xff);
	assert_false(vgic_pending(vcpu));
}

static void the_most_urgent_go_first_and_none_is_forgotten(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	unsigned taken = 0, last = 0;

	/* SGIs 0 to 7, each more urgent than the one before. */
	gicr(guest, 0, GIC_IPRIORITYR, 0x50607080);
	gicr(guest, 0, GIC_IPRIORITYR + 4, 0x10203040);
	gicr(guest, 0, GIC_ISPENDR, 0xff);
	for (unsigned rounds = 0; taken != 0xff && rounds < 20; rounds++) {
		vgic_load(vcpu);
		assert_true(loaded(vcpu) <= FAKE_GUEST_LRS);
		while (!fake_cpu_maintenance(vcpu)) {
			unsigned intid = fake_cpu_ack(vcpu);

			if (intid == FAKE_CPU_NONE)
				break;
			assert_int_equal(taken >> intid & 1, 0);
			assert_true(taken == 0 || intid == last - 1);
			taken |= 1U << intid;
			last = intid;
			fake_cpu_end(vcpu, intid);
		}
		vgic_save(vcpu);
	}
	assert_int_equal(taken, 0xff);
	vgic_load(vcpu);
	assert_int_equal(vcpu->gic.state.hcr, ICH_HCR_EN);
}

/* Seven nested interrupts: a pending one finds a place, and each EOI is
 * noticed. */
static void active_ones_beyond_the_registers_end_by_count(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	gicr(guest, 0, GIC_IPRIORITYR, 0x50607080);
	gicr(guest, 0, GIC_IPRIORITYR + 4, 0x10203040);
	for (unsigned intid = 0; intid < 7; intid++) {
		gicr(guest, 0, GIC_ISPENDR, 1U << intid);
		vgic_load(vcpu);
		assert_int_equal(fake_cpu_ack(vcpu), intid);
		vgic_save(vcpu);
	}
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), FAKE_GUEST_LRS);
	assert_int_equal(vcpu->gic.state.hcr, ICH_HCR_EN | ICH_HCR_LRENPIE);
	for (unsigned intid = 7; intid-- > 0;)
		fake_cpu_end(vcpu, intid);
	assert_true(fake_cpu_maintenance(vcpu));
	vgic_save(vcpu);
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), 0);
}

static void one_list_register_is_enough(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	unsigned stack[8], depth = 0;

	guest->domain.vgic.lr_count = 1;
	gicr(guest, 0, GIC_IPRIORITYR, 0x50607080);
	gicr(guest, 0, GIC_ISPENDR, 0x5);
	for (unsigned i = 0; i < 2; i++) {
		vgic_load(vcpu);
		assert_int_equal(loaded(vcpu), 1);
		stack[depth] = fake_cpu_ack(vcpu);
		assert_int_equal(stack[depth++], 2 - 2 * i);
		assert_true(i > 0 || fake_cpu_maintenance(vcpu));
		vgic_save(vcpu);
	}
	vgic_load(vcpu);
	while (depth > 0) {
		fake_cpu_end(vcpu, stack[--depth]);
		vgic_save(vcpu);
		vgic_load(vcpu);
	}
	assert_int_equal(loaded(vcpu), 0);
}

static void an_sgi_goes_to_its_list(void **state)
{
	struct fake_guest *guest = *state;

	/* From vCPU 0 to 0, 2 and 9; there is no 9. */
	vgic_sgi(&guest->vcpus[0], SGI << 24 | 0x205);
	assert_true(vgic_pending(&guest->vcpus[0]));
	assert_false(vgic_pending(&guest->vcpus[1]));
	assert_true(vgic_pending(&guest->vcpus[2]));
	assert_int_equal(guest->kicks[0], 0);
	assert_int_equal(guest->kicks[2], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
	/* It is pending already: no vCPU is kicked again. */
	vgic_sgi(&guest->vcpus[0], SGI << 24 | 0x205);
	assert_int_equal(fake_guest_kicks(guest), 0);
	vgic_load(&guest->vcpus[2]);
	assert_int_equal(fake_cpu_ack(&guest->vcpus[2]), SGI);
}

static void an_sgi_goes_to_all_others(void **state)
{
	struct fake_guest *guest = *state;

	vgic_sgi(&guest->vcpus[1], UINT64_C(1) << 40 | SGI << 24 | 0x2);
	assert_true(vgic_pending(&guest->vcpus[0]));
	assert_false(vgic_pending(&guest->vcpus[1]));
	assert_true(vgic_pending(&guest->vcpus[3]));
	assert_int_equal(fake_guest_kicks(guest), 3);
}

static void an_sgi_to_nobody_is_lost(void **state)
{
	static const uint64_t fields[] = { UINT64_C(1) << 44, UINT64_C(1) << 48,
					   UINT64_C(1) << 32,
					   UINT64_C(1) << 16 };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 4; i++)
		vgic_sgi(&guest->vcpus[0], fields[i] | SGI << 24 | 0xf);
	/* In group 0: ICC_SGI1R_EL1 has no effect. */
	gicr(guest, 1, GIC_IGROUPR, ~(1U << SGI));
	vgic_sgi(&guest->vcpus[0], SGI << 24 | 0x2);
	gicr(guest, 1, GIC_IGROUPR, 0xffffffff);
	assert_int_equal(fake_guest_kicks(guest), 0);
	for (unsigned i = 0; i < 4; i++)
		assert_false(vgic_pending(&guest->vcpus[i]));
}

static void the_second_cluster_has_aff1(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t frame = 17 * UINT64_C(0x20000) + GICR_SGI_BASE;
	uint64_t ones = 0xffffffff;

	fake_guest_init(guest, FAKE_GUEST_VCPUS, false);
	assert_true(vgic_gicr_access(&guest->vcpus[0], frame + GIC_IGROUPR, 4,
				     true, &ones));
	vgic_sgi(&guest->vcpus[0], 1 << 16 | SGI << 24 | 0x2);
	assert_true(guest->vcpus[17].gic.irqs[SGI].pending);
}

static void an_spi_goes_where_its_route_says(void **state)
{
	struct fake_guest *guest = *state;

	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 2);
	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	assert_int_equal(guest->kicks[2], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
	assert_true(vgic_pending(&guest->vcpus[2]));
	/* No vCPU has that affinity; then one has. */
	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 0x10000);
	assert_false(vgic_pending(&guest->vcpus[2]));
	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 3);
	assert_true(vgic_pending(&guest->vcpus[3]));
	assert_int_equal(guest->kicks[3], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
}

static void an_spi_moves_from_a_vcpu_that_runs(void **state)
{
	struct fake_guest *guest = *state;

	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 2);
	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(&guest->vcpus[2]);
	fake_guest_kicks(guest);
	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 3);
	assert_int_equal(guest->kicks[2], 1);
	/* It is still in the list register of vCPU 2, which is kicked to give
	 * it back. */
	vgic_load(&guest->vcpus[3]);
	assert_int_equal(loaded(&guest->vcpus[3]), 0);
	vgic_save(&guest->vcpus[3]);
	vgic_save(&guest->vcpus[2]);
	assert_int_equal(guest->kicks[3], 1);
	vgic_load(&guest->vcpus[3]);
	assert_int_equal(fake_cpu_ack(&guest->vcpus[3]), SPI);
}

static void an_active_spi_ends_where_it_was_taken(void **state)
{
	struct fake_guest *guest = *state;

	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(&guest->vcpus[0]);
	assert_int_equal(fake_cpu_ack(&guest->vcpus[0]), SPI);
	vgic_save(&guest->vcpus[0]);
	gicd(guest, 0, GICD_IROUTER + 8 * SPI, 8, 1);
	vgic_load(&guest->vcpus[1]);
	assert_int_equal(loaded(&guest->vcpus[1]), 0);
	vgic_load(&guest->vcpus[0]);
	fake_cpu_end(&guest->vcpus[0], SPI);
	vgic_save(&guest->vcpus[0]);
	assert_false(vgic_pending(&guest->vcpus[0]));
	/* The line is still high: the interrupt is the other vCPU's now. */
	assert_int_equal(guest->kicks[1], 1);
	assert_true(vgic_pending(&guest->vcpus[1]));
}

static void one_of_n_goes_to_a_vcpu_that_is_awake(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t sleep = GICR_WAKER_SLEEP;

	gicd(guest, 1, GICD_IROUTER + 8 * SPI, 8, GICD_IROUTER_IRM | 3);
	gicd(guest, 1, GIC_ISENABLER + 4, 4, SPI_BIT);
	assert_true(vgic_gicr_access(&guest->vcpus[1], GICR_WAKER, 4, true,
				     &sleep));
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	assert_int_equal(guest->kicks[1], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(vgic_pending(&guest->vcpus[i]), i == 1);
	/* That vCPU sleeps now: the next one is kicked. */
	assert_true(vgic_gicr_access(&guest->vcpus[1],
				     UINT64_C(0x20000) + GICR_WAKER, 4, true,
				     &sleep));
	assert_int_equal(guest->kicks[2], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
	assert_true(vgic_pending(&guest->vcpus[2]));
	/* No vCPU is awake: the interrupt waits. */
	for (unsigned i = 0; i < 4; i++)
		guest->vcpus[i].gic.awake = false;
	assert_false(vgic_pending(&guest->vcpus[2]));
}

static void what_the_guest_writes_goes_before_the_register(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	spi_is_edge(guest);
	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(vcpu);
	fake_guest_kicks(guest);
	/* Another vCPU clears it before this one has taken it. */
	gicd(guest, 1, GIC_ICPENDR + 4, 4, SPI_BIT);
	assert_int_equal(guest->kicks[0], 1);
	vgic_save(vcpu);
	assert_false(vgic_pending(vcpu));

	gicd(guest, 1, GIC_ISPENDR + 4, 4, SPI_BIT);
	vgic_load(vcpu);
	assert_int_equal(fake_cpu_ack(vcpu), SPI);
	gicd(guest, 1, GIC_ICACTIVER + 4, 4, SPI_BIT);
	vgic_save(vcpu);
	vgic_load(vcpu);
	assert_int_equal(loaded(vcpu), 0);
	gicd(guest, 1, GIC_ISACTIVER + 4, 4, SPI_BIT);
	vgic_save(vcpu);
	vgic_load(vcpu);
	assert_int_equal(vcpu->gic.state.lr[0] >> 62, 2);
}

static void a_reader_of_an_end_has_the_vcpu_come_out(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t value = 0;

	gicd(guest, 0, GIC_ISENABLER + 4, 4, SPI_BIT);
	vgic_spi_set(&guest->domain.vgic, SPI, true);
	vgic_load(&guest->vcpus[0]);
	fake_cpu_ack(&guest->vcpus[0]);
	vgic_save(&guest->vcpus[0]);
	vgic_load(&guest->vcpus[0]);
	fake_cpu_end(&guest->vcpus[0], SPI);
	fake_guest_kicks(guest);
	assert_true(vgic_gicd_access(&guest->vcpus[1], GIC_ISACTIVER + 4, 4,
				     false, &value));
	assert_int_equal(value, SPI_BIT);
	assert_int_equal(guest->kicks[0], 1);
	vgic_spi_set(&guest->domain.vgic, SPI, false);
	vgic_save(&guest->vcpus[0]);
	assert_true(vgic_gicd_access(&guest->vcpus[1], GIC_ISACTIVER + 4, 4,
				     false, &value));
	assert_int_equal(value, 0);
}

static void there_is_no_such_line(void **state)
{
	struct fake_guest *guest = *state;

	vgic_spi_set(&guest->domain.vgic, 31, true);
	vgic_spi_set(&guest->domain.vgic, 32 + FAKE_GUEST_SPIS, true);
	vgic_ppi_set(&guest->vcpus[0], 32, true);
	assert_int_equal(fake_guest_kicks(guest), 0);
}

static void a_vcpu_that_went_off_begins_anew(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[1];

	vgic_ppi_set(vcpu, PPI, true);
	vgic_cpu_reset(vcpu);
	assert_int_equal(vcpu->gic.state.vmcr, 0);
	/* The redistributor is as it was. */
	assert_true(vcpu->gic.irqs[PPI].enabled);
	assert_true(vcpu->gic.irqs[PPI].level);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(an_idle_vcpu_loads_nothing_but_the_enable),
		TEST(a_level_goes_from_line_to_end),
		TEST(a_level_that_fell_in_an_exit_ends_quietly),
		TEST(a_level_that_rises_again_before_its_end_kicks),
		TEST(a_level_still_high_at_its_end_comes_again),
		TEST(a_level_that_fell_is_not_pending_any_more),
		TEST(an_edge_is_taken_once_for_each_rise),
		TEST(what_is_not_enabled_is_not_loaded),
		TEST(the_cpu_interface_decides_who_wakes),
		TEST(the_most_urgent_go_first_and_none_is_forgotten),
		TEST(active_ones_beyond_the_registers_end_by_count),
		TEST(one_list_register_is_enough),
		TEST(an_sgi_goes_to_its_list),
		TEST(an_sgi_goes_to_all_others),
		TEST(an_sgi_to_nobody_is_lost),
		TEST(the_second_cluster_has_aff1),
		TEST(an_spi_goes_where_its_route_says),
		TEST(an_spi_moves_from_a_vcpu_that_runs),
		TEST(an_active_spi_ends_where_it_was_taken),
		TEST(one_of_n_goes_to_a_vcpu_that_is_awake),
		TEST(what_the_guest_writes_goes_before_the_register),
		TEST(a_reader_of_an_end_has_the_vcpu_come_out),
		TEST(there_is_no_such_line),
		TEST(a_vcpu_that_went_off_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
