/* SPDX-License-Identifier: BSD-3-Clause */
/* The step into a Realm and back, and what it needs of each CPU. */
#ifndef REEVE_RMM_PORT_A64_REC_SWITCH_H
#define REEVE_RMM_PORT_A64_REC_SWITCH_H

/* Why it came back: the vector. */
#define REC_SWITCH_SYNC   0
#define REC_SWITCH_IRQ    1
#define REC_SWITCH_FIQ    2
#define REC_SWITCH_SERROR 3

/* SP_EL0 in the block, after X0-X30. */
#define REC_SWITCH_SP_EL0 248

#ifndef __ASSEMBLER__
#include <stdint.h>

struct rec;

/*
 * Loads X0-X30 and SP_EL0 from the block at registers, 16-byte aligned, goes
 * where ELR_EL2 and SPSR_EL2 say, and comes back with the next exception from
 * there, its registers in the block: REC_SWITCH_*.
 */
uint64_t rec_switch(uint64_t *registers);

/* The registers of EL2 that Realms run with, on the calling CPU. */
void rec_cpu_init(void);

/* Before the CPU goes to the host: ends what port_rec_stop() began. */
void rec_leave(void);

#endif
#endif
