/* SPDX-License-Identifier: BSD-3-Clause */
/* The exchange of a world's registers, as a function for C. */
#include "monitor/context.inc"

	.text
	.global context_switch
	.type context_switch, %function
context_switch:
	mov	x8, x0
	mov	x9, x1
	CONTEXT_CHANGE
	ret
	.section .note.GNU-stack, "", %progbits
