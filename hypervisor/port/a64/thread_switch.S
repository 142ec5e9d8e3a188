/* SPDX-License-Identifier: BSD-3-Clause */
/* Stores the registers that a call preserves on one stack, and loads them from
 * another. */
#include "lib/gprs.inc"

	.text
	.global thread_switch
	.type thread_switch, %function
thread_switch:
	sub	sp, sp, #CALLEE_SAVED_SIZE
	callee_saved_store
	mov	x2, sp
	str	x2, [x0]
	mov	sp, x1
	callee_saved_load
	add	sp, sp, #CALLEE_SAVED_SIZE
	ret
	.size thread_switch, . - thread_switch

	.global thread_begin
	.type thread_begin, %function
thread_begin:
	mov	x0, x19
	bl	thread_main
	b	.
	.size thread_begin, . - thread_begin

	.section .note.GNU-stack, "", %progbits
