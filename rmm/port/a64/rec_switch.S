/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entering a Realm and returning from it (rec_switch.h). While the Realm runs,
 * SP_EL2 points to its block of registers, so a vector needs no general
 * register to save them. vectors.S saves X0 and X1 and jumps to
 * rec_switch_back.
 */
#include "lib/gprs.inc"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/rec_switch.h"

	.text
	.global	rec_switch, rec_switch_back
	.type	rec_switch, %function
rec_switch:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mrs	x9, tpidr_el2
	mov	x10, sp
	str	x10, [x9, #CPU_STACK]
	ldr	x10, [x0, #REC_SWITCH_SP_EL0]
	msr	spsel, #1
	msr	sp_el0, x10
	mov	sp, x0
	gprs_load_2_29
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp]
	eret
	/* Barriers: nothing beyond the return is executed speculatively. */
	dsb	nsh
	isb

/*
 * X0: REC_SWITCH_*. X1 has been saved. The barrier completes the Realm's writes
 * as far as errors go: an SError that one of them provokes is now in DISR_EL1,
 * and not pending until the host takes it.
 */
rec_switch_back:
	esb
	gprs_save_2_29
	mrs	x1, sp_el0
	stp	x30, x1, [sp, #240]
	mrs	x9, tpidr_el2
	ldp	x10, x11, [x9, #CPU_STACK]
	mov	sp, x11
	msr	spsel, #0
	mov	sp, x10
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #96
	ret
	.section .note.GNU-stack, "", %progbits
