/* SPDX-License-Identifier: BSD-3-Clause */
/* Arm PL011 UART (DDI0183), polled. base is where it is mapped. */
#ifndef REEVE_LIB_PL011_H
#define REEVE_LIB_PL011_H

#include <stdint.h>

/* Turns transmitter and receiver on; the rate stays as it is. */
void pl011_init(uint64_t base);

/* Waits while the transmit queue is full. */
void pl011_put(uint64_t base, char c);

/* Returns the next received byte, or -1 when there is none. */
int pl011_get(uint64_t base);

#endif
