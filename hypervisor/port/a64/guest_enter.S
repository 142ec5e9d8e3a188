/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entering and leaving an ordinary guest. While the guest runs, SP stays as
 * guest_enter left it, so a vector finds the address of struct vcpu_regs on the
 * stack.
 */
#include "lib/gprs.inc"
#include "hypervisor/port/a64/guest.h"

	/* The compiler does not use the SIMD registers. */
	.arch_extension simd

#define FRAME_REGS CALLEE_SAVED_SIZE
#define FRAME_SIZE (CALLEE_SAVED_SIZE + 16)

	.text
	.global guest_enter
	.type guest_enter, %function
guest_enter:
	sub	sp, sp, #FRAME_SIZE
	callee_saved_store
	str	x0, [sp, #FRAME_REGS]
	ldp	x1, x2, [x0, #GUEST_PC]
	msr	elr_el2, x1
	msr	spsr_el2, x2
	gprs_load_2_29 x0
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	/* Prevents speculation past the ERET. */
	dsb	nsh
	isb
	.size guest_enter, . - guest_enter

/* Entered from a vector. The guest's X0 and X1 are on the stack; X1 is the
 * reason. */
	.global guest_leave
	.type guest_leave, %function
guest_leave:
	ldr	x0, [sp, #(16 + FRAME_REGS)]
	gprs_save_2_29 x0
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	str	x30, [x0, #240]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x0, #GUEST_PC]
	mov	x0, x1
	callee_saved_load
	add	sp, sp, #FRAME_SIZE
	ret
	.size guest_leave, . - guest_leave

	.macro	simd_all op
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	simd_pair \op, \n, %(\n + 1)
	.endr
	.endm

	.altmacro
	.macro	simd_pair op, a, b
	\op	q\a, q\b, [x0, #(16 * \a)]
	.endm

	.global guest_fp_save
	.type guest_fp_save, %function
guest_fp_save:
	simd_all stp
	mrs	x1, fpcr
	mrs	x2, fpsr
	add	x0, x0, #512
	stp	x1, x2, [x0]
	ret
	.size guest_fp_save, . - guest_fp_save

	.global guest_fp_load
	.type guest_fp_load, %function
guest_fp_load:
	simd_all ldp
	add	x0, x0, #512
	ldp	x1, x2, [x0]
	msr	fpcr, x1
	msr	fpsr, x2
	ret
	.size guest_fp_load, . - guest_fp_load

	.section .note.GNU-stack, "", %progbits
