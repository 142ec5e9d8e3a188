/* SPDX-License-Identifier: BSD-3-Clause */
/* Reset. */
	.section .text.start, "ax"
	.global _start
_start:
1:	wfi
	b	1b
