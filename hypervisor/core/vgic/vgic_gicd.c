/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The distributor (IHI0069, 12.9). Affinity routing is always on; there is one
 * security state, no LPIs and no message-based SPIs. Changes take effect before
 * the guest can look, so RWP is always clear.
 */
#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/vgic/vgic_internal.h"

#define INTID_BITS 10

static bool is_router(uint64_t offset)
{
	return offset >= GICD_IROUTER && offset < GICD_IROUTER_END;
}

static bool gicd_size_ok(uint64_t offset, unsigned size)
{
	if (size == 8)
		return is_router(offset) && offset % 8 == 0;
	return bank_size_ok(offset, size);
}

static uint32_t gicd_typer(const struct vgic *vgic)
{
	return (uint32_t)(BITS_PUT(GICD_TYPER_LINES, vgic->spis / 32) |
			  BITS_PUT(GICD_TYPER_IDBITS, INTID_BITS - 1));
}

static bool router_find(struct vgic *vgic, uint64_t offset, struct irq_ref *ref)
{
	return irq_find(vgic, NULL, (unsigned)(offset - GICD_IROUTER) / 8, ref);
}

/* Reads a word of IROUTER. The upper word holds Aff3 only, which is zero. */
static uint32_t router_read(struct vgic *vgic, uint64_t offset)
{
	struct irq_ref ref;

	if (offset % 8 != 0 || !router_find(vgic, offset, &ref))
		return 0;
	return ref.irq->route | (ref.irq->any ? GICD_IROUTER_IRM : 0);
}

/*
 * Writes a word of IROUTER. A pending interrupt is signalled to its new vCPU;
 * if it is in a list register, then only once its old vCPU has given it back.
 */
static void router_write(struct vgic *vgic, uint64_t offset, uint32_t value,
			 struct kicks *kicks)
{
	struct irq_ref ref;

	if (offset % 8 != 0 || !router_find(vgic, offset, &ref))
		return;
	ref.irq->route = value & GICD_IROUTER_AFF;
	ref.irq->any = (value & GICD_IROUTER_IRM) != 0;
	irq_changed(&ref, false, kicks);
}

static uint32_t gicd_read(const struct bank *bank, uint64_t offset,
			  unsigned size)
{
	struct vgic *vgic = bank->vgic;

	switch (offset) {
	case GICD_CTLR:
		return GICD_CTLR_ARE | GICD_CTLR_DS |
		       (vgic->enabled ? GICD_CTLR_GRP1 : 0);
	case GICD_TYPER:
		return gicd_typer(vgic);
	case GICD_IIDR:
		return GIC_IIDR;
	case GIC_PIDR2:
		return GIC_PIDR2_GICV3;
	default:
		return is_router(offset) ? router_read(vgic, offset)
					 : bank_read(bank, offset, size);
	}
}

/* Writes GICD_CTLR. Every vCPU is kicked: when the group is disabled its list
 * registers must be emptied, and when it is enabled they may be filled. */
static void gicd_control_write(const struct bank *bank, uint32_t value)
{
	struct vgic *vgic = bank->vgic;
	bool enabled = (value & GICD_CTLR_GRP1) != 0;

	if (enabled == vgic->enabled)
		return;
	vgic->enabled = enabled;
	for (unsigned i = 0; i < vgic->domain->vcpu_count; i++)
		kicks_add(bank->kicks, &vgic->domain->vcpus[i]);
}

static void gicd_write(const struct bank *bank, uint64_t offset, unsigned size,
		       uint32_t value)
{
	if (offset == GICD_CTLR)
		gicd_control_write(bank, value);
	else if (is_router(offset))
		router_write(bank->vgic, offset, value, bank->kicks);
	else
		bank_write(bank, offset, size, value);
}

bool vgic_gicd_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value)
{
	struct domain *domain = vcpu->domain;
	struct kicks kicks = { .caller = vcpu };
	struct bank bank = { &domain->vgic, NULL, &kicks };

	if (offset >= GUEST_GICV3_GICD_SIZE || !gicd_size_ok(offset, size))
		return false;
	spinlock_acquire(&domain->vgic.lock);
	if (write)
		gicd_write(&bank, offset, size, (uint32_t)*value);
	else
		*value = gicd_read(&bank, offset, size);
	spinlock_release(&domain->vgic.lock);
	kicks_send(&kicks, domain);
	return true;
}
