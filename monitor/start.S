/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reset. All CPUs leave it at once, at address 0 in flash, in Root state with
 * the MMU off (docs/machine.md, Boot flow). The first one copies the image to
 * secure RAM, where it is linked to run, and goes on there. The others wait in
 * the pen for PSCI CPU_ON.
 */
#include "abi/machine_map.h"
#include "lib/a64.h"
#include "monitor/cpu.h"
#include "monitor/gic.h"

	/* x20 becomes the index of this CPU (MACHINE_CPU_INDEX). Changes x0. */
	.macro cpu_index
	mrs	x0, mpidr_el1
	and	x20, x0, #0xf
	ubfx	x0, x0, #8, #8
	add	x20, x20, x0, lsl #4
	.endm

	/*
	 * Sets the vectors and the stack of the CPU whose index is in x20. x0
	 * becomes that index, for C. Changes x1 and x2.
	 */
	.macro cpu_setup
	ldr	x0, =vectors
	msr	vbar_el3, x0
	ldr	x1, =cpu_stacks
	mov	x2, #CPU_STACK_SIZE
	madd	x1, x2, x20, x1
	add	sp, x1, x2
	isb
	mov	x0, x20
	.endm

	.section .text.start, "ax"
	.global _start
_start:
	ldr	x0, =SCTLR_RES1
	msr	sctlr_el3, x0
	isb
	cpu_index
	cmp	x20, #MACHINE_MAX_CPUS
	b.hs	park
	cbnz	x20, pen

	adr	x0, _start
	ldr	x1, =image_start
	ldr	x2, =image_file_end
1:	ldp	x3, x4, [x0], #16
	stp	x3, x4, [x1], #16
	cmp	x1, x2
	b.lo	1b
	ldr	x2, =image_bss_end
2:	stp	xzr, xzr, [x1], #16
	cmp	x1, x2
	b.lo	2b
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =first_in_ram
	br	x0
first_in_ram:
	cpu_setup
	bl	monitor_cold_boot
	b	world_resume

park:
	wfi
	b	park

	/*
	 * A CPU sleeps here in WFI until it takes the Group 0 SGI of CPU_ON.
	 * WFE would not do: it is only a yield on QEMU. This code runs in flash
	 * after reset and in secure RAM after CPU_OFF, so it needs neither
	 * stack nor data (docs/machine.md, PSCI and secondaries).
	 */
	.global pen
pen:
	cpu_index
	mov	x0, x20
	bl	gic_cpu_setup
	mov	x1, #1
	msr	ICC_IGRPEN0_EL1, x1
	isb
1:	dsb	sy
	wfi
	mrs	x1, ICC_IAR0_EL1
	cmp	x1, #ICC_IAR_SPECIAL
	b.hs	1b
	msr	ICC_EOIR0_EL1, x1
	isb
	cmp	x1, #GIC_WAKE_SGI
	b.ne	1b
	msr	ICC_IGRPEN0_EL1, xzr
	isb
	ldr	x0, =woken_in_ram
	br	x0
woken_in_ram:
	cpu_setup
	bl	monitor_warm_boot
	cbz	x0, pen
	b	world_resume

	/*
	 * x0: index of this CPU. Wakes its redistributor. SGIs 0-7 and all PPIs
	 * become Non-secure. SGIs 8-15 stay in Group 0 for EL3, which uses
	 * GIC_WAKE_SGI. Changes x1-x3.
	 */
	.global gic_cpu_setup
gic_cpu_setup:
	ldr	x1, =MACHINE_GICR_BASE
	mov	x2, #MACHINE_GICR_STEP
	madd	x1, x0, x2, x1
	ldr	w2, [x1, #GICR_WAKER]
	bic	w2, w2, #GICR_WAKER_SLEEP
	str	w2, [x1, #GICR_WAKER]
1:	ldr	w2, [x1, #GICR_WAKER]
	tbnz	w2, #GICR_WAKER_ASLEEP_BIT, 1b
	add	x1, x1, #GICR_SGI_FRAME
	ldr	w2, =GICR_GROUP1_NS
	str	w2, [x1, #GICR_IGROUPR0]
	str	wzr, [x1, #GICR_IGRPMODR0]
	mov	w2, #(1 << GIC_WAKE_SGI)
	str	w2, [x1, #GICR_ISENABLER0]
	strb	wzr, [x1, #(GICR_IPRIORITYR + GIC_WAKE_SGI)]
	mov	x2, #ICC_SRE_ALL
	msr	ICC_SRE_EL3, x2
	isb
	mov	x2, #ICC_PMR_LOWEST
	msr	ICC_PMR_EL1, x2
	dsb	sy
	isb
	ret

	.section .bss.page, "aw", %nobits
	.balign	16
	.global cpu_stacks
cpu_stacks:
	.space	CPU_STACK_SIZE * MACHINE_MAX_CPUS
	.section .note.GNU-stack, "", %progbits
