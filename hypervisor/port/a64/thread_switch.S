/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers that a call preserves, to one stack and from another. */
	.text
	.global thread_switch
	.type thread_switch, %function
thread_switch:
	sub	sp, sp, #96
	stp	x19, x20, [sp]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	mov	x2, sp
	str	x2, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	add	sp, sp, #96
	ret
	.size thread_switch, . - thread_switch

	.global thread_begin
	.type thread_begin, %function
thread_begin:
	mov	x0, x19
	bl	thread_main
	b	.
	.size thread_begin, . - thread_begin

	.section .note.GNU-stack, "", %progbits
