/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A firmware between the monitor and the hypervisor that loads it elsewhere, and
 * names no device tree, as TF-A's BL31 does. The test appends the hypervisor to
 * this page.
 */
#include "abi/hypervisor_mark.h"
#include "abi/machine_map.h"

#define ELSEWHERE 0x50000000

	.section .text.start, "ax", %progbits
	.global _start
_start:
	b	1f
	.balign	HYPERVISOR_MARK_OFFSET
	.asciz	HYPERVISOR_MARK
1:	adr	x1, _start
	add	x1, x1, #MACHINE_PAGE_SIZE
	ldr	x2, =ELSEWHERE
	add	x3, x2, #(MACHINE_HYP_SIZE / 2)
	mov	x4, x2
1:	ldp	x5, x6, [x1], #16
	stp	x5, x6, [x4], #16
	cmp	x4, x3
	b.lo	1b
	dsb	sy
	ic	iallu
	isb
	mov	x0, xzr
	br	x2

	.section .note.GNU-stack, "", %progbits
