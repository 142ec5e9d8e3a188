/* SPDX-License-Identifier: BSD-3-Clause */
/* Saving and loading the vector registers; see fp_save.h. */
	.arch	armv8.2-a+sve

	.macro	function name
	.global	\name
	.type	\name, %function
\name:
	.endm

	.macro	simd_all op
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	simd_pair \op, \n, %(\n + 1)
	.endr
	.endm

	.altmacro
	.macro	simd_pair op, a, b
	\op	q\a, q\b, [x0, #(16 * \a)]
	.endm

	.macro	sve_all op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.endm

	.macro	predicate_all op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	p\n, [x1, #\n, mul vl]
	.endr
	.endm

	.text

function fp_save_simd
	simd_all stp
	ret

function fp_load_simd
	simd_all ldp
	ret

/* The first-fault register goes through P0, which has been saved by then. */
function fp_save_sve
	sve_all	str
	predicate_all str
	cbz	w2, 1f
	rdffr	p0.b
	str	p0, [x1, #16, mul vl]
1:	ret

function fp_load_sve
	cbz	w2, 1f
	ldr	p0, [x1, #16, mul vl]
	wrffr	p0.b
1:	sve_all	ldr
	predicate_all ldr
	ret
