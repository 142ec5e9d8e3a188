/* SPDX-License-Identifier: BSD-3-Clause */
/* Accesses that may fault, and where each continues after a fault. */
	.text
	.global probe_read
	.type probe_read, %function
probe_read:
	.global probe_read_at
probe_read_at:
	ldr	x2, [x0]
	str	x2, [x1]
	mov	x0, xzr
	ret
	.size probe_read, . - probe_read

	.global probe_write
	.type probe_write, %function
probe_write:
	.global probe_write_at
probe_write_at:
	str	x1, [x0]
	dsb	sy
	mov	x0, xzr
	.global probe_end
probe_end:
	ret
	.size probe_write, . - probe_write

	.section .note.GNU-stack, "", %progbits
