/* SPDX-License-Identifier: BSD-3-Clause */
/* The change of a world's registers, for C. */
#include "monitor/context.inc"

	.text
	.global context_switch
	.type context_switch, %function
context_switch:
	stp	x18, x19, [sp, #-64]!
	stp	x20, x21, [sp, #16]
	stp	x22, x23, [sp, #32]
	stp	x24, x25, [sp, #48]
	mov	x8, x0
	mov	x9, x1
	CONTEXT_CHANGE
	ldp	x24, x25, [sp, #48]
	ldp	x22, x23, [sp, #32]
	ldp	x20, x21, [sp, #16]
	ldp	x18, x19, [sp], #64
	ret
	.section .note.GNU-stack, "", %progbits
