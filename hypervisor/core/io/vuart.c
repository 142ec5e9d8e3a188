/* SPDX-License-Identifier: BSD-3-Clause */
/* The UART's registers, its FIFOs and its interrupt. */
#include "hypervisor/core/io/vuart.h"

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/vgic/vgic.h"

/* DEN0094, "Generic UART": offsets from the UART's base. */
#define UARTDR   0x000
#define UARTRSR  0x004
#define UARTFR   0x018
#define UARTIMSC 0x038
#define UARTRIS  0x03c
#define UARTMIS  0x040
#define UARTICR  0x044
#define UARTID   0xfe0 /* eight identification registers, a byte in each word */
#define UARTEND  0x1000

#define FR_TXFE 0x80
#define FR_RXFF 0x40
#define FR_TXFF 0x20
#define FR_RXFE 0x10
#define FR_BUSY 0x08

#define INT_RX  0x10
#define INT_TX  0x20
#define INT_RT  0x40 /* receive timeout: bytes have been waiting */
#define INT_BE  0x200 /* break */
#define INT_ALL 0x7f2

/* UARTDR: the byte and its errors, which are also in UARTRSR. */
#define DR_BE           0x400
#define DR_ERRORS_SHIFT 8
#define DR_ERRORS_WIDTH 4

/* The values of UARTPeriphID0 to 3 and UARTPCellID0 to 3 (Arm DDI0183, PL011
 * r1p5). */
static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

void vuart_init(struct vuart *vuart, struct domain *domain)
{
	*vuart = (struct vuart){ .domain = domain };
}

/* Returns how many bytes the transmit FIFO has room for. Nothing is ever in the
 * FIFO of a UART that leads nowhere. */
static unsigned vuart_room(const struct vuart *vuart)
{
	const struct domain *domain = vuart->domain;

	if (domain->console == CONTROL_NO_CONSOLE)
		return VUART_FIFO;
	return domain->ops->console_room(domain->ops->ctx, domain->console);
}

/* The transmit FIFO has the trigger level of half its size: a driver writes
 * half a FIFO at each interrupt, without a look at the flags. */
static uint32_t vuart_interrupts(const struct vuart *vuart)
{
	bool send = vuart->sent && vuart_room(vuart) >= VUART_FIFO / 2;

	return (send ? INT_TX : 0) | (vuart->broken ? INT_BE : 0) |
	       (vuart->count > 0 ? INT_RX | INT_RT : 0);
}

static void vuart_line_update(struct vuart *vuart)
{
	bool line = (vuart_interrupts(vuart) & vuart->mask) != 0;

	if (line == vuart->line)
		return;
	vuart->line = line;
	vgic_spi_set(&vuart->domain->vgic, GUEST_PL011_SPI, line);
}

static uint32_t vuart_flags(const struct vuart *vuart)
{
	unsigned room = vuart_room(vuart);

	return (room == VUART_FIFO ? FR_TXFE : FR_BUSY) |
	       (room == 0 ? FR_TXFF : 0) |
	       (vuart->count == VUART_FIFO ? FR_RXFF : 0) |
	       (vuart->count == 0 ? FR_RXFE : 0);
}

static uint32_t vuart_receive(struct vuart *vuart)
{
	uint16_t byte;

	if (vuart->count == 0)
		return 0;
	byte = vuart->fifo[vuart->first];
	vuart->errors = (uint8_t)BITS_GET(byte, DR_ERRORS);
	vuart->first = (vuart->first + 1) % VUART_FIFO;
	vuart->count--;
	return byte;
}

static uint32_t vuart_reg_read(struct vuart *vuart, uint64_t offset)
{
	switch (offset) {
	case UARTDR:
		return vuart_receive(vuart);
	case UARTRSR:
		return vuart->errors;
	case UARTFR:
		return vuart_flags(vuart);
	case UARTIMSC:
		return vuart->mask;
	case UARTRIS:
		return vuart_interrupts(vuart);
	case UARTMIS:
		return vuart_interrupts(vuart) & vuart->mask;
	default:
		if (offset >= UARTID && offset % 4 == 0)
			return ids[(offset - UARTID) / 4];
		return 0;
	}
}

static void vuart_reg_write(struct vuart *vuart, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case UARTDR:
		vuart->sent = true;
		break;
	case UARTRSR:
		vuart->errors = 0;
		break;
	case UARTIMSC:
		vuart->mask = value & INT_ALL;
		break;
	case UARTICR:
		if ((value & INT_TX) != 0)
			vuart->sent = false;
		if ((value & INT_BE) != 0)
			vuart->broken = false;
		break;
	}
}

/* Returns true if input that was refused can be asked for: once half of the
 * FIFO is free. */
static bool vuart_wants_more(struct vuart *vuart)
{
	bool wants = vuart->refused && vuart->count <= VUART_FIFO / 2;

	if (wants)
		vuart->refused = false;
	return wants;
}

bool vuart_access(struct vcpu *vcpu, uint64_t offset, unsigned size, bool write,
		  uint64_t *value)
{
	struct domain *domain = vcpu->domain;
	struct vuart *vuart = &domain->vuart;
	const struct domain_ops *ops = domain->ops;
	bool ready;

	if (offset >= UARTEND || size > 4 || offset % size != 0)
		return false;
	if (write && offset == UARTDR && domain->console != CONTROL_NO_CONSOLE)
		ops->console_put(ops->ctx, domain->console, (uint8_t)*value);
	spinlock_acquire(&vuart->lock);
	if (write)
		vuart_reg_write(vuart, offset, (uint32_t)*value);
	else
		*value = vuart_reg_read(vuart, offset);
	vuart_line_update(vuart);
	ready = vuart_wants_more(vuart);
	spinlock_release(&vuart->lock);

	if (ready && domain->console != CONTROL_NO_CONSOLE)
		ops->console_ready(ops->ctx, domain->console);
	return true;
}

/* The receive FIFO has room, and the caller holds the lock. */
static void vuart_fifo_put(struct vuart *vuart, uint16_t byte)
{
	vuart->fifo[(vuart->first + vuart->count) % VUART_FIFO] = byte;
	vuart->count++;
}

size_t vuart_input(struct vuart *vuart, const uint8_t *bytes, size_t size)
{
	size_t taken;

	spinlock_acquire(&vuart->lock);
	for (taken = 0; taken < size && vuart->count < VUART_FIFO; taken++)
		vuart_fifo_put(vuart, bytes[taken]);
	vuart->refused |= taken < size;
	vuart_line_update(vuart);
	spinlock_release(&vuart->lock);
	return taken;
}

bool vuart_break(struct vuart *vuart, uint8_t byte)
{
	bool room;

	spinlock_acquire(&vuart->lock);
	room = vuart->count <= VUART_FIFO - 2;
	if (room) {
		vuart_fifo_put(vuart, DR_BE);
		if (byte != 0)
			vuart_fifo_put(vuart, byte);
		vuart->broken = true;
		vuart_line_update(vuart);
	}
	spinlock_release(&vuart->lock);
	return room;
}

void vuart_drained(struct vuart *vuart)
{
	spinlock_acquire(&vuart->lock);
	vuart->sent = true;
	vuart_line_update(vuart);
	spinlock_release(&vuart->lock);
}
