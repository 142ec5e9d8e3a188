/* SPDX-License-Identifier: BSD-3-Clause */
/* The call to EL3 that returns with a request of the host; see el3.h. */
	.text
	.global	el3_request_next
	.type	el3_request_next, %function
el3_request_next:
	stp	x30, x0, [sp, #-16]!
	ldr	x8, [x0, #56]
	ldp	x6, x7, [x0, #40]
	ldp	x4, x5, [x0, #24]
	ldp	x2, x3, [x0, #8]
	mov	x9, x1
	ldr	x1, [x0]
	mov	x0, x9
	smc	#0
	ldp	x30, x9, [sp], #16
	stp	x0, x1, [x9]
	stp	x2, x3, [x9, #16]
	stp	x4, x5, [x9, #32]
	stp	x6, x7, [x9, #48]
	ret
	.section .note.GNU-stack, "", %progbits
