/* SPDX-License-Identifier: BSD-3-Clause */
/* The probe's exception vectors, and accesses that may fault. */
#include "lib/gprs.inc"
#include "lib/pstate.h"

#define FRAME_SIZE 272

	.macro	entry handler
	.balign	0x80
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	adr	x0, \handler
	b	enter
	.endm

	.text
	.balign	0x800
	.global	guest_vectors
guest_vectors:
	.rept	4
	entry	exception_other
	.endr
	entry	exception_sync
	entry	exception_irq
	.rept	10
	entry	exception_other
	.endr

enter:
	gprs_save_2_29
	mrs	x1, elr_el1
	stp	x30, x1, [sp, #240]
	mrs	x1, spsr_el1
	str	x1, [sp, #256]
	mov	x1, x0
	mov	x0, sp
	blr	x1
	ldr	x1, [sp, #256]
	msr	spsr_el1, x1
	ldp	x30, x1, [sp, #240]
	msr	elr_el1, x1
	gprs_load_2_29
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

	.global	access_read, access_write, access_fetch, access_step
access_read:
	ldr	x0, [x0]
	ret
access_write:
	str	x1, [x0]
	ret
access_fetch:
	stp	x29, x30, [sp, #-16]!
	blr	x0
	ldp	x29, x30, [sp], #16
	ret
access_step:
	stp	x29, x30, [sp, #-16]!
	mov	x1, #(PSTATE_EL1H | PSTATE_A | PSTATE_I | PSTATE_F)
	orr	x1, x1, #PSTATE_SS
	msr	spsr_el1, x1
	msr	elr_el1, x0
	adr	x30, 1f
	eret
1:	ldp	x29, x30, [sp], #16
	ret
	.section .note.GNU-stack, "", %progbits
