/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the two readings of the counter there is only the call. */
	.macro	smc_twice
	smc	#0
	smc	#0
	.endm

	.macro	measured name, instructions:vararg
	.global	\name
\name:
	stp	x29, x30, [sp, #-16]!
	mov	x12, x0
	ldp	x0, x1, [x12]
	ldp	x2, x3, [x12, #16]
	isb
	mrs	x13, cntvct_el0
	\instructions
	mrs	x14, cntvct_el0
	stp	x0, x1, [x12]
	stp	x2, x3, [x12, #16]
	sub	x0, x14, x13
	ldp	x29, x30, [sp], #16
	ret
	.endm

	.text
	measured bench_smc, smc #0
	measured bench_smc_twice, smc_twice
	measured bench_nop, nop
	.section .note.GNU-stack, "", %progbits
