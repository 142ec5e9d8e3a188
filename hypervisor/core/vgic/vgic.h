/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual GICv3 (Arm IHI0069; affinity routing always on, one security state,
 * no LPIs): distributor, redistributors, SGIs, PPIs, SPIs, and the list
 * registers that bring interrupts to a vCPU. It serves Realms and ordinary
 * guests alike, so no list register is linked to a physical interrupt.
 *
 * Interrupts are in list registers only between vgic_load() and vgic_save(). A
 * change in between takes effect when the vCPU is kicked and loads again.
 *
 * Lock order: vCPUs are kicked (domain_ops.vcpu_kick) after the vGIC's lock is
 * released, since the kick takes the scheduler's lock.
 */
#ifndef REEVE_HYPERVISOR_CORE_VGIC_VGIC_H
#define REEVE_HYPERVISOR_CORE_VGIC_VGIC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/spinlock.h"

#define VGIC_PRIVATE 32 /* SGIs and PPIs */
#define VGIC_SPIS    992 /* INTIDs 32 to 1023, less the special ones */
#define VGIC_LRS     16 /* the most that the architecture allows */

struct vcpu;
struct domain;

/*
 * The registers of the virtual CPU interface, as the port loads and saves them.
 */
struct vgic_state {
	uint64_t lr[VGIC_LRS]; /* ICH_LR<n>_EL2; 0 from lr_count on */
	uint64_t hcr; /* ICH_HCR_EL2 */
	uint64_t vmcr; /* ICH_VMCR_EL2 */
	uint64_t ap0r[4]; /* ICH_AP0R<n>_EL2 */
	uint64_t ap1r[4];
};

/* An interrupt. This and the structures below are guarded by vgic->lock. */
struct vgic_irq {
	uint8_t priority; /* bits of GIC_PRIORITY_MASK */
	bool enabled;
	bool group1; /* an interrupt of group 0 is never signalled */
	bool edge; /* edge-triggered; else level-triggered */
	bool level; /* the level of its line */
	bool pending; /* latched: by an edge, an SGI, or the guest's write */
	bool active; /* as of when it was last out of a list register */
	uint8_t lr; /* 1 + its list register, on vCPU holder; 0: none */
	bool lr_latched; /* the latch moved into the list register with it */
	bool lr_overruled; /* the guest wrote active since it was loaded */
	bool lr_eoi; /* its EOI raises a maintenance interrupt */
	bool any; /* an SPI for any vCPU that is awake (IROUTER.IRM) */
	uint32_t route; /* an SPI: affinity of the vCPU that it is for */
	uint32_t holder; /* an SPI: the vCPU that has it in an LR, or active */
};

/* The part of the vGIC that belongs to one vCPU. */
struct vgic_cpu {
	struct vgic_irq irqs[VGIC_PRIVATE];
	uint32_t busy; /* bit n: irqs[n] is pending, active or loaded */
	struct vgic_state state;
	uint16_t loaded[VGIC_LRS]; /* INTID in each LR; 0xffff: none */
	bool awake; /* GICR_WAKER.ProcessorSleep is clear */
};

/* The vGIC of a domain. lock guards all of it. */
struct vgic {
	struct spinlock lock;
	struct domain *domain;
	unsigned lr_count; /* of the machine: 1 + ICH_VTR_EL2.ListRegs */
	unsigned spis; /* a multiple of 32, up to VGIC_SPIS */
	bool enabled; /* GICD_CTLR.EnableGrp1 */
	struct vgic_irq *irqs; /* as many as spis; memory of the owner */
	uint32_t busy[VGIC_SPIS / 32]; /* like vgic_cpu.busy, for irqs */
};

void vgic_init(struct vgic *vgic, struct domain *domain, unsigned lr_count,
	       struct vgic_irq *irqs, unsigned spis);
void vgic_cpu_init(struct vcpu *vcpu);

/* Resets the CPU interface of a vCPU that turns itself off. Called by the
 * vCPU's own thread, after vgic_save(). */
void vgic_cpu_reset(struct vcpu *vcpu);

/*
 * Carries out an access to the distributor or to a redistributor. offset counts
 * from GUEST_GICV3_GICD_BASE, or from GUEST_GICV3_GICR_BASE, where all
 * redistributors of the domain are in a row; size is 1, 2, 4 or 8 bytes.
 * Reserved registers read as zero and ignore writes. Returns false if there is
 * no such register or it does not take that size: the guest must then get an
 * external abort.
 */
bool vgic_gicd_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value);
bool vgic_gicr_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value);

/* Handles a guest's write of value to ICC_SGI1R_EL1. (Writes to SGI0R and
 * ASGI1R are ignored.) */
void vgic_sgi(struct vcpu *vcpu, uint64_t value);

/* Set the level of a line. For a private interrupt this is done by the vCPU's
 * own thread, or while the vCPU waits: the vCPU is not kicked. */
void vgic_ppi_set(struct vcpu *vcpu, unsigned intid, bool level);
void vgic_spi_set(struct vgic *vgic, unsigned intid, bool level);

/*
 * Fills the list registers and HCR in vcpu->gic.state. Called before an entry.
 */
void vgic_load(struct vcpu *vcpu);
/*
 * Takes all interrupts out of the list registers. Called after an exit and
 * before it is answered, with what the hardware holds now in vcpu->gic.state.
 */
void vgic_save(struct vcpu *vcpu);

/* Returns true if an interrupt would be signalled to the vCPU. */
bool vgic_pending(struct vcpu *vcpu);

#endif
