/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's interrupts: what comes through, and who hears of it. */
#include "hypervisor/port/a64/irq.h"

#include <assert.h>
#include <stddef.h>

#include "abi/machine_map.h"
#include "lib/a64.h"

/* Registers of the distributor, and of a redistributor's SGI frame. */
#define GICD_ISENABLER  (MACHINE_GICD_BASE + 0x100)
#define GICD_IPRIORITYR (MACHINE_GICD_BASE + 0x400)
#define GICD_ICFGR      (MACHINE_GICD_BASE + 0xc00)
#define GICD_IROUTER    (MACHINE_GICD_BASE + 0x6000)
#define GICR_SGI        0x10000
#define GICR_ISENABLER0 (GICR_SGI + 0x100)
#define GICR_ICENABLER0 (GICR_SGI + 0x180)
#define GICR_IPRIORITYR (GICR_SGI + 0x400)

#define PRIORITY_MASK_NONE 0xff
#define PRIORITIES         0xa0a0a0a0u /* four of them */
#define ICFGR_EDGE         2u /* of two bits an interrupt */

#define INTID_SPI     32
#define INTID_SPECIAL 1020 /* this and above: none is pending */

#define INTIDS 288 /* of the board */

static struct {
	void (*fn)(void *ctx);
	void *ctx;
} handlers[INTIDS];

static uint64_t frame_of(const struct core *core)
{
	return MACHINE_GICR_BASE +
	       MACHINE_GICR_STEP * MACHINE_CPU_INDEX(core->data.affinity);
}

void irq_core_init(struct core *core)
{
	uint64_t frame = frame_of(core);

	for (unsigned i = 0; i < INTID_SPI; i += 4)
		mmio_write32(frame + GICR_IPRIORITYR + i, PRIORITIES);
	mmio_write32(frame + GICR_ICENABLER0, UINT32_MAX);
	mmio_write32(frame + GICR_ISENABLER0,
		1u << IRQ_SGI_KICK | 1u << MACHINE_TIMER_HYP_INTID |
			1u << MACHINE_GIC_MAINT_INTID);
	sysreg_write(ICC_SRE_EL2, 0xf);
	isb();
	sysreg_write(ICC_PMR_EL1, PRIORITY_MASK_NONE);
	sysreg_write(ICC_CTLR_EL1, 0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

void irq_register(unsigned intid, void (*fn)(void *ctx), void *ctx)
{
	assert(intid >= INTID_SPI && intid < INTIDS);
	handlers[intid].ctx = ctx;
	__atomic_store_n(&handlers[intid].fn, fn, __ATOMIC_RELEASE);
}

void irq_enable_spi(unsigned intid, bool edge)
{
	uint64_t affinity = core_current()->data.affinity;
	uint64_t config = GICD_ICFGR + intid / 16 * 4;
	uint32_t bit = ICFGR_EDGE << intid % 16 * 2;
	uint32_t word = mmio_read32(config) & ~bit;

	assert(intid >= INTID_SPI && intid < INTIDS);
	mmio_write32(config, edge ? word | bit : word);
	mmio_write32(GICD_IROUTER + intid * 8, (uint32_t)affinity);
	mmio_write32(GICD_IROUTER + intid * 8 + 4, (uint32_t)(affinity >> 32));
	mmio_write32(GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

void irq_ppi_set(const struct core *core, unsigned intid, bool enabled)
{
	mmio_write32(
		frame_of(core) + (enabled ? GICR_ISENABLER0 : GICR_ICENABLER0),
		1u << intid);
}

/* The timer's line stays up until it is turned off; the scheduler turns it on
 * again. The others of the private ones only end a wait. */
static void take(uint32_t intid)
{
	if (intid == MACHINE_TIMER_HYP_INTID) {
		sysreg_write(cnthp_ctl_el2, 0);
		isb();
	} else if (intid >= INTID_SPI && intid < INTIDS &&
		   __atomic_load_n(&handlers[intid].fn, __ATOMIC_ACQUIRE) != NULL)
		handlers[intid].fn(handlers[intid].ctx);
}

void irq_poll(void)
{
	uint32_t intid;

	while ((intid = (uint32_t)sysreg_read(ICC_IAR1_EL1)) < INTID_SPECIAL) {
		take(intid);
		sysreg_write(ICC_EOIR1_EL1, intid);
		isb();
	}
}

/* Aff3 from bit 48, the range of Aff0 from 44, Aff2 from 32, INTID from 24,
 * Aff1 from 16, a bit for each Aff0 of the range. */
void irq_kick(const struct core *core)
{
	uint64_t affinity = core->data.affinity;

	dsb(ish);
	sysreg_write(ICC_SGI1R_EL1, (affinity >> 32 & 0xff) << 48 |
					    (affinity >> 4 & 0xf) << 44 |
					    (affinity >> 16 & 0xff) << 32 |
					    (uint64_t)IRQ_SGI_KICK << 24 |
					    (affinity >> 8 & 0xff) << 16 |
					    UINT64_C(1) << (affinity & 0xf));
	isb();
}
