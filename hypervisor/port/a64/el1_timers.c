/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading and reading the EL1 timers. */
#include "hypervisor/port/a64/el1_timers.h"

#include "lib/a64.h"

/* CNTx_CTL_EL0: the fields that can be written. */
#define CTL_WRITABLE (TIMER_ENABLE | TIMER_IMASK)

#define TIMER_LOAD(timer, ctl_reg, cval_reg)                                     \
	do {                                                                     \
		if (sysreg_read(cval_reg) != (timer)->cval)                      \
			sysreg_write(cval_reg, (timer)->cval);                   \
		if (((sysreg_read(ctl_reg) ^ (timer)->ctl) & CTL_WRITABLE) != 0) \
			sysreg_write(ctl_reg, (timer)->ctl);                     \
	} while (0)

void el1_timers_load(const struct vcpu_timer *virt,
		     const struct vcpu_timer *phys)
{
	TIMER_LOAD(virt, cntv_ctl_el0, cntv_cval_el0);
	TIMER_LOAD(phys, cntp_ctl_el0, cntp_cval_el0);
}

void el1_timers_read(struct vcpu_timer *virt, struct vcpu_timer *phys)
{
	virt->ctl = sysreg_read(cntv_ctl_el0);
	virt->cval = sysreg_read(cntv_cval_el0);
	phys->ctl = sysreg_read(cntp_ctl_el0);
	phys->cval = sysreg_read(cntp_cval_el0);
}

void el1_timers_off(void)
{
	if ((sysreg_read(cntv_ctl_el0) & TIMER_ENABLE) != 0)
		sysreg_write(cntv_ctl_el0, 0);
	if ((sysreg_read(cntp_ctl_el0) & TIMER_ENABLE) != 0)
		sysreg_write(cntp_ctl_el0, 0);
	isb();
}
