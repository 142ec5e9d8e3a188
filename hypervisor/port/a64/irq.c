/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's interrupts: enabling, acknowledging and handling them. */
#include "hypervisor/port/a64/irq.h"

#include <assert.h>
#include <stddef.h>

#include "abi/bits.h"
#include "abi/machine_map.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/a64/clock.h"
#include "lib/a64.h"
#include "lib/mpidr.h"

/* ICC_SRE_EL2: system registers, at EL1 too; FIQ and IRQ bypass disabled. */
#define ICC_SRE_SRE    (1 << 0)
#define ICC_SRE_DFB    (1 << 1)
#define ICC_SRE_DIB    (1 << 2)
#define ICC_SRE_ENABLE (1 << 3)
#define ICC_SRE_ALL    (ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB | ICC_SRE_ENABLE)

#define ISR_IRQ            (1 << 7)
#define PRIORITY_MASK_NONE 0xff
#define PRIORITIES         0xa0a0a0a0u /* one priority, for four interrupts */
#define ICFGR_EDGE         2u /* of the two bits of an interrupt */

#define INTID_SPI 32
#define INTIDS    288 /* number of INTIDs of the board */

static struct {
	void (*fn)(void *ctx);
	void *ctx;
} handlers[INTIDS];

/* Returns the address of the SGI frame of the core's redistributor, which
 * controls SGIs and PPIs. */
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
	sysreg_write(ICC_SRE_EL2, ICC_SRE_ALL);
	isb();
	sysreg_write(ICC_PMR_EL1, PRIORITY_MASK_NONE);
	sysreg_write(ICC_CTLR_EL1, 0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

/* In this view the register has the bits of the Non-secure group only. */
void irq_machine_init(void)
{
	mmio_write32(MACHINE_GICD_BASE + GICD_CTLR,
		     GICD_CTLR_ARE | GICD_CTLR_GRP1);
}

void irq_register(unsigned intid, void (*fn)(void *ctx), void *ctx)
{
	assert(intid >= INTID_SPI && intid < INTIDS);
	handlers[intid].ctx = ctx;
	__atomic_store_n(&handlers[intid].fn, fn, __ATOMIC_RELEASE);
}

static void irq_route(unsigned intid, const struct core *core)
{
	uint64_t router = MACHINE_GICD_BASE + GICD_IROUTER + intid * 8;

	mmio_write32(router, (uint32_t)core->data.affinity);
	mmio_write32(router + 4, (uint32_t)(core->data.affinity >> 32));
}

void irq_enable_spi(unsigned intid, bool edge)
{
	uint64_t config = MACHINE_GICD_BASE + GIC_ICFGR + intid / 16 * 4;
	uint32_t bit = ICFGR_EDGE << intid % 16 * 2;
	uint32_t word = mmio_read32(config) & ~bit;

	assert(intid >= INTID_SPI && intid < INTIDS);
	mmio_write32(config, edge ? word | bit : word);
	irq_route(intid, core_current());
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

/*
 * Handles an interrupt. The timer's line stays asserted until the timer is off,
 * so it is turned off; the scheduler arms it again. An EL1 timer belongs to the
 * vCPU that has the core: its interrupt is disabled until the next entry looks
 * at the timer. An SGI or another PPI has no handler: it has ended a wait or a
 * guest's run, which is all that it is for.
 */
static void irq_handle(uint32_t intid)
{
	if (intid == MACHINE_TIMER_HYP_INTID) {
		clock_disarm();
		isb();
	} else if (intid == MACHINE_TIMER_VIRT_INTID ||
		   intid == MACHINE_TIMER_PHYS_INTID) {
		irq_ppi_set(intid, false);
	} else if (intid >= INTID_SPI && intid < INTIDS &&
		   __atomic_load_n(&handlers[intid].fn, __ATOMIC_ACQUIRE) !=
			   NULL) {
		handlers[intid].fn(handlers[intid].ctx);
	}
}

/* ISR_EL1 is read first: on QEMU an acknowledgement takes the lock of all
 * devices, and mostly there is nothing to acknowledge. */
void irq_poll(void)
{
	struct core *core = core_current();
	uint32_t intid;

	if ((sysreg_read(isr_el1) & ISR_IRQ) == 0)
		return;
	intid = (uint32_t)sysreg_read(ICC_IAR1_EL1);
	while (intid < GIC_SPECIAL) {
		core->data.irq_core = NULL;
		irq_handle(intid);
		sysreg_write(ICC_EOIR1_EL1, intid);
		isb();
		if (intid >= INTID_SPI && core->data.irq_core != NULL &&
		    core->data.irq_core != core)
			irq_route(intid, core->data.irq_core);
		intid = (uint32_t)sysreg_read(ICC_IAR1_EL1);
	}
}

void irq_kick(const struct core *core)
{
	uint64_t affinity = core->data.affinity;
	uint64_t aff0 = BITS_GET(affinity, MPIDR_AFF0);

	dsb(ish);
	sysreg_write(
		ICC_SGI1R_EL1,
		BITS_PUT(SGIR_AFF3, BITS_GET(affinity, MPIDR_AFF3)) |
			BITS_PUT(SGIR_RS, aff0 / SGIR_TARGETS_WIDTH) |
			BITS_PUT(SGIR_AFF2, BITS_GET(affinity, MPIDR_AFF2)) |
			BITS_PUT(SGIR_INTID, IRQ_SGI_KICK) |
			BITS_PUT(SGIR_AFF1, BITS_GET(affinity, MPIDR_AFF1)) |
			BITS_PUT(SGIR_TARGETS, 1u << aff0 % SGIR_TARGETS_WIDTH));
	isb();
}
