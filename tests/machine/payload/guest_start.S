/* SPDX-License-Identifier: BSD-3-Clause */
/* Entry, exceptions and single instructions of the program in the Realm. */
#include "tests/machine/payload/guest.h"
#include "tests/registers.inc"

#define STACK_SIZE 0x2000

	.arch	armv8.5-a+sve

	.text
	/* X9 = this vCPU's struct guest_cpu. Changes X10. */
	.macro cpu_address
	mrs	x9, mpidr_el1
	and	x9, x9, #0xf
	mov	x10, #GUEST_CPU_SIZE
	mul	x9, x9, x10
	adrp	x10, guest_cpus
	add	x10, x10, :lo12:guest_cpus
	add	x9, x9, x10
	.endm

	.global	guest_entry
guest_entry:
	cpu_address
	mov	x1, x9
	mrs	x9, mpidr_el1
	and	x9, x9, #0xf
	adrp	x10, guest_stacks
	add	x10, x10, #STACK_SIZE
	mov	x11, #STACK_SIZE
	madd	x10, x9, x11, x10
	mov	sp, x10
	adrp	x10, guest_vectors
	add	x10, x10, :lo12:guest_vectors
	msr	vbar_el1, x10
	mov	x10, #0x03330000	/* SMEN, FPEN, ZEN */
	msr	cpacr_el1, x10
	isb
	b	guest_main

	/* After a failed fetch continues at the return address, after any other
	 * exception behind the instruction. */
	.balign	0x800
guest_vectors:
	.rept	16
	.balign	0x80
	b	guest_skip
	.endr
guest_skip:
	stp	x9, x10, [sp, #-32]!
	stp	x11, x12, [sp, #16]
	cpu_address
	add	x9, x9, #GUEST_FAULT
	ldr	x10, [x9]
	add	x10, x10, #1
	mrs	x11, esr_el1
	stp	x10, x11, [x9]
	mrs	x10, far_el1
	mrs	x12, elr_el1
	stp	x10, x12, [x9, #16]
	mrs	x10, spsr_el1
	str	x10, [x9, #32]
	add	x12, x12, #4
	lsr	x11, x11, #27
	cmp	x11, #0x10		/* instruction aborts */
	csel	x12, x30, x12, eq
	msr	elr_el1, x12
	ldp	x11, x12, [sp, #16]
	ldp	x9, x10, [sp], #32
	eret

	/* Jumps to entry X0 of a table of instructions, each with its
	 * return. */
	.macro pick table
	adr	x9, \table
	add	x9, x9, x0, lsl #4
	br	x9
	.endm
	.macro	entry instruction:vararg
	\instruction
	mov	x0, x2
	ret
	nop
	.endm

	.global	guest_try, guest_loads
guest_try:
	mov	x2, #-1
	pick	guest_loads
	.balign	16
guest_loads:
	entry	ldrb w2, [x1]
	entry	ldrh w2, [x1]
	entry	ldr w2, [x1]
	entry	ldr x2, [x1]
	entry	ldrsb w2, [x1]
	entry	ldrsb x2, [x1]
	entry	ldrsh w2, [x1]
	entry	ldrsh x2, [x1]
	entry	ldrsw x2, [x1]
	entry	ldr xzr, [x1]
	entry	ldp x2, x3, [x1]

	.global	guest_store, guest_stores
guest_store:
	pick	guest_stores
	.balign	16
guest_stores:
	entry	strb w2, [x1]
	entry	strh w2, [x1]
	entry	str w2, [x1]
	entry	str x2, [x1]
	entry	str xzr, [x1]
	entry	stp x2, x2, [x1]

	.global	guest_jump
guest_jump:
	stp	x29, x30, [sp, #-16]!
	blr	x0
	ldp	x29, x30, [sp], #16
	ret

	.global	guest_ping
guest_ping:
	mov	x9, x0
1:	mov	x0, #0x0199
	movk	x0, #0xc400, lsl #16
	mov	x1, x9
	smc	#0
	ldr	x0, [x9, #8]
	cmp	x0, #1			/* GUEST_PING */
	b.eq	1b
	ret

	all_registers guest_general, wfi

	.macro	vectors_all op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	q\n, [x0, #(16 * \n)]
	.endr
	.endm
	.global	guest_vectors_load, guest_vectors_store
guest_vectors_load:
	vectors_all ldr
	ret
guest_vectors_store:
	vectors_all str
	ret

	.section .bss.page, "aw", %nobits
	.balign	4096
guest_stacks:
	.space	STACK_SIZE * GUEST_CPUS
	.section .note.GNU-stack, "", %progbits
