/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to EL3. */
#include "lib/conduit.inc"

	.text
	conduit smc_call, smc
	.section .note.GNU-stack, "", %progbits
