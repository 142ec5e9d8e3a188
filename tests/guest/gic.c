/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's GICv3 (IHI0069), and the virtual timer. */
#include "tests/guest/probe.h"

#define GICD_CTLR       0x0
#define GICD_CTLR_ON    0x13 /* ARE, both groups */
#define GICR_TYPER      0x8
#define GICR_TYPER_LAST 0x10
#define GICR_WAKER      0x14
#define GICR_STEP       0x20000
#define GICR_SGI_FRAME  0x10000
#define GICR_IGROUPR0   0x80
#define GICR_ISENABLER0 0x100
#define GICR_IPRIORITYR 0x400
#define WAKER_SLEEP     2u
#define WAKER_ASLEEP    4u

#define PRIORITY 0xa0a0a0a0u
#define USED     (1u << TIMER_PPI | 1u << JOB_SGI | 1u << PING_SGI)
#define SPURIOUS 1020
#define TIMER_ON 1
#define NANOS    UINT64_C(1000000000)

void interrupt_take(struct vcpu *vcpu);

void gic_init(void)
{
	mmio_write32(machine.gicd + GICD_CTLR, GICD_CTLR_ON);
}

/* Returns the redistributor whose TYPER has this vCPU's affinity, or 0. */
static uint64_t redistributor(void)
{
	uint64_t mpidr = sysreg_read(MPIDR_EL1) & MPIDR_AFFINITY;
	uint32_t affinity = (uint32_t)(mpidr >> 8 & 0xff000000) |
			    (uint32_t)(mpidr & 0xffffff);
	uint64_t frame = machine.gicr;

	for (;; frame += GICR_STEP) {
		if (mmio_read32(frame + GICR_TYPER + 4) == affinity)
			return frame;
		if (mmio_read32(frame + GICR_TYPER) & GICR_TYPER_LAST)
			return 0;
	}
}

void gic_vcpu_init(struct vcpu *vcpu)
{
	uint64_t frame = redistributor();

	if (!check_of(frame != 0, "has a redistributor", vcpu->index))
		power_off();
	mmio_write32(frame + GICR_WAKER,
		     mmio_read32(frame + GICR_WAKER) & ~WAKER_SLEEP);
	while (mmio_read32(frame + GICR_WAKER) & WAKER_ASLEEP)
		;
	frame += GICR_SGI_FRAME;
	mmio_write32(frame + GICR_IGROUPR0, UINT32_MAX);
	for (uint64_t i = 0; i < 32; i += 4)
		mmio_write32(frame + GICR_IPRIORITYR + i, PRIORITY);
	mmio_write32(frame + GICR_ISENABLER0, USED);
	sysreg_write(ICC_SRE_EL1, sysreg_read(ICC_SRE_EL1) | 1);
	isb();
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_BPR1_EL1, 0);
	sysreg_write(ICC_CTLR_EL1, 0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gic_sgi(const struct vcpu *to, unsigned intid)
{
	uint64_t mpidr = machine.mpidr[to->index];

	dsb(ish);
	sysreg_write(ICC_SGI1R_EL1, (mpidr & 0xff00) << 8 |
					    (mpidr & 0xff0000) << 16 |
					    (uint64_t)intid << 24 |
					    UINT64_C(1) << (mpidr & 0xf));
	isb();
}

void interrupt_take(struct vcpu *vcpu)
{
	uint64_t intid = sysreg_read(ICC_IAR1_EL1) & 0xffffff;

	if (intid >= SPURIOUS)
		return;
	if (intid == TIMER_PPI)
		timer_stop();
	if (intid < 32)
		vcpu->interrupts[intid]++;
	else
		vcpu->strays++;
	sysreg_write(ICC_EOIR1_EL1, intid);
	isb();
}

uint64_t timer_now(void)
{
	uint64_t hz = sysreg_read(CNTFRQ_EL0);
	uint64_t ticks;

	isb();
	ticks = sysreg_read(CNTVCT_EL0);
	return ticks / hz * NANOS + ticks % hz * NANOS / hz;
}

void timer_start(uint64_t nanoseconds)
{
	uint64_t hz = sysreg_read(CNTFRQ_EL0);

	isb();
	sysreg_write(CNTV_CVAL_EL0, sysreg_read(CNTVCT_EL0) +
					    nanoseconds / 1000 * hz / 1000000);
	sysreg_write(CNTV_CTL_EL0, TIMER_ON);
	isb();
}

void timer_stop(void)
{
	sysreg_write(CNTV_CTL_EL0, 0);
	isb();
}

void timer_pause(void)
{
	unsigned count = vcpu_this()->interrupts[TIMER_PPI];

	timer_start(1000000);
	(void)wait_for_interrupt(TIMER_PPI, count);
}

/* The wait is bounded by the number of wake-ups. It is not bounded by a timer:
 * after its end the timer would keep waking the WFI. */
bool wait_for_interrupt(unsigned intid, unsigned count)
{
	struct vcpu *vcpu = vcpu_this();
	bool taken = false;

	for (unsigned tries = 0; tries < 1000 && !taken; tries++) {
		irq_mask();
		if (vcpu->interrupts[intid] == count)
			wfi();
		irq_unmask();
		isb();
		taken = vcpu->interrupts[intid] > count;
	}
	return taken;
}
