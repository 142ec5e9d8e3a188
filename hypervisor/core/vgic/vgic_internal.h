/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the virtual GIC. Every function but kicks_send() is
 * called with vgic->lock held. */
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

/* An interrupt, and the vCPU that it belongs to. */
struct irq_ref {
	struct vgic *vgic;
	struct vcpu *owner; /* of a private interrupt; NULL: an SPI */
	unsigned intid;
	struct vgic_irq *irq;
};

/* The vCPUs to kick once the lock is released: never the caller. */
struct kicks {
	const struct vcpu *caller; /* NULL: not a vCPU's thread */
	uint64_t vcpus[CONTROL_VCPUS / VGIC_KICK_BITS];
};

/* Finds the interrupt with that INTID: a private one if there is an owner, else
 * an SPI. Returns false if there is none. */
bool irq_find(struct vgic *vgic, struct vcpu *owner, unsigned intid,
	      struct irq_ref *out);

/* Returns true if the interrupt is pending. A level-triggered one is pending
 * while its line is high, too. */
bool irq_is_pending(const struct vgic_irq *irq);

/* Returns true if the interrupt is pending, not active, and enabled everywhere:
 * only the state of its vCPU can still hold it back. */
bool irq_is_signalled(const struct irq_ref *ref);

/* Returns the vCPU that has the interrupt or is to get it, or NULL if there is
 * none. */
struct vcpu *irq_target(const struct irq_ref *ref);

/*
 * Called after a change: updates the busy bits, and notes which vCPU to kick:
 * one that has the interrupt in a list register, or one to which it is newly
 * signalled. before is what irq_is_signalled() said before the change.
 */
void irq_changed(const struct irq_ref *ref, bool before, struct kicks *kicks);

/* Updates the busy bits only. */
void irq_settle(const struct irq_ref *ref);

void kicks_add(struct kicks *kicks, const struct vcpu *vcpu);
/* Called after the lock was released. */
void kicks_send(const struct kicks *kicks, struct domain *domain);

/* Calls visit for each busy interrupt that may concern the vCPU: its private
 * ones and all SPIs. */
void irqs_visit(struct vcpu *vcpu,
		void (*visit)(const struct irq_ref *ref, void *ctx), void *ctx);

/* vgic_bank.c: the registers with a field for each INTID, from GIC_IGROUPR to
 * GIC_ICFGR_END, of the distributor (owner is NULL) or of a redistributor. */
struct bank {
	struct vgic *vgic;
	struct vcpu *owner;
	struct kicks *kicks;
};

/* offset is aligned to size, which is 4, or 1 within IPRIORITYR. */
uint32_t bank_read(const struct bank *bank, uint64_t offset, unsigned size);
void bank_write(const struct bank *bank, uint64_t offset, unsigned size,
		uint32_t value);

/* Returns true if the bank takes an access of that size at that offset within a
 * frame of 64 KiB. */
bool bank_size_ok(uint64_t offset, unsigned size);

#endif
