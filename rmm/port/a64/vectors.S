/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exception vectors. An exception in the RMM itself is either a refused access
 * to memory of the host, which trap_sync() repairs, or fatal. An exception from
 * a Realm ends rec_switch(), whose stack pointer is in struct cpu.
 */
#include "lib/gprs.inc"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/rec_switch.h"

#define FRAME_SIZE 288

	.macro	vector
	.balign	0x80
	.endm

	.macro	save
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	gprs_save_2_29
	mrs	x0, elr_el2
	stp	x30, x0, [sp, #240]
	mrs	x0, esr_el2
	mrs	x1, far_el2
	stp	x0, x1, [sp, #256]
	mrs	x0, spsr_el2
	str	x0, [sp, #272]
	mov	x0, sp
	.endm

	.macro	fatal name
	vector
	b	fatal_\name
	.endm

	.macro	fatal_entry name, index
fatal_\name:
	save
	mov	w1, #\index
	b	trap_fatal
	.endm

	/* The exception stack itself may be the cause, so start at its top. */
	.macro	fatal_nested name, index
fatal_\name:
	mrs	x18, tpidr_el2
	ldr	w18, [x18]
	adrp	x17, cpu_stacks
	add	x17, x17, :lo12:cpu_stacks
	add	x17, x17, x18, lsl #CPU_STACKS_SHIFT
	add	x17, x17, #CPU_EXCEPTION_TOP
	mov	sp, x17
	save
	mov	w1, #\index
	b	trap_fatal
	.endm

	/* SP points to the REC's block of registers. */
	.macro	leave why
	vector
	stp	x0, x1, [sp]
	mov	x0, #\why
	b	rec_switch_back
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global	vectors
vectors:
	vector
	b	sync
	fatal	irq
	fatal	fiq
	fatal	serror
	fatal	nested_sync
	fatal	nested_irq
	fatal	nested_fiq
	fatal	nested_serror
	.rept 2 /* A64, A32 */
	leave	REC_SWITCH_SYNC
	leave	REC_SWITCH_IRQ
	leave	REC_SWITCH_FIQ
	leave	REC_SWITCH_SERROR
	.endr
	.balign	0x80

sync:
	save
	bl	trap_sync
	ldr	x0, [sp, #248]
	msr	elr_el2, x0
	ldr	x0, [sp, #272]
	msr	spsr_el2, x0
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldr	x18, [sp, #144]
	ldr	x30, [sp, #240]
	add	sp, sp, #FRAME_SIZE
	eret

	fatal_entry irq, 1
	fatal_entry fiq, 2
	fatal_entry serror, 3
	fatal_nested nested_sync, 4
	fatal_nested nested_irq, 5
	fatal_nested nested_fiq, 6
	fatal_nested nested_serror, 7
	.section .note.GNU-stack, "", %progbits
