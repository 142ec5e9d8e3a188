/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the virtual GIC share. All of it is for under the lock. */
#ifndef REEVE_HYPERVISOR_CORE_VGIC_VGIC_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_VGIC_VGIC_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/core/vgic/vgic.h"

#define VGIC_SGIS      16
#define VGIC_NO_IRQ    0xffff /* in vgic_cpu.loaded */
#define VGIC_KICK_BITS 64

/* One interrupt, and whose it is. */
struct irq_ref {
	struct vgic *vgic;
	struct vcpu *owner; /* of a private one; NULL: an SPI */
	unsigned intid;
	struct vgic_irq *irq;
};

/* The vCPUs to kick once the lock is released: all but the caller. */
struct kicks {
	const struct vcpu *caller; /* NULL: no vCPU */
	uint64_t vcpus[CONTROL_VCPUS / VGIC_KICK_BITS];
};

/* The interrupt of that INTID: with an owner a private one of its, else an
 * SPI. false: there is none. */
bool irq_find(struct vgic *vgic, struct vcpu *owner, unsigned intid,
	      struct irq_ref *out);

/* Level-triggered ones follow their line too. */
bool irq_is_pending(const struct vgic_irq *irq);

/* Pending and not active, and nothing but its vCPU can keep it back. */
bool irq_is_signalled(const struct irq_ref *ref);

/* The vCPU that has it, or is to have it. NULL: nobody. */
struct vcpu *irq_target(const struct irq_ref *ref);

/*
 * After a change: keeps the busy bits, and kicks who is concerned: the vCPU
 * that has it in a list register, or one to which it is newly signalled.
 * before: irq_is_signalled() before the change.
 */
void irq_changed(const struct irq_ref *ref, bool before, struct kicks *kicks);

/* Keeps the busy bits alone. */
void irq_settle(const struct irq_ref *ref);

void kicks_add(struct kicks *kicks, const struct vcpu *vcpu);
/* After the lock was released. */
void kicks_send(const struct kicks *kicks, struct domain *domain);

/* Calls visit for each busy interrupt that may concern a vCPU. */
void irqs_visit(struct vcpu *vcpu,
		void (*visit)(const struct irq_ref *ref, void *ctx), void *ctx);

/*
 * vgic_bank.c: the registers with a field for each INTID, from GIC_IGROUPR to
 * GIC_ICFGR_END, of the distributor (owner NULL) or of a redistributor.
 */
struct bank {
	struct vgic *vgic;
	struct vcpu *owner;
	struct kicks *kicks;
};

/* offset is aligned to size; 4, or 1 within IPRIORITYR. */
uint32_t bank_read(const struct bank *bank, uint64_t offset, unsigned size);
void bank_write(const struct bank *bank, uint64_t offset, unsigned size,
		uint32_t value);

/* Whether an access within a frame of 64 KiB has a size that the bank takes. */
bool bank_size_ok(uint64_t offset, unsigned size);

#endif
