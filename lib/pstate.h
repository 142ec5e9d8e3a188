/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSTATE in the layout of SPSR_ELx (Arm DDI0487 C5.2, SPSR_EL2): what a
 * program starts with. Usable from assembly and on any machine.
 */
#ifndef REEVE_LIB_PSTATE_H
#define REEVE_LIB_PSTATE_H

/* AArch64 at an exception level with that level's own stack pointer. */
#define PSTATE_EL1H 0x5
#define PSTATE_EL2H 0x9

/* Masks of exceptions. */
#define PSTATE_F    0x40 /* FIQ */
#define PSTATE_I    0x80 /* IRQ */
#define PSTATE_A    0x100 /* SError */
#define PSTATE_D    0x200 /* debug */
#define PSTATE_DAIF (PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)

/* A level that is entered for the first time takes no interrupts. */
#define PSTATE_EL1H_MASKED (PSTATE_DAIF | PSTATE_EL1H)
#define PSTATE_EL2H_MASKED (PSTATE_DAIF | PSTATE_EL2H)

#endif
