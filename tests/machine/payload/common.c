/* SPDX-License-Identifier: BSD-3-Clause */
/* Code that the test programs share: patterns in registers, and the console. */
#include "tests/machine/payload/payload.h"

#include "lib/log.h"
#include "lib/pl011.h"
#include "monitor/el2_state.h"

/* GICD_CTLR, in the Non-secure view (IHI0069, 12.9): ARE_NS, EnableGrp1A. */
#define GICD_CTLR_ON (1u << 4 | 1u << 1)

uint64_t payload_fault;

static uint64_t el2_expected[EL2_STATE_WORDS];

void general_fill(uint64_t *x, unsigned from, uint64_t pattern)
{
	for (unsigned i = from; i < GENERAL_REGISTERS; i++)
		x[i] = pattern + i;
}

unsigned general_changed(const uint64_t *x, unsigned from, uint64_t pattern)
{
	unsigned changed = 0;

	for (unsigned i = from; i < GENERAL_REGISTERS; i++)
		changed += x[i] != pattern + i;
	return changed;
}

/*
 * The registers of EL2 that are filled with patterns. SP_EL2 has no name at
 * EL2. The program needs the values of the others that are not in this list.
 */
#define EL2_OWN(REG)                                                           \
	REG(ELR_EL2)                                                           \
	REG(SPSR_EL2)                                                          \
	REG(ESR_EL2)                                                           \
	REG(FAR_EL2)                                                           \
	REG(HPFAR_EL2)                                                         \
	REG(AFSR0_EL2)                                                         \
	REG(AFSR1_EL2)                                                         \
	REG(ACTLR_EL2)                                                         \
	REG(AMAIR_EL2)                                                         \
	REG(MAIR_EL2)                                                          \
	REG(TTBR0_EL2)                                                         \
	REG(TTBR1_EL2)                                                         \
	REG(TPIDR_EL2)                                                         \
	REG(HCRX_EL2)                                                          \
	REG(HACR_EL2)                                                          \
	REG(HSTR_EL2)                                                          \
	REG(VPIDR_EL2)                                                         \
	REG(VMPIDR_EL2)                                                        \
	REG(VTCR_EL2)                                                          \
	REG(VTTBR_EL2)                                                         \
	REG(CNTHCTL_EL2)                                                       \
	REG(CNTVOFF_EL2)                                                       \
	REG(CNTPOFF_EL2)                                                       \
	REG(CONTEXTIDR_EL2)                                                    \
	REG(HFGRTR_EL2)                                                        \
	REG(HFGWTR_EL2)                                                        \
	REG(HDFGRTR_EL2)                                                       \
	REG(HDFGWTR_EL2)                                                       \
	REG(HFGITR_EL2)                                                        \
	REG(VNCR_EL2)                                                          \
	REG(VDISR_EL2)                                                         \
	REG(VSESR_EL2)                                                         \
	REG(SCXTNUM_EL2)                                                       \
	REG(APIAKEYLO_EL1)                                                     \
	REG(APIAKEYHI_EL1)                                                     \
	REG(APIBKEYLO_EL1)                                                     \
	REG(APIBKEYHI_EL1)                                                     \
	REG(APDAKEYLO_EL1)                                                     \
	REG(APDAKEYHI_EL1)                                                     \
	REG(APDBKEYLO_EL1)                                                     \
	REG(APDBKEYHI_EL1)                                                     \
	REG(APGAKEYLO_EL1)                                                     \
	REG(APGAKEYHI_EL1)                                                     \
	REG(SP_EL0)                                                            \
	REG(TCR_EL2)

#define EL2_WRITE(reg) sysreg_write(reg, pattern + EL2_STATE_##reg);
#define EL2_READ(reg)  value[EL2_STATE_##reg] = sysreg_read(reg);

static void el2_read(uint64_t value[EL2_STATE_WORDS])
{
	EL2_OWN(EL2_READ)
}

void el2_fill(uint64_t pattern)
{
	EL2_OWN(EL2_WRITE)
	isb();
	el2_read(el2_expected);
}

unsigned el2_changed(void)
{
	uint64_t value[EL2_STATE_WORDS] = { 0 };
	unsigned changed = 0;

	el2_read(value);
	for (unsigned i = 0; i < EL2_STATE_WORDS; i++)
		changed += value[i] != el2_expected[i];
	return changed;
}

static void console_put(char c)
{
	pl011_put(MACHINE_UART0_BASE, c);
}

void console_init(const char *name)
{
	log_init(name, console_put);
}

void interrupts_enable(void)
{
	mmio_write32(MACHINE_GICD_BASE, GICD_CTLR_ON);
}
