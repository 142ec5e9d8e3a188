/* SPDX-License-Identifier: BSD-3-Clause */
/* The EL1 timers (docs/rmi.md, Timers). */
#include "rmm/port/a64/timer.h"

#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/gic.h"
#include "rmm/port/a64/regs.h"

static void timers_save(struct rec_timer *virt, struct rec_timer *phys)
{
	virt->ctl = sysreg_read(CNTV_CTL_EL0);
	virt->cval = sysreg_read(CNTV_CVAL_EL0);
	phys->ctl = sysreg_read(CNTP_CTL_EL0);
	phys->cval = sysreg_read(CNTP_CVAL_EL0);
}

/*
 * A timer must not run with half of its state, or a timer of the host would
 * fire for the Realm. So it is turned off first, but only if it is on, and is
 * then loaded. Nothing is written if the registers have these values: QEMU's
 * main loop wakes at each write to a timer that is enabled, and a host may have
 * its timers as the REC left them.
 */
#define TIMER_LOAD(old, new, ctl_reg, cval_reg)                                \
	do {                                                                   \
		if (timer_equal(old, new))                                     \
			break;                                                 \
		if ((old)->ctl & TIMER_ENABLE)                                 \
			sysreg_write(ctl_reg, 0);                              \
		sysreg_write(cval_reg, (new)->cval);                           \
		sysreg_write(ctl_reg, (new)->ctl);                             \
	} while (0)

static bool timer_equal(const struct rec_timer *a, const struct rec_timer *b)
{
	return a->cval == b->cval &&
	       ((a->ctl ^ b->ctl) & (TIMER_ENABLE | TIMER_IMASK)) == 0;
}

void timers_start(const struct rec *rec)
{
	struct cpu *cpu = cpu_this();

	timers_save(&cpu->host_virt, &cpu->host_phys);
	TIMER_LOAD(&cpu->host_virt, &rec->virt, CNTV_CTL_EL0, CNTV_CVAL_EL0);
	TIMER_LOAD(&cpu->host_phys, &rec->phys, CNTP_CTL_EL0, CNTP_CVAL_EL0);
}

void timers_stop(struct rec *rec)
{
	const struct cpu *cpu = cpu_this();

	timers_save(&rec->virt, &rec->phys);
	TIMER_LOAD(&rec->virt, &cpu->host_virt, CNTV_CTL_EL0, CNTV_CVAL_EL0);
	TIMER_LOAD(&rec->phys, &cpu->host_phys, CNTP_CTL_EL0, CNTP_CVAL_EL0);
}

/* Returns true if the controller would signal the interrupt of a masked
 * timer. */
static bool masked_pends(uint64_t cnthctl)
{
	uint64_t pending = sysreg_read(ICC_HPPIR1_EL1) & INTID_MASK;

	if (pending == INTID_TIMER_VIRT)
		return (cnthctl & CNTHCTL_CNTVMASK) != 0;
	if (pending == INTID_TIMER_PHYS)
		return (cnthctl & CNTHCTL_CNTPMASK) != 0;
	return false;
}

/* Waits, for a bounded time, until the controller no longer signals the
 * interrupt of a masked timer. */
static void timers_settle(uint64_t cnthctl)
{
	for (unsigned i = 0; i < GIC_SETTLE_TRIES; i++) {
		if (!masked_pends(cnthctl))
			return;
	}
}

static void timers_mask(bool virt, bool phys)
{
	uint64_t cnthctl = CNTHCTL_REALM;

	if (virt)
		cnthctl |= CNTHCTL_CNTVMASK;
	if (phys)
		cnthctl |= CNTHCTL_CNTPMASK;
	if (sysreg_read(CNTHCTL_EL2) == cnthctl)
		return;
	sysreg_write(CNTHCTL_EL2, cnthctl);
	isb();
	timers_settle(cnthctl);
}

bool timers_changed(const struct rec *rec)
{
	bool virt, phys;

	isb();
	virt = timer_asserted(sysreg_read(CNTV_CTL_EL0));
	phys = timer_asserted(sysreg_read(CNTP_CTL_EL0));
	timers_mask(virt, phys);
	return virt != timer_asserted(rec->virt.ctl) ||
	       phys != timer_asserted(rec->phys.ctl);
}

bool timers_end(struct rec *rec)
{
	uint64_t virt = sysreg_read(CNTV_CTL_EL0);
	uint64_t phys = sysreg_read(CNTP_CTL_EL0);
	const uint64_t quiet[] = {
		timer_asserted(virt) ? UINT64_MAX : INTID_TIMER_VIRT,
		timer_asserted(phys) ? UINT64_MAX : INTID_TIMER_PHYS,
	};
	unsigned ended = gic_end(quiet);

	if (ended & GIC_ENDED_FIRST)
		rec->virt.ctl = virt;
	if (ended & GIC_ENDED_SECOND)
		rec->phys.ctl = phys;
	return ended != 0;
}
