/* SPDX-License-Identifier: BSD-3-Clause */
/* Saves and restores a world's registers; the order is monitor/el2_state.h. */
#include "monitor/el2_state.h"

#define SAVE(a, b) mrs x1, a; mrs x2, b; stp x1, x2, [x0], #16;
#define RESTORE(a, b) ldp x1, x2, [x0], #16; msr a, x1; msr b, x2;

	.text
	.global context_save
	.type context_save, %function
context_save:
	EL2_STATE(SAVE)
	SAVE(SP_EL0, TCR_EL2)
	ret

	/*
	 * A write of TCR_EL2 flushes QEMU's TLB even when nothing changes, and
	 * both worlds may well use the same value.
	 */
	.global context_restore
	.type context_restore, %function
context_restore:
	EL2_STATE(RESTORE)
	ldp	x1, x2, [x0]
	msr	SP_EL0, x1
	mrs	x3, TCR_EL2
	cmp	x2, x3
	b.eq	1f
	msr	TCR_EL2, x2
1:	ret
	.section .note.GNU-stack, "", %progbits
