/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least that EL3 can do for a request to another world and back. Each SMC
 * changes SCR_EL3.NSE, which costs QEMU a flush of its TLBs, and returns to the
 * caller, which is in the other world then. So two SMCs are a round trip.
 * Granule protection is on, as on any machine with worlds, and allows every
 * access. This program is in the monitor's place in flash. It copies the
 * hypervisor to its address and enters it. PSCI SYSTEM_OFF turns the machine
 * off.
 */
#include "abi/machine_map.h"
#include "abi/psci.h"
#include "lib/a64.h"
#include "lib/pstate.h"
#include "monitor/core/el3_regs.h"

#define HEADER      0x80000
#define PART_HYP    (HEADER + 24 + 16 * 2)
#define SCR_NORMAL  (SCR_NS | SCR_RES1 | SCR_HCE | SCR_RW)
#define GPIO_DIR    (MACHINE_SEC_GPIO + 0x400)
#define GPIO_LINE_0 (MACHINE_SEC_GPIO + 4)

#define GPT_L0_BYTES  0x2000
#define GPT_BLOCK_ANY 0xf1
#define GPCCR_VALUE   0x13502 /* 1 TiB, write-back tables, 4 KiB, on */

	.section .text.start, "ax"
	.global _start
_start:
	mrs	x0, mpidr_el1
	and	x0, x0, #0xf
	cbnz	x0, park
	adr	x0, vectors
	msr	vbar_el3, x0
	ldr	x0, =SCR_NORMAL
	msr	scr_el3, x0
	ldr	x0, =PART_HYP
	ldp	x1, x2, [x0]
	ldr	x3, =MACHINE_HYP_BASE
	add	x2, x2, x1
1:	ldp	x4, x5, [x1], #16
	stp	x4, x5, [x3], #16
	cmp	x1, x2
	b.lo	1b

	/* 1024 blocks of 1 GiB, each accessible to every world. */
	ldr	x0, =MACHINE_SECURE_RAM_BASE
	mov	x1, #GPT_L0_BYTES
	mov	x2, #GPT_BLOCK_ANY
2:	sub	x1, x1, #8
	str	x2, [x0, x1]
	cbnz	x1, 2b
	lsr	x0, x0, #12
	msr	GPTBR_EL3, x0
	ldr	x0, =GPCCR_VALUE
	msr	GPCCR_EL3, x0
	isb
	sys	#6, c8, c1, #4		/* TLBI PAALLOS */
	dsb	sy

	ldr	x0, =SCTLR_RES1
	msr	sctlr_el2, x0
	msr	hcr_el2, xzr
	ldr	x0, =MACHINE_HYP_BASE
	msr	elr_el3, x0
	mov	x0, #PSTATE_EL2H_MASKED
	msr	spsr_el3, x0
	isb
	eret
park:
	wfi
	b	park

off:
	ldr	x0, =GPIO_DIR
	mov	w1, #3
	str	w1, [x0]
	ldr	x0, =GPIO_LINE_0
	str	wzr, [x0]
	mov	w1, #1
	str	w1, [x0]
	b	park

	.balign	0x800
vectors:
	.rept	8
	.balign	0x80
	b	park
	.endr
	.balign	0x80
	movz	w9, #(PSCI_SYSTEM_OFF & 0xffff)
	movk	w9, #(PSCI_SYSTEM_OFF >> 16), lsl #16
	cmp	w0, w9
	b.eq	off
	mrs	x8, scr_el3
	eor	x8, x8, #(1 << 62) /* SCR_NSE */
	msr	scr_el3, x8
	eret
	.section .note.GNU-stack, "", %progbits
