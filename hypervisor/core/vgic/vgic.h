/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual GICv3 (Arm IHI 0069, affinity routing always on, one security
 * state, no LPIs): distributor, redistributors, SGIs, PPIs, SPIs, and the list
 * registers that bring them to a vCPU. It serves Realms and ordinary guests
 * alike: no list register is linked to a physical interrupt.
 *
 * Interrupts are in list registers from vgic_load() to vgic_save() only. What
 * changes meanwhile has its effect when the vCPU is kicked and loads again.
 * vCPUs are kicked (domain_ops.vcpu_kick) after the lock is released.
 */
#ifndef REEVE_HYPERVISOR_CORE_VGIC_VGIC_H
#define REEVE_HYPERVISOR_CORE_VGIC_VGIC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/spinlock.h"

#define VGIC_PRIVATE 32 /* SGIs and PPIs */
#define VGIC_SPIS    992 /* INTIDs 32..1023, less the special ones */
#define VGIC_LRS     16 /* the most that the architecture has */

struct vcpu;
struct domain;

/* The virtual CPU interface's registers, as the port loads and saves them. */
struct vgic_state {
	uint64_t lr[VGIC_LRS]; /* ICH_LR<n>_EL2; those past lr_count are 0 */
	uint64_t hcr; /* ICH_HCR_EL2 */
	uint64_t vmcr; /* ICH_VMCR_EL2 */
	uint64_t ap0r[4]; /* ICH_AP0R<n>_EL2 */
	uint64_t ap1r[4];
};

/* An interrupt. Guarded by the vgic's lock, as everything below. */
struct vgic_irq {
	uint8_t priority; /* GIC_PRIORITY_MASK */
	bool enabled;
	bool group1; /* interrupts of group 0 are never signalled */
	bool edge; /* configuration; else level */
	bool level; /* the line, of a level-triggered one */
	bool pending; /* latched: edge, SGI, or written by the guest */
	bool active; /* when it was last in software */
	uint8_t lr; /* 1 + its list register, on holder; 0: in software */
	bool lr_latched; /* the latch went into the list register with it */
	bool lr_overruled; /* active is what the guest wrote since then */
	bool any; /* an SPI for any vCPU that is awake (IROUTER.IRM) */
	uint32_t route; /* of an SPI, the affinity that it is for */
	uint32_t holder; /* of an SPI: vCPU that has it in an LR, or active */
};

/* What a vCPU has for itself. */
struct vgic_cpu {
	struct vgic_irq irqs[VGIC_PRIVATE];
	uint32_t busy; /* bit n: irqs[n] is pending, active or loaded */
	struct vgic_state state;
	uint16_t loaded[VGIC_LRS]; /* INTID in each list register; 0xffff */
	bool awake; /* GICR_WAKER.ProcessorSleep clear */
};

/* What a domain has. All of it is guarded by lock. */
struct vgic {
	struct spinlock lock;
	struct domain *domain;
	unsigned lr_count; /* that the machine has: 1 + ICH_VTR_EL2.ListRegs */
	unsigned spis; /* a multiple of 32, up to VGIC_SPIS */
	bool enabled; /* GICD_CTLR.EnableGrp1 */
	struct vgic_irq *irqs; /* spis of them; the owner's memory */
	uint32_t busy[VGIC_SPIS / 32]; /* as vgic_cpu.busy, of irqs */
};

void vgic_init(struct vgic *vgic, struct domain *domain, unsigned lr_count,
	       struct vgic_irq *irqs, unsigned spis);
void vgic_cpu_init(struct vcpu *vcpu);

/* The vCPU turns itself off: when it comes back its CPU interface is as after
 * a reset. By its own thread, after vgic_save(). */
void vgic_cpu_reset(struct vcpu *vcpu);

/*
 * An access to the distributor or to a redistributor: offset from
 * GUEST_GICV3_GICD_BASE or from GUEST_GICV3_GICR_BASE (all of the domain's
 * redistributors in a row), size 1, 2, 4 or 8 bytes. Reserved registers read
 * as zero and ignore writes. false: no such register or size, and the guest
 * is to get an external abort.
 */
bool vgic_gicd_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value);
bool vgic_gicr_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		      bool write, uint64_t *value);

/* The guest wrote value to ICC_SGI1R_EL1 (or SGI0R, ASGI1R: ignored). */
void vgic_sgi(struct vcpu *vcpu, uint64_t value);

/*
 * The line of a private interrupt of a vCPU (by its own thread, or while it
 * waits: it is not kicked), or of an SPI.
 */
void vgic_ppi_set(struct vcpu *vcpu, unsigned intid, bool level);
void vgic_spi_set(struct vgic *vgic, unsigned intid, bool level);

/* Before an entry: fills vcpu->gic.state's list registers and HCR. */
void vgic_load(struct vcpu *vcpu);
/* After an exit and before it is looked at, with what the hardware now has in
 * vcpu->gic.state: takes everything out of the list registers. */
void vgic_save(struct vcpu *vcpu);

/* Whether the vCPU has an interrupt that would be signalled to it. */
bool vgic_pending(struct vcpu *vcpu);

#endif
