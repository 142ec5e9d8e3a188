/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SHA-256 by the CPU's instructions for it (FIPS 180-4, 6.2; DDI0487 C7); see
 * sha256.h. An instruction does four rounds, so V0 and V1 hold the working
 * variables, V2 to V5 the sixteen words that the next rounds need, V6 and V7 the
 * chaining value, and V16 to V31 the constants.
 */
	.arch	armv8-a+crypto

	/* Four rounds with the words in w0 and the constants in k. */
	.macro	rounds k, w0
	add	v8.4s, \w0\().4s, \k\().4s
	mov	v9.16b, v0.16b
	sha256h	q0, q1, v8.4s
	sha256h2 q1, q9, v8.4s
	.endm

	/* The same, and then w0 becomes the words that are used 16 rounds
	 * later. */
	.macro	rounds_more k, w0, w1, w2, w3
	rounds	\k, \w0
	sha256su0 \w0\().4s, \w1\().4s
	sha256su1 \w0\().4s, \w2\().4s, \w3\().4s
	.endm

	.text
	.global	sha256_blocks
	.type	sha256_blocks, %function
sha256_blocks:
	adrp	x3, constants
	add	x3, x3, :lo12:constants
	ld1	{v16.4s-v19.4s}, [x3], #64
	ld1	{v20.4s-v23.4s}, [x3], #64
	ld1	{v24.4s-v27.4s}, [x3], #64
	ld1	{v28.4s-v31.4s}, [x3]
	ld1	{v0.16b-v1.16b}, [x0]
	rev32	v0.16b, v0.16b
	rev32	v1.16b, v1.16b
1:	ld1	{v2.16b-v5.16b}, [x1], #64
	rev32	v2.16b, v2.16b
	rev32	v3.16b, v3.16b
	rev32	v4.16b, v4.16b
	rev32	v5.16b, v5.16b
	mov	v6.16b, v0.16b
	mov	v7.16b, v1.16b
	rounds_more v16, v2, v3, v4, v5
	rounds_more v17, v3, v4, v5, v2
	rounds_more v18, v4, v5, v2, v3
	rounds_more v19, v5, v2, v3, v4
	rounds_more v20, v2, v3, v4, v5
	rounds_more v21, v3, v4, v5, v2
	rounds_more v22, v4, v5, v2, v3
	rounds_more v23, v5, v2, v3, v4
	rounds_more v24, v2, v3, v4, v5
	rounds_more v25, v3, v4, v5, v2
	rounds_more v26, v4, v5, v2, v3
	rounds_more v27, v5, v2, v3, v4
	rounds	v28, v2
	rounds	v29, v3
	rounds	v30, v4
	rounds	v31, v5
	add	v0.4s, v0.4s, v6.4s
	add	v1.4s, v1.4s, v7.4s
	subs	x2, x2, #1
	b.ne	1b
	rev32	v0.16b, v0.16b
	rev32	v1.16b, v1.16b
	st1	{v0.16b-v1.16b}, [x0]
	ret

	.section .rodata
	.balign	16
constants:
	.word	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5
	.word	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
	.word	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
	.word	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
	.word	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc
	.word	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
	.word	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7
	.word	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
	.word	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
	.word	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
	.word	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3
	.word	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
	.word	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5
	.word	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
	.word	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
	.word	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
	.section .note.GNU-stack, "", %progbits
