/* SPDX-License-Identifier: BSD-3-Clause */
/* Arm PL011 UART, polled. */
#include "lib/pl011.h"

#include "lib/a64.h"

#define UARTDR   0x000
#define UARTFR   0x018
#define UARTLCRH 0x02c
#define UARTCR   0x030

#define FR_RX_EMPTY (1u << 4)
#define FR_TX_FULL  (1u << 5)
#define LCRH_FEN    (1u << 4) /* the FIFOs are on */
#define LCRH_WLEN_8 (3u << 5) /* 8 bits; 1 stop bit, no parity */
#define CR_UARTEN   (1u << 0)
#define CR_TXE      (1u << 8)
#define CR_RXE      (1u << 9)

void pl011_init(uint64_t base)
{
	mmio_write32(base + UARTLCRH, LCRH_WLEN_8 | LCRH_FEN);
	mmio_write32(base + UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
}

void pl011_put(uint64_t base, char c)
{
	while (mmio_read32(base + UARTFR) & FR_TX_FULL)
		;
	mmio_write32(base + UARTDR, (unsigned char)c);
}

int pl011_get(uint64_t base)
{
	if (mmio_read32(base + UARTFR) & FR_RX_EMPTY)
		return -1;
	return (int)(mmio_read32(base + UARTDR) & 0xff);
}
