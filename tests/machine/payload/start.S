/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entry of a test program, on any CPU: MMU off, a stack for each CPU. An
 * exception in the program leaves its syndrome in payload_fault and skips the
 * instruction, so that the program can make accesses that may fault.
 */
#include "abi/machine_map.h"
#include "lib/a64.h"
#include "tests/registers.inc"

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
	/* The values that the hypervisor has while no guest runs. */
	ldr	x10, =HCR_IDLE
	msr	vttbr_el2, xzr
	msr	hcr_el2, x10
	isb
	b	payload_main

	.text
	/* Makes an SMC with X0-X30 from memory, and stores them afterwards. */
	all_registers smc_all, smc #0

	/* X0: address. Returns the word there; sets payload_fault if it
	 * faults. */
	.global probe_read
probe_read:
	ldr	x0, [x0]
	ret

	/* X0: address, X1: word. */
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
