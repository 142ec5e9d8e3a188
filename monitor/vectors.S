/* SPDX-License-Identifier: BSD-3-Clause */
/* Exceptions to EL3, and the way back to the levels below. */
#include "lib/gprs.inc"
#include "monitor/cpu.h"

	.macro save_general
	stp	x0, x1, [sp]
	gprs_save_2_29
	mrs	x0, elr_el3
	stp	x30, x0, [sp, #240]
	mrs	x0, spsr_el3
	str	x0, [sp, #FRAME_SPSR]
	.endm

	.macro vector handler
	.balign	0x80
	b	\handler
	.endm

	.text
	.balign	0x800
	.global vectors
vectors:
	/* From EL3 itself: must not happen. */
	.rept 8
	vector	from_el3
	.endr
	/* From AArch64 below: only synchronous exceptions are routed to EL3. */
	vector	sync_from_below
	.rept 3
	vector	other_from_below
	.endr
	/* From AArch32 below: a hypervisor's guest may be such at EL1. */
	vector	sync_from_below
	.rept 3
	vector	other_from_below
	.endr

	/* Entered from carry.S with all general registers saved. */
	.global sync_slow
sync_slow:
	mov	x0, sp
	ldr	x1, [sp, #FRAME_STACK]
	mov	sp, x1
	bl	trap_from_below

	/* x0: the frame of the world to run. */
	.global world_resume
world_resume:
	mov	sp, x0
	ldp	x30, x1, [sp, #240]
	msr	elr_el3, x1
	ldr	x2, [sp, #FRAME_SPSR]
	msr	spsr_el3, x2
	gprs_load_2_29
	ldp	x0, x1, [sp]
	eret
	/* Stops speculative execution beyond the return. */
	dsb	nsh
	isb

other_from_below:
	save_general
	mov	x0, sp
	ldr	x1, [sp, #FRAME_STACK]
	mov	sp, x1
	b	panic_from_below

	/*
	 * The stack may be what is broken, so the report has its own. TPIDR_EL3
	 * is not needed any more and keeps X0 during the switch of stacks.
	 */
from_el3:
	msr	tpidr_el3, x0
	mov	x0, sp
	msr	sp_el0, x0
	ldr	x0, =(panic_stack + CPU_STACK_SIZE - FRAME_SIZE)
	mov	sp, x0
	mrs	x0, tpidr_el3
	save_general
	mov	x0, sp
	b	panic_from_el3

	.section .bss.page, "aw", %nobits
	.balign	16
panic_stack:
	.space	CPU_STACK_SIZE
	.section .note.GNU-stack, "", %progbits
