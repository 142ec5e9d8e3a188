/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers of EL1 and EL0. The RMM runs without the virtualization host
 * extensions (E2H = 0), so that they have their own names and mean nothing to
 * it.
 */
#include "rmm/port/a64/el1.h"

#include "lib/a64.h"

#define SAVE(reg) to->reg = sysreg_read(reg);
#define LOAD(reg) sysreg_write(reg, from->reg);

void el1_save(struct el1_shared *to)
{
	EL1_SHARED(SAVE)
	to->tcr_el1 = sysreg_read(tcr_el1);
}

void el1_load(const struct el1_shared *from)
{
	EL1_SHARED(LOAD)
	/* A write that changes nothing still drops all of QEMU's TLBs. */
	if (sysreg_read(tcr_el1) != from->tcr_el1)
		sysreg_write(tcr_el1, from->tcr_el1);
}

void el1_realm_save(struct el1_realm *to)
{
	EL1_REALM(SAVE)
}

void el1_realm_load(const struct el1_realm *from)
{
	EL1_REALM(LOAD)
}
