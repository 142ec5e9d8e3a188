/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest of guesttest.c: one page of code at GUEST_RAM0_BASE, then a page in
 * which it reports. X0 selects the program; the MMU is off. */
#include "abi/guest_map.h"
#include "abi/machine_map.h"
#include "abi/psci.h"
#include "abi/rsi.h"
#include "hypervisor/core/vgic/gic.h"
#include "tests/machine/hypervisor/guesttest.h"
#include "lib/a64.h"

	.arch_extension simd

#define REPORT (GUEST_RAM0_BASE + MACHINE_PAGE_SIZE)

#define CPACR_FPEN      (3 << 20) /* no traps of floating point */
#define CPACR_ZEN       (3 << 16) /* no traps of SVE */
#define TCR_T0SZ        25 /* 39 bits of address */
#define CNT_ENABLE      1
#define CNT_ISTATUS_BIT 2
#define ICC_SRE_SRE     1
#define PMR_ALL         0xff
#define INTID_MASK      0xffffff
#define SGI_TURN        4
#define OSLAR_EL1       S2_0_C1_C0_4
#define MDSCR_MDE       (1 << 15)
#define WCR_STORES      (0xff << 5 | 2 << 3 | 3 << 1 | 1) /* of EL1 and EL0 */

	.macro	call fid
	movz	x0, #(\fid & 0xffff)
	movk	x0, #(\fid >> 16), lsl #16
	hvc	#0
	.endm

	.section .rodata.guesttest_guest, "a", %progbits
	.balign	MACHINE_PAGE_SIZE
	.global guesttest_guest
guesttest_guest:
	ldr	x20, =REPORT
	adr	x1, guest_vectors
	msr	vbar_el1, x1
	/* Allow floating point, and SVE, which the guest does not have. */
	mov	x1, #(CPACR_FPEN | CPACR_ZEN)
	msr	cpacr_el1, x1
	isb
	cmp	x0, #GUESTTEST_COUNT
	b.eq	count
	cmp	x0, #GUESTTEST_TIMER
	b.eq	timer
	cmp	x0, #GUESTTEST_SGI
	b.eq	sgi
	cmp	x0, #GUESTTEST_ABORT
	b.eq	abort
	cmp	x0, #GUESTTEST_UNDEF
	b.eq	undef
	cmp	x0, #GUESTTEST_CALLS
	b.eq	calls
	cmp	x0, #GUESTTEST_REALM
	b.eq	realm
	cmp	x0, #GUESTTEST_WILD
	b.eq	wild
	cmp	x0, #GUESTTEST_DEBUG
	b.eq	debug
off:	call	PSCI_SYSTEM_OFF
	b	.

/* Counts for ever. In each round D0 to D31 and TPIDR_EL0 are compared with what
 * they were set to, values that no other guest has. */
count:	mrs	x2, s3_3_c2_c4_0	// RNDR
	str	x2, [x20, #GUESTTEST_SEED]
	msr	tpidr_el0, x2
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	add	x3, x2, #\n
	fmov	d\n, x3
	.endr
1:	mov	x4, #1000
2:	subs	x4, x4, #1
	b.ne	2b
	mrs	x3, tpidr_el0
	cmp	x3, x2
	b.ne	3f
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	fmov	x3, d\n
	sub	x3, x3, #\n
	cmp	x3, x2
	b.ne	3f
	.endr
	ldr	x4, [x20, #GUESTTEST_RESULT]
	add	x4, x4, #1
	str	x4, [x20, #GUESTTEST_RESULT]
	b	1b
3:	mov	x4, #1
	str	x4, [x20, #GUESTTEST_WRONG]
	b	off

/* Sleeps until the virtual timer wakes it, GUESTTEST_TICKS times. */
timer:	ldr	x21, =(GUEST_GICV3_GICR_BASE + GICR_SGI_BASE)
	bl	gic_init
	ldr	x22, =GUESTTEST_TICKS
	mov	x23, xzr
1:	ldr	x1, =GUESTTEST_TICK
	msr	cntv_tval_el0, x1
	mov	x1, #CNT_ENABLE
	msr	cntv_ctl_el0, x1
	isb
2:	wfi
	mrs	x1, ICC_IAR1_EL1
	and	x1, x1, #INTID_MASK
	cmp	x1, #GUEST_TIMER_VIRT_PPI
	b.ne	2b
	mrs	x2, cntv_ctl_el0
	tbz	x2, #CNT_ISTATUS_BIT, 3f
	msr	cntv_ctl_el0, xzr
	isb
	msr	ICC_EOIR1_EL1, x1
	isb
	add	x23, x23, #1
	str	x23, [x20, #GUESTTEST_RESULT]
	cmp	x23, x22
	b.ne	1b
	b	off
	/* The timer fired too early. */
3:	mov	x1, #1
	str	x1, [x20, #GUESTTEST_WRONG]
	b	off

/* Two vCPUs send each other an SGI in turns. */
sgi:	ldr	x21, =(GUEST_GICV3_GICR_BASE + GICR_SGI_BASE)
	bl	gic_init
	movz	x0, #(PSCI_CPU_ON_64 & 0xffff)
	movk	x0, #(PSCI_CPU_ON_64 >> 16), lsl #16
	mov	x1, #1
	adr	x2, sgi_second
	ldr	x3, =REPORT
	hvc	#0
	cbnz	x0, off
	ldr	x22, =GUESTTEST_TICKS
	/* The second vCPU says that it is ready. */
	bl	sgi_wait
1:	mov	x1, #2
	bl	sgi_send
	bl	sgi_wait
	ldr	x1, [x20, #GUESTTEST_RESULT]
	add	x1, x1, #1
	str	x1, [x20, #GUESTTEST_RESULT]
	subs	x22, x22, #1
	b.ne	1b
	b	off

sgi_second:
	mov	x20, x0
	ldr	x21, =(GUEST_GICV3_GICR_BASE + GUEST_GICV3_GICR_STEP + GICR_SGI_BASE)
	bl	gic_init
2:	mov	x1, #1
	bl	sgi_send
	bl	sgi_wait
	b	2b

/* X1: the target, as a bit of Aff0. */
sgi_send:
	orr	x1, x1, #(SGI_TURN << SGIR_INTID_SHIFT)
	msr	ICC_SGI1R_EL1, x1
	isb
	ret

sgi_wait:
	wfi
	mrs	x1, ICC_IAR1_EL1
	and	x1, x1, #INTID_MASK
	cmp	x1, #SGI_TURN
	b.ne	sgi_wait
	msr	ICC_EOIR1_EL1, x1
	isb
	ret

/*
 * X21: the SGI frame of this vCPU's redistributor. Enables PPI 27 and the SGIs.
 */
gic_init:
	sub	x1, x21, #GICR_SGI_BASE
	str	wzr, [x1, #GICR_WAKER]
	mrs	x1, ICC_SRE_EL1
	orr	x1, x1, #ICC_SRE_SRE
	msr	ICC_SRE_EL1, x1
	isb
	mov	x1, #PMR_ALL
	msr	ICC_PMR_EL1, x1
	mov	x1, #1
	msr	ICC_IGRPEN1_EL1, x1
	isb
	ldr	x1, =GUEST_GICV3_GICD_BASE
	mov	w2, #(GICD_CTLR_ARE | GICD_CTLR_GRP1)
	str	w2, [x1]
	mov	w2, #-1
	str	w2, [x21, #GIC_IGROUPR]
	ldr	w2, =(1 << GUEST_TIMER_VIRT_PPI | 0xffff)
	str	w2, [x21, #GIC_ISENABLER]
	ret

/* Reads where nothing is: the vector reports the syndrome. */
abort:	mov	x1, #0x1000
	ldr	x1, [x1]
	b	off

/* Uses SVE, which the guest does not have. */
undef:	.inst	0x04e0e3e0 /* cntd x0 */
	b	off

/* Asks for the version of PSCI, GUESTTEST_ROUNDS times. */
calls:	mov	x22, #GUESTTEST_ROUNDS
1:	call	PSCI_VERSION
	add	x23, x23, x0
	subs	x22, x22, #1
	b.ne	1b
	mov	x1, #GUESTTEST_ROUNDS
	udiv	x23, x23, x1
	str	x23, [x20, #GUESTTEST_RESULT]
	b	off

/* In a Realm, where calls are SMCs: with a timer that never fires, calls the
 * host GUESTTEST_ROUNDS times, and reads the clock. */
realm:	mov	x22, #-1
	msr	cntv_cval_el0, x22
	mov	x1, #CNT_ENABLE
	msr	cntv_ctl_el0, x1
	mov	x22, #GUESTTEST_ROUNDS
1:	movz	x0, #(RSI_HOST_CALL & 0xffff)
	movk	x0, #(RSI_HOST_CALL >> 16), lsl #16
	mov	x1, x20
	smc	#0
	cbnz	x0, 2f
	subs	x22, x22, #1
	b.ne	1b
	ldr	x1, =(GUEST_PL031_BASE + GUESTTEST_SHARED)
	ldr	w1, [x1]
	movz	x0, #(PSCI_SYSTEM_OFF & 0xffff)
	movk	x0, #(PSCI_SYSTEM_OFF >> 16), lsl #16
	smc	#0
2:	wfi
	b	2b

/* Turns its MMU on with tables where there is no memory: afterwards it cannot
 * execute anything, not even its vectors. */
wild:	ldr	x1, =GUEST_MAGIC_BASE
	msr	ttbr0_el1, x1
	mov	x1, #TCR_T0SZ
	msr	tcr_el1, x1
	mrs	x1, sctlr_el1
	orr	x1, x1, #SCTLR_M
	isb
	msr	sctlr_el1, x1
	isb
	b	.

/* Sets a watchpoint, turns debug exceptions on, and ends with both. */
debug:	ldr	x1, =GUESTTEST_WATCHED
	msr	OSLAR_EL1, xzr
	msr	dbgwvr0_el1, x1
	mov	x2, #WCR_STORES
	msr	dbgwcr0_el1, x2
	mov	x22, #MDSCR_MDE
	msr	mdscr_el1, x22
	call	PSCI_VERSION
	mrs	x1, dbgwvr0_el1
	str	x1, [x20, #GUESTTEST_RESULT]
	mrs	x3, mdscr_el1
	cmp	x22, x3
	b.eq	off
	str	x3, [x20, #GUESTTEST_WRONG]
	b	off

exception:
	mrs	x1, esr_el1
	str	x1, [x20, #GUESTTEST_RESULT]
	mrs	x1, far_el1
	str	x1, [x20, #GUESTTEST_SEED]
	b	off

	.ltorg
	.balign	0x800
guest_vectors:
	.rept	16
	.balign	0x80
	b	exception
	.endr
	.balign	MACHINE_PAGE_SIZE
	.space	MACHINE_PAGE_SIZE
	.global guesttest_guest_end
guesttest_guest_end:

	.section .note.GNU-stack, "", %progbits
