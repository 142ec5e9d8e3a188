/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entry of a test program, on any CPU: MMU off, its own stack. Exceptions of
 * its own level are counted and skipped, so that it can try what may fault.
 */
#include "abi/machine_map.h"

#define STACK_SIZE 0x2000

	.section .text.start, "ax"
	.global _start
_start:
	mrs	x9, mpidr_el1
	and	x9, x9, #0xf
	adrp	x10, stacks
	mov	x11, #STACK_SIZE
	madd	x10, x9, x11, x10
	add	sp, x10, x11
	adrp	x10, payload_vectors
	add	x10, x10, :lo12:payload_vectors
	msr	vbar_el2, x10
	isb
	b	payload_main

	.text
	/* x0: 31 words, X0-X30 of an SMC going in and coming back. */
	.global smc_all
smc_all:
	stp	x19, x20, [sp, #-112]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	str	x0, [sp, #96]
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	smc	#0
	str	x0, [sp, #104]
	ldr	x0, [sp, #96]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	str	x1, [x0, #8]
	ldr	x1, [sp, #104]
	str	x1, [x0]
	ldp	x29, x30, [sp, #80]
	ldp	x27, x28, [sp, #64]
	ldp	x25, x26, [sp, #48]
	ldp	x23, x24, [sp, #32]
	ldp	x21, x22, [sp, #16]
	ldp	x19, x20, [sp], #112
	ret

	/* x0: address. The word there; payload_fault is its ESR if it faults. */
	.global probe_read
probe_read:
	ldr	x0, [x0]
	ret

	/* x0: address, x1: word. */
	.global probe_write
probe_write:
	str	x1, [x0]
	ret

	.balign	0x800
payload_vectors:
	.rept 16
	.balign	0x80
	b	skip
	.endr
skip:
	stp	x9, x10, [sp, #-16]!
	mrs	x9, esr_el2
	adrp	x10, payload_fault
	str	x9, [x10, :lo12:payload_fault]
	mrs	x9, elr_el2
	add	x9, x9, #4
	msr	elr_el2, x9
	ldp	x9, x10, [sp], #16
	eret

	.section .bss.page, "aw", %nobits
	.balign	4096
stacks:
	.space	STACK_SIZE * 16
	.section .note.GNU-stack, "", %progbits
