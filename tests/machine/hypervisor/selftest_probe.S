/* SPDX-License-Identifier: BSD-3-Clause */
/* The content of the self-test's Realm: a page of code that turns the Realm
 * off, and two pages of data. */
#include "abi/machine_map.h"
#include "abi/psci.h"

	.section .rodata.probe_image, "a", %progbits
	.balign	MACHINE_PAGE_SIZE
	.global probe_image
probe_image:
	movz	x0, #(PSCI_SYSTEM_OFF & 0xffff)
	movk	x0, #(PSCI_SYSTEM_OFF >> 16), lsl #16
	smc	#0
	b	.
	.balign	MACHINE_PAGE_SIZE
	.rept	MACHINE_PAGE_SIZE / 8
	.quad	0x0123456789abcdef
	.endr
	.rept	MACHINE_PAGE_SIZE / 8
	.quad	0xfedcba9876543210
	.endr
	.global probe_image_end
probe_image_end:

	.section .note.GNU-stack, "", %progbits
