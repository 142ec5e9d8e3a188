/* SPDX-License-Identifier: BSD-3-Clause */
/* Entry of a payload. */
	.section .text.start, "ax"
	.global _start
_start:
	b	payload_main
	.section .note.GNU-stack, "", %progbits
