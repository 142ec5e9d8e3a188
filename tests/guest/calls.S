/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls by SMC and HVC, and single instructions that must keep all
 * registers. */
#include "abi/guest_call.h"
#include "lib/conduit.inc"
#include "tests/registers.inc"

	.text
	conduit	guest_smc, smc
	conduit	guest_hvc, hvc
	all_registers registers_wfi, wfi
	all_registers registers_smc, smc #0
	all_registers registers_hvc, hvc #0
	all_registers registers_load, ldr w0, [x1]

	.global	crash_call
crash_call:
	hvc	#GUEST_CALL_CRASH
	ret
	.section .note.GNU-stack, "", %progbits
