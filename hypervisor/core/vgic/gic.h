/* SPDX-License-Identifier: BSD-3-Clause */
/* Registers of the distributor, of a redistributor and of the virtual CPU
 * interface that the virtual GIC knows (Arm IHI0069, GICv3). */
#ifndef REEVE_HYPERVISOR_CORE_VGIC_GIC_H
#define REEVE_HYPERVISOR_CORE_VGIC_GIC_H

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "lib/ich.h" /* list registers */
#endif

/* ---- Distributor: offsets from GICD_base ---- */
#define GICD_CTLR        0x0000
#define GICD_TYPER       0x0004
#define GICD_IIDR        0x0008
#define GICD_IROUTER     0x6000 /* 64 bits for each INTID */
#define GICD_IROUTER_END 0x8000
#define GIC_PIDR2        0xffe8 /* the same from GICR_base */

#define GICD_CTLR_GRP1 0x02 /* EnableGrp1 */
#define GICD_CTLR_ARE  0x10
#define GICD_CTLR_DS   0x40 /* one Security state */

#define GICD_TYPER_LINES_SHIFT  0 /* number of INTIDs / 32 - 1 */
#define GICD_TYPER_LINES_WIDTH  5
#define GICD_TYPER_IDBITS_SHIFT 19 /* bits of an INTID, minus 1 */
#define GICD_TYPER_IDBITS_WIDTH 5

#define GICD_IROUTER_AFF  0x00ffffff /* Aff2, Aff1, Aff0 */
#define GICD_IROUTER_IRM  0x80000000 /* any PE */
#define GIC_PIDR2_GICV3   0x3b /* ArchRev 3, Arm's JEDEC code */
#define GIC_IIDR          0x5200143b /* Arm; product and revision are ours */
#define GIC_PRIORITY_MASK 0xf8 /* 5 bits, as each CPU interface has */

/* ---- GICD_base, and a redistributor's SGI_base for INTIDs 0..31 ---- */
#define GIC_IGROUPR    0x0080 /* 1 bit for each INTID */
#define GIC_ISENABLER  0x0100
#define GIC_ICENABLER  0x0180
#define GIC_ISPENDR    0x0200
#define GIC_ICPENDR    0x0280
#define GIC_ISACTIVER  0x0300
#define GIC_ICACTIVER  0x0380
#define GIC_BITS_END   0x0400
#define GIC_IPRIORITYR 0x0400 /* 8 bits for each INTID */
#define GIC_ICFGR      0x0c00 /* 2 bits for each INTID; the upper: edge */
#define GIC_ICFGR_END  0x0d00
#define GIC_PRIORITIES 0x0400 /* size of all IPRIORITYR, in bytes */
#define GIC_SPECIAL    1020 /* no interrupt has an INTID from here on */

/* ---- Redistributor: offsets from RD_base ---- */
#define GICR_CTLR     0x0000
#define GICR_IIDR     0x0004
#define GICR_TYPER    0x0008 /* 64 bits */
#define GICR_WAKER    0x0014
#define GICR_SGI_BASE 0x10000

#define GICR_TYPER_LAST         0x10
#define GICR_TYPER_NUMBER_SHIFT 8
#define GICR_TYPER_NUMBER_WIDTH 16
#define GICR_TYPER_AFF_SHIFT    32
#define GICR_TYPER_AFF_WIDTH    32

#define GICR_WAKER_SLEEP    0x2 /* ProcessorSleep */
#define GICR_WAKER_CHILDREN 0x4 /* ChildrenAsleep */

/* ---- ICC_SGI1R_EL1 ---- */
#define SGIR_TARGETS_SHIFT 0 /* bit n: the CPU with Aff0 = 16 * RS + n */
#define SGIR_TARGETS_WIDTH 16
#define SGIR_AFF1_SHIFT    16
#define SGIR_AFF1_WIDTH    8
#define SGIR_INTID_SHIFT   24
#define SGIR_INTID_WIDTH   4
#define SGIR_AFF2_SHIFT    32
#define SGIR_AFF2_WIDTH    8
#define SGIR_IRM_SHIFT     40 /* 1: all CPUs but the sender */
#define SGIR_IRM_WIDTH     1
#define SGIR_RS_SHIFT      44
#define SGIR_RS_WIDTH      4
#define SGIR_AFF3_SHIFT    48
#define SGIR_AFF3_WIDTH    8

/* ---- Virtual CPU interface ---- */
#define ICH_HCR_EN             0x1
#define ICH_HCR_LRENPIE        0x4 /* maintenance interrupt: an EOI met no LR */
#define ICH_HCR_NPIE           0x8 /* maintenance interrupt: no LR is pending */
#define ICH_HCR_EOICOUNT_SHIFT 27
#define ICH_HCR_EOICOUNT_WIDTH 5

#define ICH_VMCR_VENG1      0x2
#define ICH_VMCR_VPMR_SHIFT 24
#define ICH_VMCR_VPMR_WIDTH 8

#endif
