/* SPDX-License-Identifier: BSD-3-Clause */
/* Switching from one stack to another. */
#ifndef REEVE_HYPERVISOR_PORT_A64_THREAD_SWITCH_H
#define REEVE_HYPERVISOR_PORT_A64_THREAD_SWITCH_H

#include <stdint.h>

/* The frame at the SP of a stack that is not in use. */
struct thread_frame {
	uint64_t x19_x28[10];
	uint64_t x29;
	uint64_t x30;
};

/* Leaves the present stack, storing its SP in *from, and continues on the one
 * whose SP is to. */
void thread_switch(uint64_t *from, uint64_t to);

/* Where a new stack begins. X19 is the argument of thread_main(). */
void thread_begin(void);
_Noreturn void thread_main(void *thread);

#endif
