/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An SBSA Generic UART (Arm DEN0094; the subset of PL011 that it names) at
 * GUEST_PL011_BASE, with the interrupt GUEST_PL011_SPI.
 *
 * The console takes output at once while it has room, so the transmit FIFO is
 * empty then. With a console that is nearly full the FIFO fills: what the flags
 * and the transmit interrupt say follows the console's room, and a byte that is
 * written to a full FIFO is lost. The receive interrupts follow the fill level
 * of the receive FIFO, so that none can be lost.
 *
 * Lock order: the UART's lock is held while the vGIC's lock is taken to change
 * the interrupt line, while vCPUs are kicked, and while the console is asked
 * for its room. The console reports room after it has made it, and without a
 * lock: so whatever the UART's lock is held for sees that room, or is followed
 * by the report.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_VUART_H
#define REEVE_HYPERVISOR_CORE_IO_VUART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/spinlock.h"

#define VUART_FIFO 32 /* bytes, receive and transmit */

struct domain;
struct vcpu;

struct vuart {
	struct spinlock lock;
	struct domain *domain;
	uint16_t fifo[VUART_FIFO]; /* as UARTDR is read: bytes and errors */
	uint8_t errors; /* UARTRSR: of the last byte that was read */
	bool broken; /* the break interrupt is pending */
	unsigned first, count; /* of the bytes in the receive FIFO */
	bool refused; /* a call had to leave input with its sender */
	bool sent; /* the transmit interrupt is pending while there is room */
	uint32_t mask; /* UARTIMSC */
	bool line; /* level of the interrupt's line */
};

void vuart_init(struct vuart *vuart, struct domain *domain);

/* Carries out an access by the guest, like vgic_gicd_access(). */
bool vuart_access(struct vcpu *vcpu, uint64_t offset, unsigned size, bool write,
		  uint64_t *value);

/* Takes input from the console. Returns how many bytes there was room for;
 * domain_ops.console_ready() is called when there is room again. */
size_t vuart_input(struct vuart *vuart, const uint8_t *bytes, size_t size);

/* Lets the UART receive a break, and then a byte unless that is 0. Returns
 * false if the receive FIFO has no room for both: then it receives neither. */
bool vuart_break(struct vuart *vuart, uint8_t byte);

/* Tells that domain_ops.console_room() is half of VUART_FIFO or more again. */
void vuart_drained(struct vuart *vuart);

#endif
