/* SPDX-License-Identifier: BSD-3-Clause */
/* Translating an address of a Realm, which may abort; see realm_at.h. */
	.text
	.global	realm_at, realm_at_fault, realm_at_end

/* X0: the address. Uses no stack, since an abort continues at
 * realm_at_fault. */
	.type	realm_at, %function
realm_at:
	at	s1e1r, x0
	isb
	mov	w0, #1
	ret
realm_at_fault:
	mov	w0, #0
	ret
realm_at_end:
	.section .note.GNU-stack, "", %progbits
