/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast path for most SMCs: a request of the hypervisor to the RMM, and its
 * result (docs/machine.md, SMC routing). The words of both, X0-X7, stay in
 * their registers; all other registers are exchanged for those of the other
 * world. Everything else goes on to sync_slow: other exceptions, and requests
 * when there is no RMM to take them.
 */
#include "abi/rmi.h"
#include "abi/rmm_el3.h"
#include "abi/smccc.h"
#include "lib/a64.h"
#include "lib/gprs.inc"
#include "monitor/context.inc"
#include "monitor/core/route.h"
#include "monitor/cpu.h"

/* The identifiers of the hypervisor's requests, as distances from the first. */
#define BLOCK_0_LAST  (RMM_EL3_REQ_COMPLETE - RMI_FID_FIRST_0)
#define BLOCK_1_FIRST (RMI_FID_FIRST_1 - RMI_FID_FIRST_0)
#define BLOCK_1_LAST  (ROUTE_RMI_END_1 - RMI_FID_FIRST_1)

	.text
	/* Entered with nothing saved; SP is the frame of the caller's world. */
	.global sync_from_below
sync_from_below:
	gprs_save_8_29
	mrs	x8, elr_el3
	mrs	x9, spsr_el3
	stp	x30, x8, [sp, #240]
	str	x9, [sp, #FRAME_SPSR]

	mrs	x8, esr_el3
	ubfx	x8, x8, #ESR_EC_SHIFT, #ESR_EC_WIDTH
	cmp	x8, #ESR_EC_SMC64
	b.ne	slow
	mrs	x26, tpidr_el3
	and	w10, w0, #~SMCCC_SVE_HINT
	mov	w11, #(RMI_FID_FIRST_0 & 0xffff)
	movk	w11, #(RMI_FID_FIRST_0 >> 16), lsl #16
	sub	w10, w10, w11
	ldr	w11, [x26, #CPU_WORLD]
	cbnz	w11, from_realm

	/* From the Non-secure world. */
	cmp	w10, #BLOCK_0_LAST
	b.ls	request
	sub	w10, w10, #BLOCK_1_FIRST
	cmp	w10, #BLOCK_1_LAST
	b.hi	slow
request:
	adrp	x11, rmm_failed
	ldr	w11, [x11, :lo12:rmm_failed]
	cbnz	w11, slow
	mov	w28, #1			/* WORLD_REALM */
	add	x27, x26, #CONTEXT_SIZE
	add	x8, x26, #CONTEXT_EL2
	add	x9, x27, #CONTEXT_EL2
	b	change

	/*
	 * From the Realm world. Before BOOT_COMPLETE there is no request that
	 * this could be the result of.
	 */
from_realm:
	cmp	w10, #BLOCK_0_LAST
	b.ne	slow
	ldrb	w11, [x26, #CPU_BOOTING]
	cbnz	w11, slow
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	mov	x6, x7
	ldr	x7, [sp, #64]		/* X8 */
	mov	w28, #0			/* WORLD_NS */
	mov	x27, x26
	add	x8, x26, #(CONTEXT_SIZE + CONTEXT_EL2)
	add	x9, x26, #CONTEXT_EL2

	/* X27 is the context of the world to go to, W28 its number. */
change:
	CONTEXT_CHANGE
	ldr	x8, [x27, #CONTEXT_SCR]
	msr	scr_el3, x8
	str	w28, [x26, #CPU_WORLD]
	mov	sp, x27
	ldr	x10, [sp, #FRAME_SPSR]
	ldp	x30, x9, [sp, #240]
	msr	elr_el3, x9
	msr	spsr_el3, x10
	gprs_load_8_29
	eret
	/* Stops speculative execution beyond the return. */
	dsb	nsh
	isb

slow:
	gprs_save_0_7
	b	sync_slow
	.section .note.GNU-stack, "", %progbits
