/* SPDX-License-Identifier: BSD-3-Clause */
/* The copy from and to Non-secure memory, which may fault; see ns_copy.h. */
	.text
	.global	ns_copy, ns_copy_fault, ns_copy_end

/* X0 to, X1 from, X2 size. No stack: a fault goes on at ns_copy_fault. */
	.type	ns_copy, %function
ns_copy:
	orr	x3, x0, x1
	tst	x3, #7
	b.ne	2f
1:	subs	x3, x2, #16
	b.lo	2f
	ldp	x4, x5, [x1], #16
	stp	x4, x5, [x0], #16
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
