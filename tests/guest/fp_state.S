/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading and storing Q0-Q31, FPCR and FPSR; a division. */
	.macro	vectors_all op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #32]
	\op	q4, q5, [x0, #64]
	\op	q6, q7, [x0, #96]
	\op	q8, q9, [x0, #128]
	\op	q10, q11, [x0, #160]
	\op	q12, q13, [x0, #192]
	\op	q14, q15, [x0, #224]
	\op	q16, q17, [x0, #256]
	\op	q18, q19, [x0, #288]
	\op	q20, q21, [x0, #320]
	\op	q22, q23, [x0, #352]
	\op	q24, q25, [x0, #384]
	\op	q26, q27, [x0, #416]
	\op	q28, q29, [x0, #448]
	\op	q30, q31, [x0, #480]
	.endm

	.arch	armv8.5-a+fp+simd
	.text
	.global	vectors_load, vectors_store
vectors_load:
	vectors_all ldp
	ret
vectors_store:
	vectors_all stp
	ret

	.global	fp_load, fp_store, fp_third
fp_load:
	vectors_all ldp
	ldr	x1, [x0, #512]
	ldr	x2, [x0, #520]
	msr	fpcr, x1
	msr	fpsr, x2
	ret
fp_store:
	vectors_all stp
	mrs	x1, fpcr
	mrs	x2, fpsr
	str	x1, [x0, #512]
	str	x2, [x0, #520]
	ret
fp_third:
	fmov	d0, #1.0
	fmov	d1, #3.0
	fdiv	d0, d0, d1
	fmov	x0, d0
	ret
	.section .note.GNU-stack, "", %progbits
