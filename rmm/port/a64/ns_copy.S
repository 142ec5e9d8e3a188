/* SPDX-License-Identifier: BSD-3-Clause */
/* Copying from and to Non-secure memory, which may fault; see ns_copy.h. */
	.text
	.global	ns_copy, ns_copy_fault, ns_copy_end

/* X0: destination, X1: source, X2: size. Uses no stack, since a fault continues
 * at ns_copy_fault. */
	.type	ns_copy, %function
ns_copy:
	orr	x3, x0, x1
	tst	x3, #7
	b.ne	2f
1:	subs	x3, x2, #64
	b.lo	2f
	ldp	x4, x5, [x1]
	ldp	x6, x7, [x1, #16]
	ldp	x8, x9, [x1, #32]
	ldp	x10, x11, [x1, #48]
	add	x1, x1, #64
	stp	x4, x5, [x0]
	stp	x6, x7, [x0, #16]
	stp	x8, x9, [x0, #32]
	stp	x10, x11, [x0, #48]
	add	x0, x0, #64
	mov	x2, x3
	b	1b
2:	cbz	x2, 3f
	ldrb	w4, [x1], #1
	strb	w4, [x0], #1
	sub	x2, x2, #1
	b	2b
3:	mov	w0, #1
	ret
ns_copy_fault:
	mov	w0, #0
	ret
ns_copy_end:
