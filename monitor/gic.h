/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3's part of the GICv3: it leaves all interrupts to the Non-secure world
 * but one SGI in Group 0, with which it wakes CPUs.
 */
#ifndef REEVE_MONITOR_GIC_H
#define REEVE_MONITOR_GIC_H

#define GIC_WAKE_SGI 15

/* Redistributor: RD frame, then SGI frame (IHI 0069, 12.10 and 12.11). */
#define GICR_WAKER            0x14
#define GICR_WAKER_SLEEP      0x2
#define GICR_WAKER_ASLEEP_BIT 2
#define GICR_SGI_FRAME        0x10000
#define GICR_IGROUPR0         0x80
#define GICR_ISENABLER0       0x100
#define GICR_IPRIORITYR       0x400
#define GICR_IGRPMODR0        0xd00

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The distributor, once. */
void gic_init(void);

/* start.S: the calling CPU's redistributor and interface. */
void gic_cpu_setup(uint64_t index);

/* The calling CPU's interface as the worlds below shall find it. */
void gic_cpu_hand_over(void);

/* How many CPUs have a redistributor. */
uint32_t gic_count_cpus(void);

/* Gets a CPU out of the pen. */
void gic_wake(uint32_t index);

#endif
#endif
