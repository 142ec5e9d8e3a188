/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entry of the payload that drives the RMM, for the first CPU and for those
 * that PSCI CPU_ON starts; accesses that may fault; vector registers.
 */
#include "lib/a64.h"

#define STACK_SIZE 0x4000

	.arch	armv8.5-a+sve
	.section .text.start, "ax"
	.global	_start, secondary_start
_start:
	msr	daifset, #0xf
	adrp	x0, image_bss_start
	adrp	x1, image_bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:	mov	x19, #0
	adr	x20, payload_main
	b	enter

/* X0: the context of CPU_ON, the number of the stack. */
secondary_start:
	mov	x19, x0
	adr	x20, payload_secondary

enter:
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el2, x0
	mov	x0, #0x22ff		/* CPTR_EL2: FP, SVE and SME do not trap */
	msr	cptr_el2, x0
	mov	x0, #0xf
	msr	S3_4_C1_C2_0, x0	/* ZCR_EL2: the longest vectors */
	isb
	adrp	x0, stacks
	add	x0, x0, :lo12:stacks
	add	x1, x19, #1
	mov	x2, #STACK_SIZE
	madd	x0, x1, x2, x0
	mov	sp, x0
	blr	x20
1:	wfi
	b	1b

	.text
/* X0 address, X1 value to store, X2 whether to; gives ESR_EL2 or 0. */
	.global	probe
probe:
	mov	x3, #0
	cbnz	x2, 1f
	ldr	x4, [x0]
	b	probe_end
1:	str	x1, [x0]
probe_end:
	dsb	sy
	mov	x0, x3
	ret

/* All vector registers from, or to, X0 at their full length. */
	.global	vectors_load, vectors_store
vectors_load:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	z\n, [x0, #\n, mul vl]
	.endr
	ret
vectors_store:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	z\n, [x0, #\n, mul vl]
	.endr
	ret

/* A fault of probe goes on behind the access with its syndrome; others end. */
	.balign	0x800
vectors:
	.balign	0x80
	b	.
	.org	vectors + 0x200
	mrs	x3, esr_el2
	mrs	x4, elr_el2
	adr	x5, probe
	cmp	x4, x5
	b.lo	payload_trap
	adr	x5, probe_end
	cmp	x4, x5
	b.hs	payload_trap
	msr	elr_el2, x5
	eret
	.org	vectors + 0x800

	.section .bss.page, "aw", %nobits
	.balign	16
stacks:
	.space	4 * STACK_SIZE
	.section .note.GNU-stack, "", %progbits
