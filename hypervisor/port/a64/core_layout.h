/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of struct core, struct trap_frame and EL2 that assembly uses. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CORE_LAYOUT_H
#define REEVE_HYPERVISOR_PORT_A64_CORE_LAYOUT_H

/*
 * struct core: its data in the first page, a gap that is not mapped, then its
 * stack. An address in the stack has CORE_STACK_BIT set; an address just below
 * the stack has it clear.
 */
#define CORE_STACK_BIT 14
#define CORE_STACK     0x4000
#define CORE_SIZE      0x8000

/* Added to trap()'s vector number when the stack overflowed. */
#define TRAP_OVERFLOW 16

/* CPTR_EL2 with E2H = 0: SVE (TZ) and SME (TSM) trap, FP (TFP) does not. */
#define CPTR_EL2_RES1       0x22ff
#define CPTR_EL2_TZ         (1 << 8)
#define CPTR_EL2_TSM        (1 << 12)
#define CPTR_EL2_NO_FP_TRAP (CPTR_EL2_RES1 | CPTR_EL2_TZ | CPTR_EL2_TSM)

/* struct trap_frame: X0-X30, then these. */
#define TRAP_FRAME_SP   248
#define TRAP_FRAME_ELR  256
#define TRAP_FRAME_SPSR 264
#define TRAP_FRAME_SIZE 272

#endif
