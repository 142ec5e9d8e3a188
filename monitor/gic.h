/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3's part of the GICv3. It leaves all interrupts to the Non-secure world
 * except one SGI in Group 0, by which it wakes CPUs.
 */
#ifndef REEVE_MONITOR_GIC_H
#define REEVE_MONITOR_GIC_H

#define GIC_WAKE_SGI 15

/* Redistributor: RD frame, then SGI frame (IHI0069 12.10 and 12.11). */
#define GICR_WAKER            0x14
#define GICR_WAKER_SLEEP      0x2
#define GICR_WAKER_ASLEEP_BIT 2
#define GICR_SGI_FRAME        0x10000
#define GICR_IGROUPR0         0x80
#define GICR_ISENABLER0       0x100
#define GICR_IPRIORITYR       0x400
#define GICR_IGRPMODR0        0xd00
#define GICR_GROUP1_NS        0xffff00ff /* all PPIs, SGIs 0-7 */

/* ICC_SRE_ELx: system registers, also below; FIQ and IRQ bypass disabled. */
#define ICC_SRE_SRE    (1 << 0)
#define ICC_SRE_DFB    (1 << 1)
#define ICC_SRE_DIB    (1 << 2)
#define ICC_SRE_ENABLE (1 << 3)
#define ICC_SRE_ALL    (ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB | ICC_SRE_ENABLE)

#define ICC_PMR_LOWEST  0xff /* masks no priority */
#define ICC_IAR_SPECIAL 1020 /* INTIDs from here on are no interrupt */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Sets up the distributor; called once. */
void gic_init(void);

/* In start.S: sets up the calling CPU's redistributor and interface. */
void gic_cpu_setup(uint64_t index);

/*
 * Puts the calling CPU's interface into the state in which the worlds below
 * start.
 */
void gic_cpu_hand_over(void);

/* Returns how many CPUs have a redistributor, which is how many there are. */
uint32_t gic_count_cpus(void);

/* Wakes a CPU that waits in the pen (start.S). */
void gic_wake(uint32_t index);

#endif
#endif
