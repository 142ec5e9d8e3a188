/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An SBSA Generic UART (Arm DEN0094; the subset of PL011 that it names) at
 * GUEST_PL011_BASE, with its interrupt GUEST_PL011_SPI.
 *
 * What the guest sends is taken at once: its transmit FIFO is always empty.
 * The receive interrupts follow the receive FIFO, so that none can be lost.
 * The lock is held while the vGIC is told of the line, and vCPUs are kicked.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_VUART_H
#define REEVE_HYPERVISOR_CORE_IO_VUART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/spinlock.h"

#define VUART_FIFO 32 /* bytes, receive */

struct domain;
struct vcpu;

struct vuart {
	struct spinlock lock;
	struct domain *domain;
	uint8_t fifo[VUART_FIFO];
	unsigned first, count; /* of what was received */
	bool refused; /* there was no room for all that came in */
	bool sent; /* the transmit interrupt, until it is cleared */
	uint32_t mask; /* UARTIMSC */
	bool line; /* of the interrupt */
};

void vuart_init(struct vuart *vuart, struct domain *domain);

/* An access by the guest; as vgic_gicd_access(). */
bool vuart_access(struct vcpu *vcpu, uint64_t offset, unsigned size, bool write,
		  uint64_t *value);

/* What the person at the console typed. Returns how many bytes there was room
 * for; domain_ops.console_ready() is called when there is more. */
size_t vuart_input(struct vuart *vuart, const uint8_t *bytes, size_t size);

#endif
