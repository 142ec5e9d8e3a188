/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where cores enter, at NS-EL2 with the MMU off and DAIF masked. The boot core
 * enters at the first byte of the image, wherever that was loaded, with the
 * device tree's address in X0; every other core at core_entry, with the address
 * of its struct core in X0, as CPU_ON was told.
 */
#include "abi/hypervisor_mark.h"
#include "abi/machine_map.h"
#include "hypervisor/port/a64/core_layout.h"
#include "lib/a64.h"

#define R_AARCH64_RELATIVE 0x403

	.section .text.start, "ax", %progbits
	.global _start
	.type _start, %function
_start:
	b	1f
	.balign	HYPERVISOR_MARK_OFFSET
	.asciz	HYPERVISOR_MARK
1:	mov	x19, x0
	/* Addresses in the image are those for MACHINE_HYP_BASE: X2 is what
	 * they differ by. A relocation of another kind cannot be applied. */
	adr	x2, _start
	ldr	x3, =MACHINE_HYP_BASE
	sub	x2, x2, x3
	adrp	x0, image_rela_start
	add	x0, x0, :lo12:image_rela_start
	adrp	x1, image_rela_end
	add	x1, x1, :lo12:image_rela_end
1:	cmp	x0, x1
	b.hs	3f
	ldp	x3, x4, [x0], #16
	ldr	x5, [x0], #8
	cmp	x4, #R_AARCH64_RELATIVE
2:	b.ne	2b
	add	x5, x5, x2
	str	x5, [x3, x2]
	b	1b
3:	adrp	x0, image_bss_start
	adrp	x1, image_bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	adrp	x20, cores
	add	x20, x20, :lo12:cores
	bl	core_setup
	mov	x0, x19
	bl	hypervisor_main
	b	.
	.size _start, . - _start

	.text
	.global core_entry
	.type core_entry, %function
core_entry:
	mov	x20, x0
	bl	core_setup
	mov	x0, x20
	bl	core_main
	b	.
	.size core_entry, . - core_entry

/*
 * X20 is the struct core. No guest runs, so nothing at EL2 depends on HCR_EL2.
 */
	.type core_setup, %function
core_setup:
	ldr	x0, =HCR_IDLE
	msr	vttbr_el2, xzr
	msr	hcr_el2, x0
	mov	x0, #CPTR_EL2_NO_FP_TRAP
	msr	cptr_el2, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el2, x0
	isb
	msr	tpidr_el2, x20
	add	x0, x20, #CORE_SIZE
	mov	sp, x0
	mov	x29, xzr
	ret
	.size core_setup, . - core_setup

	.section .note.GNU-stack, "", %progbits
