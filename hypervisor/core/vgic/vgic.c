/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of interrupts: which vCPU each belongs to, and which vCPUs must be
 * told of a change. */
#include "hypervisor/core/vgic/vgic.h"

#include <string.h>

#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "hypervisor/core/vgic/vgic_internal.h"

void vgic_init(struct vgic *vgic, struct domain *domain, unsigned lr_count,
	       struct vgic_irq *irqs, unsigned spis)
{
	*vgic = (struct vgic){ .domain = domain,
			       .lr_count = lr_count,
			       .irqs = irqs,
			       .spis = spis };
	memset(irqs, 0, spis * sizeof(*irqs));
}

void vgic_cpu_init(struct vcpu *vcpu)
{
	struct vgic_cpu *cpu = &vcpu->gic;

	memset(cpu, 0, sizeof(*cpu));
	for (unsigned i = 0; i < VGIC_SGIS; i++)
		cpu->irqs[i].edge = true;
	for (unsigned i = 0; i < VGIC_LRS; i++)
		cpu->loaded[i] = VGIC_NO_IRQ;
}

void vgic_cpu_reset(struct vcpu *vcpu)
{
	memset(&vcpu->gic.state, 0, sizeof(vcpu->gic.state));
}

bool irq_find(struct vgic *vgic, struct vcpu *owner, unsigned intid,
	      struct irq_ref *out)
{
	*out = (struct irq_ref){ vgic, owner, intid, NULL };
	if (owner != NULL) {
		if (intid >= VGIC_PRIVATE)
			return false;
		out->irq = &owner->gic.irqs[intid];
		return true;
	}
	if (intid < VGIC_PRIVATE || intid - VGIC_PRIVATE >= vgic->spis ||
	    intid >= GIC_SPECIAL)
		return false;
	out->irq = &vgic->irqs[intid - VGIC_PRIVATE];
	return true;
}

bool irq_is_pending(const struct vgic_irq *irq)
{
	return irq->pending || (irq->level && !irq->edge);
}

bool irq_is_signalled(const struct irq_ref *ref)
{
	const struct vgic_irq *irq = ref->irq;

	return ref->vgic->enabled && irq->enabled && irq->group1 &&
	       !irq->active && irq_is_pending(irq);
}

static struct vcpu *first_awake(struct domain *domain)
{
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		if (domain->vcpus[i].gic.awake)
			return &domain->vcpus[i];
	}
	return NULL;
}

struct vcpu *irq_target(const struct irq_ref *ref)
{
	const struct vgic_irq *irq = ref->irq;
	struct domain *domain = ref->vgic->domain;

	if (ref->owner != NULL)
		return ref->owner;
	if (irq->active || irq->lr != 0)
		return domain_vcpu(domain, irq->holder);
	if (irq->any)
		return first_awake(domain);
	return vcpu_at_affinity(domain, irq->route);
}

void irq_settle(const struct irq_ref *ref)
{
	const struct vgic_irq *irq = ref->irq;
	bool busy = irq->active || irq->lr != 0 || irq_is_pending(irq);
	uint32_t bit = UINT32_C(1) << ref->intid % 32;
	uint32_t *word = ref->owner != NULL
				 ? &ref->owner->gic.busy
				 : &ref->vgic->busy[ref->intid / 32 - 1];

	if (busy)
		*word |= bit;
	else
		*word &= ~bit;
}

void irq_changed(const struct irq_ref *ref, bool before, struct kicks *kicks)
{
	const struct vcpu *target = irq_target(ref);

	irq_settle(ref);
	if (target == NULL)
		return;
	if (ref->irq->lr != 0 || (!before && irq_is_signalled(ref)))
		kicks_add(kicks, target);
}

void kicks_add(struct kicks *kicks, const struct vcpu *vcpu)
{
	if (vcpu != kicks->caller) {
		kicks->vcpus[vcpu->index / VGIC_KICK_BITS] |=
			UINT64_C(1) << vcpu->index % VGIC_KICK_BITS;
	}
}

void kicks_send(const struct kicks *kicks, struct domain *domain)
{
	unsigned count = sizeof(kicks->vcpus) / sizeof(kicks->vcpus[0]);
	uint64_t rest;
	unsigned index;

	for (unsigned i = 0; i < count; i++) {
		for (rest = kicks->vcpus[i]; rest != 0; rest &= rest - 1) {
			index = i * VGIC_KICK_BITS +
				(unsigned)__builtin_ctzll(rest);
			domain->ops->vcpu_kick(domain->ops->ctx,
					       &domain->vcpus[index]);
		}
	}
}

static void word_visit(struct irq_ref *ref, unsigned first, uint32_t busy,
		       void (*visit)(const struct irq_ref *ref, void *ctx),
		       void *ctx)
{
	for (; busy != 0; busy &= busy - 1) {
		unsigned intid = first + (unsigned)__builtin_ctz(busy);

		if (irq_find(ref->vgic, ref->owner, intid, ref))
			visit(ref, ctx);
	}
}

void irqs_visit(struct vcpu *vcpu,
		void (*visit)(const struct irq_ref *ref, void *ctx), void *ctx)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	struct irq_ref ref = { vgic, vcpu, 0, NULL };

	word_visit(&ref, 0, vcpu->gic.busy, visit, ctx);
	for (unsigned i = 0; i < vgic->spis / 32; i++) {
		ref = (struct irq_ref){ vgic, NULL, 0, NULL };
		word_visit(&ref, VGIC_PRIVATE + i * 32, vgic->busy[i], visit,
			   ctx);
	}
}

/* Sets the level of an interrupt's line. An edge-triggered interrupt latches
 * its rise. */
static void line_set(const struct irq_ref *ref, bool level, struct kicks *kicks)
{
	struct vgic_irq *irq = ref->irq;
	bool before = irq_is_signalled(ref);
	bool rises = level && !irq->level;

	irq->level = level;
	if (irq->edge)
		irq->pending |= rises;
	/* A level-triggered interrupt in a list register needs no kick if its
	 * EOI raises a maintenance interrupt: the level is read then. */
	if (irq->lr != 0 && !irq->edge && (irq->lr_eoi || !rises))
		irq_settle(ref);
	else
		irq_changed(ref, before, kicks);
}

void vgic_ppi_set(struct vcpu *vcpu, unsigned intid, bool level)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	struct kicks kicks = { .caller = vcpu };
	struct irq_ref ref;

	if (!irq_find(vgic, vcpu, intid, &ref))
		return;
	spinlock_acquire(&vgic->lock);
	line_set(&ref, level, &kicks);
	spinlock_release(&vgic->lock);
}

void vgic_spi_set(struct vgic *vgic, unsigned intid, bool level)
{
	struct kicks kicks = { .caller = NULL };
	struct irq_ref ref;

	if (!irq_find(vgic, NULL, intid, &ref))
		return;
	spinlock_acquire(&vgic->lock);
	line_set(&ref, level, &kicks);
	spinlock_release(&vgic->lock);
	kicks_send(&kicks, vgic->domain);
}
