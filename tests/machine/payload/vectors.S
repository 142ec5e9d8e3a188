/* SPDX-License-Identifier: BSD-3-Clause */
/* Load or store all vector registers at X0, at their full length. */
	.arch	armv8.5-a+sve

	.macro	vectors_all op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.endm

	.text
	.global	vectors_load, vectors_store
vectors_load:
	vectors_all ldr
	ret
vectors_store:
	vectors_all str
	ret
	.section .note.GNU-stack, "", %progbits
