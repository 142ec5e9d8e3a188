/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSTATE in the layout of SPSR_ELx (Arm DDI0487 C5.2, SPSR_EL2): its fields,
 * and the value that a program starts with. Usable from assembly and on any
 * machine.
 */
#ifndef REEVE_LIB_PSTATE_H
#define REEVE_LIB_PSTATE_H

/* M[4:0]: A32 with its modes, or an exception level in A64 with the stack
 * pointer of EL0 (T) or its own (H). */
#define PSTATE_MODE_SHIFT 0
#define PSTATE_MODE_WIDTH 5
#define PSTATE_EL0T       0x0
#define PSTATE_EL1T       0x4
#define PSTATE_EL1H       0x5
#define PSTATE_EL2H       0x9
#define PSTATE_A32        0x10

/* Masks of exceptions. */
#define PSTATE_F    0x40 /* FIQ */
#define PSTATE_I    0x80 /* IRQ */
#define PSTATE_A    0x100 /* SError */
#define PSTATE_D    0x200 /* debug */
#define PSTATE_DAIF (PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)

#define PSTATE_BTYPE 0xc00
#define PSTATE_SSBS  0x1000
#define PSTATE_SS    0x200000
#define PSTATE_PAN   0x400000
#define PSTATE_DIT   0x1000000
#define PSTATE_NZCV  0xf0000000

/* A level that is entered for the first time takes no interrupts. */
#define PSTATE_EL1H_MASKED (PSTATE_DAIF | PSTATE_EL1H)
#define PSTATE_EL2H_MASKED (PSTATE_DAIF | PSTATE_EL2H)

#endif
