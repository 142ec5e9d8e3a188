/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The mark of a hypervisor's image that serves the control interface
 * (abi/control.h): 16 bytes near its start, behind the jump at its entry. The
 * toolstack waits for an answer of such a hypervisor, and of no other. Plain
 * constants, for C and assembly.
 */
#ifndef REEVE_ABI_HYPERVISOR_MARK_H
#define REEVE_ABI_HYPERVISOR_MARK_H

#define HYPERVISOR_MARK        "REEVE-CONTROL-1" /* with its NUL */
#define HYPERVISOR_MARK_SIZE   16
#define HYPERVISOR_MARK_OFFSET 8

#endif
