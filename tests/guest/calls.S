/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls out of the probe, and registers that must survive them. */
#include "lib/conduit.inc"
#include "tests/registers.inc"

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

	.text
	conduit	guest_smc, smc
	conduit	guest_hvc, hvc
	all_registers registers_wfi, wfi
	all_registers registers_smc, smc #0
	all_registers registers_hvc, hvc #0
	all_registers registers_load, ldr w0, [x1]

	.arch	armv8.5-a+fp+simd
	.global	vectors_load, vectors_store
vectors_load:
	vectors_all ldp
	ret
vectors_store:
	vectors_all stp
	ret
	.section .note.GNU-stack, "", %progbits
