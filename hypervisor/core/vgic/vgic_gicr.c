/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The redistributors (IHI0069, 12.11), one for each vCPU: the control frame,
 * and the SGI frame with the vCPU's private interrupts. Any vCPU may access all
 * of them.
 */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/vgic/vgic_internal.h"

static bool gicr_size_ok(uint64_t frame, unsigned size)
{
	if (size == 8)
		return frame == GICR_TYPER;
	if (frame < GICR_SGI_BASE)
		return size == 4 && frame % 4 == 0;
	return bank_size_ok(frame - GICR_SGI_BASE, size);
}

static uint64_t gicr_typer(const struct vcpu *vcpu)
{
	bool last = vcpu->index + 1 == vcpu->domain->vcpu_count;

	return BITS_PUT(GICR_TYPER_AFF, GUEST_MPIDR(vcpu->index)) |
	       BITS_PUT(GICR_TYPER_NUMBER, vcpu->index) |
	       (last ? GICR_TYPER_LAST : 0);
}

static uint64_t gicr_control_read(const struct vcpu *of, uint64_t frame,
				  unsigned size)
{
	switch (frame) {
	case GICR_IIDR:
		return GIC_IIDR;
	case GICR_TYPER:
		return size == 8 ? gicr_typer(of) : (uint32_t)gicr_typer(of);
	case GICR_TYPER + 4:
		return gicr_typer(of) >> 32;
	case GICR_WAKER:
		return of->gic.awake ? 0
				     : GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN;
	case GIC_PIDR2:
		return GIC_PIDR2_GICV3;
	default:
		return 0;
	}
}

/* An SPI that any vCPU may take can go to another vCPU now. */
static void any_moved(const struct irq_ref *ref, void *ctx)
{
	if (ref->owner == NULL && ref->irq->any)
		irq_changed(ref, false, ctx);
}

static void gicr_control_write(struct vcpu *of, uint64_t frame, uint64_t value,
			       struct kicks *kicks)
{
	bool awake = (value & GICR_WAKER_SLEEP) == 0;

	if (frame != GICR_WAKER || awake == of->gic.awake)
		return;
	of->gic.awake = awake;
	irqs_visit(of, any_moved, kicks);
}

bool vgic_gicr_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value)
{
	struct domain *domain = vcpu->domain;
	struct kicks kicks = { .caller = vcpu };
	struct bank bank = { &domain->vgic, NULL, &kicks };
	uint64_t frame = offset % GUEST_GICV3_GICR_STEP;

	if (offset >= GUEST_GICV3_GICR_SIZE || !gicr_size_ok(frame, size))
		return false;
	bank.owner =
		domain_vcpu(domain, (unsigned)(offset / GUEST_GICV3_GICR_STEP));
	if (bank.owner == NULL)
		return false;
	spinlock_acquire(&domain->vgic.lock);
	if (frame < GICR_SGI_BASE && write)
		gicr_control_write(bank.owner, frame, *value, &kicks);
	else if (frame < GICR_SGI_BASE)
		*value = gicr_control_read(bank.owner, frame, size);
	else if (write)
		bank_write(&bank, frame - GICR_SGI_BASE, size, (uint32_t)*value);
	else
		*value = bank_read(&bank, frame - GICR_SGI_BASE, size);
	spinlock_release(&domain->vgic.lock);
	kicks_send(&kicks, domain);
	return true;
}
