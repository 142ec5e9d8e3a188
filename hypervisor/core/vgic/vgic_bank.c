/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers that have a field for each interrupt. The distributor has them
 * for SPIs. The SGI frame of a redistributor has them, at the same offsets, for
 * its private interrupts. Fields of interrupts that do not exist read as zero.
 */
#include "hypervisor/core/vgic/vgic_internal.h"

#define PER_WORD_BITS    32 /* interrupts in a word, for each width of field */
#define PER_WORD_CONFIGS 16

bool bank_size_ok(uint64_t offset, unsigned size)
{
	if (size == 1) {
		return offset >= GIC_IPRIORITYR &&
		       offset < GIC_IPRIORITYR + GIC_PRIORITIES;
	}
	return size == 4 && offset % 4 == 0;
}

/* Returns the pending state that the guest reads. While an interrupt is in a
 * list register, its latch is there too. */
static bool pending_seen(const struct vgic_irq *irq)
{
	return irq_is_pending(irq) || (irq->lr != 0 && irq->lr_latched);
}

/*
 * Returns the active state that the guest reads. While the interrupt is in a
 * list register, only the hardware of its vCPU knows the state, so that vCPU is
 * kicked. A guest that polls for the end of the interrupt then reads the new
 * state.
 */
static bool active_seen(const struct irq_ref *ref, struct kicks *kicks)
{
	const struct vcpu *holder = irq_target(ref);

	if (ref->irq->lr != 0 && holder != NULL)
		kicks_add(kicks, holder);
	return ref->irq->active;
}

static bool bit_read(const struct irq_ref *ref, uint64_t kind,
		     struct kicks *kicks)
{
	switch (kind) {
	case GIC_IGROUPR:
		return ref->irq->group1;
	case GIC_ISENABLER:
	case GIC_ICENABLER:
		return ref->irq->enabled;
	case GIC_ISPENDR:
	case GIC_ICPENDR:
		return pending_seen(ref->irq);
	default:
		return active_seen(ref, kicks);
	}
}

static void pending_clear(struct vgic_irq *irq)
{
	irq->pending = false;
	irq->lr_latched = false;
}

/* Writes the active state. An SPI that becomes active is active on the vCPU
 * that it is routed to, or on the writing one if there is none. */
static void active_write(const struct irq_ref *ref, bool active,
			 const struct kicks *kicks)
{
	struct vgic_irq *irq = ref->irq;
	const struct vcpu *holder = irq_target(ref);

	if (holder == NULL)
		holder = kicks->caller;
	if (active && !irq->active && irq->lr == 0 && ref->owner == NULL)
		irq->holder = holder->index;
	irq->active = active;
	irq->lr_overruled = irq->lr != 0;
}

/* Carries out a write to one bit. The bit was written as one; in IGROUPR it has
 * either value. */
static void bit_write(const struct irq_ref *ref, uint64_t kind, bool one,
		      const struct kicks *kicks)
{
	switch (kind) {
	case GIC_IGROUPR:
		ref->irq->group1 = one;
		break;
	case GIC_ISENABLER:
	case GIC_ICENABLER:
		ref->irq->enabled = kind == GIC_ISENABLER;
		break;
	case GIC_ISPENDR:
		ref->irq->pending = true;
		break;
	case GIC_ICPENDR:
		pending_clear(ref->irq);
		break;
	default:
		active_write(ref, kind == GIC_ISACTIVER, kicks);
		break;
	}
}

#define BITS_KIND(offset)  ((offset) & ~UINT64_C(0x7f))
#define BITS_FIRST(offset) ((unsigned)((offset) & 0x7f) * 8)

static uint32_t bits_read(const struct bank *bank, uint64_t offset)
{
	uint32_t value = 0;
	struct irq_ref ref;

	for (unsigned i = 0; i < PER_WORD_BITS; i++) {
		if (irq_find(bank->vgic, bank->owner, BITS_FIRST(offset) + i,
			     &ref) &&
		    bit_read(&ref, BITS_KIND(offset), bank->kicks))
			value |= UINT32_C(1) << i;
	}
	return value;
}

static void bits_write(const struct bank *bank, uint64_t offset, uint32_t value)
{
	uint64_t kind = BITS_KIND(offset);
	struct irq_ref ref;
	bool before;

	for (unsigned i = 0; i < PER_WORD_BITS; i++) {
		bool one = (value >> i & 1) != 0;

		if ((!one && kind != GIC_IGROUPR) ||
		    !irq_find(bank->vgic, bank->owner, BITS_FIRST(offset) + i,
			      &ref))
			continue;
		before = irq_is_signalled(&ref);
		bit_write(&ref, kind, one, bank->kicks);
		irq_changed(&ref, before, bank->kicks);
	}
}

static uint32_t priorities_read(const struct bank *bank, unsigned first,
				unsigned size)
{
	uint32_t value = 0;
	struct irq_ref ref;

	for (unsigned i = 0; i < size; i++) {
		if (irq_find(bank->vgic, bank->owner, first + i, &ref))
			value |= (uint32_t)ref.irq->priority << 8 * i;
	}
	return value;
}

static void priorities_write(const struct bank *bank, unsigned first,
			     unsigned size, uint32_t value)
{
	struct irq_ref ref;

	for (unsigned i = 0; i < size; i++) {
		if (!irq_find(bank->vgic, bank->owner, first + i, &ref))
			continue;
		ref.irq->priority = value >> 8 * i & GIC_PRIORITY_MASK;
		irq_changed(&ref, irq_is_signalled(&ref), bank->kicks);
	}
}

#define CONFIG_FIRST(offset) ((unsigned)((offset) - GIC_ICFGR) * 4)

static uint32_t configs_read(const struct bank *bank, uint64_t offset)
{
	uint32_t value = 0;
	struct irq_ref ref;

	for (unsigned i = 0; i < PER_WORD_CONFIGS; i++) {
		if (irq_find(bank->vgic, bank->owner, CONFIG_FIRST(offset) + i,
			     &ref) &&
		    ref.irq->edge)
			value |= UINT32_C(2) << 2 * i;
	}
	return value;
}

/* Writes whether SPIs are edge-triggered. The configuration of private
 * interrupts is fixed: SGIs are edges, PPIs are levels. */
static void configs_write(const struct bank *bank, uint64_t offset,
			  uint32_t value)
{
	struct irq_ref ref;
	bool before;

	for (unsigned i = 0; i < PER_WORD_CONFIGS; i++) {
		if (!irq_find(bank->vgic, NULL, CONFIG_FIRST(offset) + i, &ref))
			continue;
		before = irq_is_signalled(&ref);
		ref.irq->edge = (value >> 2 * i & 2) != 0;
		irq_changed(&ref, before, bank->kicks);
	}
}

uint32_t bank_read(const struct bank *bank, uint64_t offset, unsigned size)
{
	if (offset >= GIC_IGROUPR && offset < GIC_BITS_END)
		return bits_read(bank, offset);
	if (offset >= GIC_IPRIORITYR &&
	    offset < GIC_IPRIORITYR + GIC_PRIORITIES) {
		return priorities_read(
			bank, (unsigned)(offset - GIC_IPRIORITYR), size);
	}
	if (offset >= GIC_ICFGR && offset < GIC_ICFGR_END)
		return configs_read(bank, offset);
	return 0;
}

void bank_write(const struct bank *bank, uint64_t offset, unsigned size,
		uint32_t value)
{
	if (offset >= GIC_IGROUPR && offset < GIC_BITS_END) {
		bits_write(bank, offset, value);
	} else if (offset >= GIC_IPRIORITYR &&
		   offset < GIC_IPRIORITYR + GIC_PRIORITIES) {
		priorities_write(bank, (unsigned)(offset - GIC_IPRIORITYR),
				 size, value);
	} else if (offset >= GIC_ICFGR && offset < GIC_ICFGR_END) {
		configs_write(bank, offset, value);
	}
}
