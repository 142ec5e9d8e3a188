/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by guesttest.c and its guest. */
#ifndef REEVE_TESTS_MACHINE_HYPERVISOR_GUESTTEST_H
#define REEVE_TESTS_MACHINE_HYPERVISOR_GUESTTEST_H

/* The guest's programs. */
#define GUESTTEST_COUNT 1
#define GUESTTEST_TIMER 2
#define GUESTTEST_SGI   3
#define GUESTTEST_ABORT 4
#define GUESTTEST_UNDEF 5
#define GUESTTEST_CALLS 6
#define GUESTTEST_REALM 7
#define GUESTTEST_WILD  8
#define GUESTTEST_DEBUG 9

#define GUESTTEST_TICKS 50 /* ticks of the timer; SGIs back and forth */
#define GUESTTEST_TICK  1000000 /* counter values from one tick to the next */

#define GUESTTEST_WATCHED 0x7ea1000 /* the address of the guest's watchpoint */

#define GUESTTEST_SHARED 0x80000000 /* the half that a Realm shares */

#define GUESTTEST_ROUNDS 1000 /* calls of the host, one after the other */

/* Words in the guest's page of reports. */
#define GUESTTEST_RESULT 0
#define GUESTTEST_WRONG  8
#define GUESTTEST_SEED   16

#endif
