/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3 enters here on each CPU, with the MMU off
 * (docs/machine.md, Entry of the RMM). Sets up stacks, tables and MMU, and goes
 * on in C. Before the MMU is on, only the image and `booted`, which tells a
 * cold from a warm boot, can be relied on to be in memory: other data may still
 * be in a cache.
 */
#include "abi/rmm_el3.h"
#include "lib/a64.h"
#include "lib/pgtable.h"
#include "rmm/port/a64/cpu.h"

#define TCR_VALUE   (PGTABLE_TCR | PGTABLE_TCR_PS_40BIT | PGTABLE_TCR_RES1)
#define SCTLR_VALUE (SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | \
	SCTLR_WXN)

#define R_AARCH64_RELATIVE 0x403

	.macro	address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	.macro	constant reg, value
	mov	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	.endm

	.section .text.start, "ax"
	.global	_start
_start:
	msr	daifset, #0xf
	mov	x19, x0			/* CPU index */
	mov	x20, x1
	mov	x21, x2
	mov	x22, x3
	mov	x23, x4
	mov	x1, #RMM_EL3_BOOT_CPU_INDEX
	cmp	x19, #RMM_CPUS
	b.hs	refuse
	address	x0, vectors
	msr	vbar_el2, x0
	address	x0, cpu_stacks
	add	x0, x0, x19, lsl #CPU_STACKS_SHIFT
	add	x1, x0, #CPU_EXCEPTION_TOP
	mov	sp, x1
	msr	spsel, #0
	add	x1, x0, #CPU_STACKS_SIZE
	mov	sp, x1
	mov	x29, xzr
	mov	x30, xzr
	address	x0, booted
	ldr	w0, [x0]
	cbnz	w0, warm

cold:
	/* The image is linked for address 0: add its real address. */
	address	x0, image_rela_start
	address	x1, image_rela_end
	adr	x2, _start
1:	cmp	x0, x1
	b.hs	2f
	ldp	x3, x4, [x0], #16
	ldr	x5, [x0], #8
	cmp	x4, #R_AARCH64_RELATIVE
	b.ne	refuse_image
	add	x5, x5, x2
	str	x5, [x2, x3]
	b	1b
2:
	address	x0, image_bss_start
	address	x1, image_bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	mov	x0, x19
	bl	tables_start
	/* Drop stale cache lines of memory that was written with caches off. */
	adr	x0, _start
	address	x1, image_end
1:	dc	civac, x0
	add	x0, x0, #A64_CACHE_LINE
	cmp	x0, x1
	b.lo	1b
	bl	mmu_on
	mov	x0, x19
	mov	x1, x20
	mov	x2, x21
	mov	x3, x22
	b	boot_cold

warm:
	bl	mmu_on
	mov	x0, x19
	b	boot_warm

/* Turns the MMU on with the tables of CPU X19. Changes X0 and X1 only. */
mmu_on:
	address	x0, cpu_roots
	add	x0, x0, x19, lsl #12
	msr	ttbr0_el2, x0
	mov	x1, #PGTABLE_MAIR
	msr	mair_el2, x1
	constant x1, TCR_VALUE
	msr	tcr_el2, x1
	dsb	sy
	isb
	tlbi	alle2
	tlbi	alle1
	ic	iallu
	dsb	sy
	isb
	constant x1, SCTLR_VALUE
	msr	sctlr_el2, x1
	isb
	ret

refuse_image:
	mov	x1, #RMM_EL3_BOOT_UNKNOWN
/* Reports the reason in X1. EL3 does not return. */
refuse:
	constant x0, RMM_EL3_BOOT_COMPLETE
	mov	x2, #0
	smc	#0
1:	wfi
	b	1b
	.section .note.GNU-stack, "", %progbits
