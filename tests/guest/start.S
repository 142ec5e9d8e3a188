/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The header of an arm64 Image (Linux, Documentation/arch/arm64/booting.rst),
 * and the entry points of the vCPUs, at EL1 with the MMU off and interrupts
 * masked. X0 of the boot vCPU is the address of the device tree. X0 of each
 * other vCPU is its struct vcpu, which PSCI CPU_ON passes on.
 */
#include "tests/guest/probe.h"

#define R_AARCH64_RELATIVE 0x403
#define FLAGS              0xa /* little endian, 4 KiB pages, at any place */
#define CPACR_FP           (3 << 20)

	.macro	address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	.section .text.start, "ax"
	.global	_start
_start:
	b	primary
	.long	0
	.quad	0			/* text_offset */
	.quad	image_end - . + 16	/* image_size */
	.quad	FLAGS
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary:
	msr	daifset, #0xf
	mov	x20, x0
	/* The image is linked for address 0: add its real address. */
	address	x0, image_rela_start
	address	x1, image_rela_end
	adr	x2, _start
1:	cmp	x0, x1
	b.hs	2f
	ldp	x3, x4, [x0], #16
	ldr	x5, [x0], #8
	cmp	x4, #R_AARCH64_RELATIVE
	b.ne	stop
	add	x5, x5, x2
	str	x5, [x2, x3]
	b	1b
2:
	address	x0, image_bss_start
	address	x1, image_bss_end
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b
	address	x19, vcpus
	bl	vcpu_start
	mov	x0, x20
	bl	probe_main
stop:
	wfi
	b	stop

	.global	secondary
secondary:
	msr	daifset, #0xf
	mov	x19, x0
	bl	vcpu_start
	bl	mmu_enable
	mov	x0, x19
	bl	probe_secondary
	b	stop

	/* X19: the vCPU. Sets up its stack and vectors, and enables FP. */
vcpu_start:
	msr	tpidr_el1, x19
	add	x0, x19, #VCPU_SIZE
	mov	sp, x0
	address	x0, guest_vectors
	msr	vbar_el1, x0
	mov	x0, #CPACR_FP
	msr	cpacr_el1, x0
	isb
	ret
	.section .note.GNU-stack, "", %progbits
