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

#define SPSR_A32_SVC 0x1d3 /* A, I and F masked */
#define SCTLR_A32    0xc50838 /* reserved as one; MMU and caches off */

	/*
	 * X0 points to 8 words, R0-R7 before an SMC of EL1 in AArch32 and after
	 * it. The HVC behind it comes back, to a32_back. X19 to X30 of EL2 are
	 * banked registers of AArch32.
	 */
	.global smc_a32
smc_a32:
	sub	sp, sp, #112
	callee_saved_store
	str	x0, [sp, #96]
	msr	hcr_el2, xzr
	ldr	x9, =SCTLR_A32
	msr	sctlr_el1, x9
	mov	x9, #SPSR_A32_SVC
	msr	spsr_el2, x9
	adr	x9, a32
	msr	elr_el2, x9
	isb
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x0, x1, [x0]
	eret
a32:
	.inst	0xe1600070 /* SMC #0 */
	.inst	0xe1400070 /* HVC #0 */
a32_back:
	ldr	x9, [sp, #96]
	stp	x0, x1, [x9]
	stp	x2, x3, [x9, #16]
	stp	x4, x5, [x9, #32]
	stp	x6, x7, [x9, #48]
	ldr	x9, =HCR_IDLE
	msr	hcr_el2, x9
	isb
	callee_saved_load
	add	sp, sp, #112
	ret

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
	.rept 12
	.balign	0x80
	b	skip
	.endr
	.balign	0x80
	b	a32_back
	.rept 3
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
