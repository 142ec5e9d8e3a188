/* SPDX-License-Identifier: BSD-3-Clause */
/* Entering a Realm and returning from it, and the set-up of each CPU for it. */
#ifndef REEVE_RMM_PORT_A64_REC_SWITCH_H
#define REEVE_RMM_PORT_A64_REC_SWITCH_H

/* The reason of a return: the exception vector. */
#define REC_SWITCH_SYNC   0
#define REC_SWITCH_IRQ    1
#define REC_SWITCH_FIQ    2
#define REC_SWITCH_SERROR 3

/* The offset of SP_EL0 in the block, after X0-X30. */
#define REC_SWITCH_SP_EL0 248

#ifndef __ASSEMBLER__
#include <stdint.h>

struct rec;

/*
 * Loads X0-X30 and SP_EL0 from the block at registers, which is 16-byte
 * aligned, and enters the Realm as ELR_EL2 and SPSR_EL2 say. Returns
 * REC_SWITCH_* at the next exception from there, with the registers saved in
 * the block.
 */
uint64_t rec_switch(uint64_t *registers);

/* Gives the calling CPU the registers of EL2 with which Realms run. */
void rec_cpu_init(void);

/* Prepares port_rec_start() for the REC that ran last on the CPU, when the host
 * enters one. Called before anything else. */
void rec_expect(void);

/* Completes port_rec_stop(), before the CPU returns to the host. */
void rec_leave(void);

#endif
#endif
