/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's interrupts: what comes through, and who hears of it. */
#include "hypervisor/port/a64/irq.h"

#include <assert.h>
#include <stddef.h>

#include "abi/machine_map.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/a64/clock.h"
#include "lib/a64.h"

#define ISR_IRQ            (1 << 7)
#define PRIORITY_MASK_NONE 0xff
#define PRIORITIES         0xa0a0a0a0u /* four of them */
#define ICFGR_EDGE         2u /* of two bits an interrupt */

#define INTID_SPI 32
#define INTIDS    288 /* of the board */

static struct {
	void (*fn)(void *ctx);
	void *ctx;
} handlers[INTIDS];

/* Of the core's redistributor, what is about SGIs and PPIs. */
static uint64_t frame_of(const struct core *core)
{
	return MACHINE_GICR_BASE + GICR_SGI_BASE +
	       MACHINE_GICR_STEP * MACHINE_CPU_INDEX(core->data.affinity);
}

void irq_core_init(struct core *core)
{
	uint64_t frame = frame_of(core);

	for (unsigned i = 0; i < INTID_SPI; i += 4)
		mmio_write32(frame + GIC_IPRIORITYR + i, PRIORITIES);
	mmio_write32(frame + GIC_ICENABLER, UINT32_MAX);
	mmio_write32(frame + GIC_ISENABLER,
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
	uint64_t config = MACHINE_GICD_BASE + GIC_ICFGR + intid / 16 * 4;
	uint32_t bit = ICFGR_EDGE << intid % 16 * 2;
	uint32_t word = mmio_read32(config) & ~bit;

	assert(intid >= INTID_SPI && intid < INTIDS);
	mmio_write32(config, edge ? word | bit : word);
	mmio_write32(MACHINE_GICD_BASE + GICD_IROUTER + intid * 8,
		     (uint32_t)affinity);
	mmio_write32(MACHINE_GICD_BASE + GICD_IROUTER + intid * 8 + 4,
		     (uint32_t)(affinity >> 32));
	mmio_write32(MACHINE_GICD_BASE + GIC_ISENABLER + intid / 32 * 4,
		     1u << intid % 32);
}

void irq_ppi_set(unsigned intid, bool enabled)
{
	struct core *core = core_current();
	uint32_t bit = 1u << intid;

	if (((core->data.ppis & bit) != 0) == enabled)
		return;
	core->data.ppis ^= bit;
	mmio_write32(frame_of(core) + (enabled ? GIC_ISENABLER : GIC_ICENABLER),
		     bit);
}

/* The timer's line stays up until it is turned off; the scheduler turns it on
 * again. The others of the private ones only end a wait. */
static void irq_handle(uint32_t intid)
{
	if (intid == MACHINE_TIMER_HYP_INTID) {
		clock_disarm();
		isb();
	} else if (intid >= INTID_SPI && intid < INTIDS &&
		   __atomic_load_n(&handlers[intid].fn, __ATOMIC_ACQUIRE) !=
			   NULL) {
		handlers[intid].fn(handlers[intid].ctx);
	}
}

/* ISR_EL1 first: on QEMU an acknowledgement waits for the lock of all devices,
 * and mostly there is nothing to acknowledge. */
void irq_poll(void)
{
	uint32_t intid;

	if ((sysreg_read(isr_el1) & ISR_IRQ) == 0)
		return;
	while ((intid = (uint32_t)sysreg_read(ICC_IAR1_EL1)) < GIC_SPECIAL) {
		irq_handle(intid);
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
