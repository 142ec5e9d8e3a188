/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends the machine by a PL061: line 0 powers off, line 1 resets
 * (docs/machine.md, Ending the machine).
 */
#include "monitor/machine_off.h"

#include "abi/machine_map.h"
#include "lib/a64.h"

#define LINE_OFF   1u
#define LINE_RESET 2u

/*
 * PL061 (DDI0190): bits 9:2 of the address of the data register select the
 * lines that an access concerns.
 */
#define GPIO_DATA(line) (MACHINE_SEC_GPIO + ((uint64_t)(line) << 2))
#define GPIO_DIRECTION  (MACHINE_SEC_GPIO + 0x400)

static void __attribute__((noreturn)) raise_line(uint32_t line)
{
	mmio_write32(GPIO_DIRECTION, LINE_OFF | LINE_RESET);
	mmio_write32(GPIO_DATA(line), 0);
	mmio_write32(GPIO_DATA(line), line);
	for (;;)
		wfi();
}

void machine_off(void)
{
	raise_line(LINE_OFF);
}

void machine_reset(void)
{
	raise_line(LINE_RESET);
}
