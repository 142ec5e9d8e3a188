/* SPDX-License-Identifier: BSD-3-Clause */
/* The invariants, computed from the vGIC's data independently of its code. */
#include "tests/fuzz/vgic_invariants.h"

#include <stddef.h>
#include <stdlib.h>

#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/core/vgic/vgic_internal.h"
#include "tests/fuzz/fuzz.h"

#define LR_STATE (ICH_LR_PENDING | ICH_LR_ACTIVE)

static bool irq_pending(const struct vgic_irq *irq)
{
	return irq->pending || (!irq->edge && irq->level);
}

static bool irq_signalled(const struct vgic *vgic, const struct vgic_irq *irq)
{
	return vgic->enabled && irq->enabled && irq->group1 &&
	       irq_pending(irq) && !irq->active;
}

static void busy_bits_check(const struct vgic_irq *irqs, uint32_t busy)
{
	for (unsigned i = 0; i < 32; i++) {
		require((busy >> i & 1) == (irq_pending(&irqs[i]) ||
					    irqs[i].active || irqs[i].lr != 0));
	}
}

/* Checks that an interrupt in a list register knows its vCPU and register. */
static void loaded_check(struct fake_guest *guest, const struct vcpu *vcpu,
			 unsigned number)
{
	uint64_t lr = vcpu->gic.state.lr[number];
	unsigned intid = vcpu->gic.loaded[number];
	const struct vgic_irq *irq =
		intid < VGIC_PRIVATE ? &vcpu->gic.irqs[intid]
				     : &guest->irqs[intid - VGIC_PRIVATE];

	require(number < FAKE_GUEST_LRS);
	require((lr & ICH_LR_HW) == 0 && (uint32_t)lr == intid);
	require(irq->lr == number + 1);
	require(intid < VGIC_PRIVATE || irq->holder == vcpu->index);
	/* An EOI while the line is still high must be noticed. */
	require((lr & LR_STATE) != 0 || irq->edge || !irq->level ||
		guest->kicks[vcpu->index] > 0);
}

static void list_registers_check(struct fake_guest *guest,
				 const struct vcpu *vcpu, enum vcpu_place place)
{
	for (unsigned i = 0; i < VGIC_LRS; i++) {
		if (vcpu->gic.loaded[i] == VGIC_NO_IRQ)
			require(vcpu->gic.state.lr[i] == 0);
		else
			loaded_check(guest, vcpu, i);
		require(place == VCPU_IN || vcpu->gic.loaded[i] == VGIC_NO_IRQ);
	}
}

/* Returns true if the line of an interrupt in a list register is high, and
 * nothing will make the hypervisor look at it again. */
static bool level_forgotten(const struct vcpu *vcpu, const struct vgic_irq *irq)
{
	return irq->lr != 0 && irq->holder == vcpu->index && irq->level &&
	       !irq->edge && (vcpu->gic.state.lr[irq->lr - 1] & ICH_LR_EOI) == 0;
}

/* Returns true if a vCPU in the guest should have been kicked for the interrupt
 * and was not. */
static bool irq_forgotten(const struct fake_guest *guest,
			  const struct vcpu *vcpu, const struct vgic_irq *irq)
{
	if (guest->kicks[vcpu->index] > 0)
		return false;
	return level_forgotten(vcpu, irq) ||
	       (irq->lr == 0 && irq_signalled(&guest->domain.vgic, irq) &&
		(vcpu->gic.state.hcr & ICH_HCR_NPIE) == 0);
}

static unsigned first_awake(const struct fake_guest *guest)
{
	for (unsigned i = 0; i < guest->domain.vcpu_count; i++) {
		if (guest->vcpus[i].gic.awake)
			return i;
	}
	return UINT32_MAX;
}

static void forgotten_check(const struct fake_guest *guest,
			    const struct vcpu *vcpu)
{
	unsigned any = first_awake(guest);

	for (unsigned i = 0; i < VGIC_PRIVATE; i++)
		require(!irq_forgotten(guest, vcpu, &vcpu->gic.irqs[i]));
	for (unsigned i = 0; i < FAKE_GUEST_SPIS; i++) {
		const struct vgic_irq *irq = &guest->irqs[i];

		/* There are at most 16 vCPUs, so Aff0 is the index. */
		if ((irq->any ? any : irq->route) == vcpu->index)
			require(!irq_forgotten(guest, vcpu, irq));
	}
}

void vgic_invariants(struct fake_guest *guest, const enum vcpu_place *places)
{
	unsigned loaded = 0;

	for (unsigned i = 0; i < guest->domain.vcpu_count; i++) {
		struct vcpu *vcpu = &guest->vcpus[i];

		busy_bits_check(vcpu->gic.irqs, vcpu->gic.busy);
		list_registers_check(guest, vcpu, places[i]);
		if (places[i] == VCPU_IN)
			forgotten_check(guest, vcpu);
		if (places[i] == VCPU_WAITS)
			require(guest->kicks[i] > 0 || !vgic_pending(vcpu));
		for (unsigned j = 0; j < VGIC_PRIVATE; j++)
			loaded += vcpu->gic.irqs[j].lr != 0;
		for (unsigned j = 0; j < VGIC_LRS; j++)
			loaded -= vcpu->gic.loaded[j] != VGIC_NO_IRQ;
	}
	for (unsigned i = 0; i < FAKE_GUEST_SPIS; i++)
		loaded += guest->irqs[i].lr != 0;
	require(loaded == 0);
	for (unsigned i = 0; i < FAKE_GUEST_SPIS / 32; i++) {
		busy_bits_check(&guest->irqs[(size_t)32 * i],
				guest->domain.vgic.busy[i]);
	}
}
