/* SPDX-License-Identifier: BSD-3-Clause */
/* The exception vectors of EL2. Each saves a frame and calls trap(), or leaves
 * a guest. */
#include "lib/gprs.inc"
#include "hypervisor/port/a64/core_layout.h"
#include "hypervisor/port/a64/guest.h"

/*
 * A vector of EL2 itself; vectors are 128 bytes apart. `which` is trap()'s
 * second argument. Until the frame is known to fit on the stack, SP is the only
 * register that can be used. So for a while SP holds the frame's address plus
 * X0, and X0 the frame's address.
 */
	.macro vector which
	.balign	0x80
	sub	sp, sp, #TRAP_FRAME_SIZE
	add	sp, sp, x0
	sub	x0, sp, x0
	tbz	x0, #CORE_STACK_BIT, 1f
	sub	x0, sp, x0
	sub	sp, sp, x0
	stp	x0, x1, [sp, #0]
	mov	x1, #\which
	b	trap_enter
	/* The machine will be turned off, so what these two registers held does
	 * not matter. */
1:	msr	tpidrro_el0, x0
	sub	x0, sp, x0
	msr	tpidr_el0, x0
	adrp	x0, overflow_stack_end
	add	x0, x0, :lo12:overflow_stack_end
	sub	sp, x0, #TRAP_FRAME_SIZE
	mrs	x0, tpidr_el0
	stp	x0, x1, [sp, #0]
	mov	x1, #TRAP_OVERFLOW + \which
	b	trap_enter
	.endm

/* A vector for exceptions from a lower EL: an ordinary guest was left for the
 * reason GUEST_LEFT_<why>. */
	.macro vector_guest why
	.balign	0x80
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\why
	b	guest_leave
	.endm

	.section .bss.overflow_stack, "aw", %nobits
	.balign	16
	.space	0x1000
overflow_stack_end:

	.section .text.vectors, "ax", %progbits
	.balign	0x800
	.global vectors
vectors:
	.irp	which, 0, 1, 2, 3, 4, 5, 6, 7
	vector	\which
	.endr
	/* From A64, and from A32, in which a guest's EL0 may be. */
	.rept	2
	vector_guest GUEST_LEFT_SYNC
	vector_guest GUEST_LEFT_IRQ
	vector_guest GUEST_LEFT_FIQ
	vector_guest GUEST_LEFT_SERROR
	.endr

	.balign	0x80
	.type trap_enter, %function
trap_enter:
	gprs_save_2_29
	add	x2, sp, #TRAP_FRAME_SIZE
	stp	x30, x2, [sp, #240]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [sp, #TRAP_FRAME_ELR]
	mov	x0, sp
	bl	trap
	ldp	x2, x3, [sp, #TRAP_FRAME_ELR]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	gprs_load_2_29
	ldp	x0, x1, [sp, #0]
	ldr	x30, [sp, #240]
	add	sp, sp, #TRAP_FRAME_SIZE
	eret
	.size trap_enter, . - trap_enter

	.section .note.GNU-stack, "", %progbits
