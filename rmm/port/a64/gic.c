/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual interface of the interrupt controller (IHI0069, 12.4). */
#include "rmm/port/a64/gic.h"

#include "abi/bits.h"
#include "lib/ich.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/regs.h"

uint32_t port_gic_vtr(struct rmm_port *port)
{
	(void)port;
	return (uint32_t)sysreg_read(ICH_VTR_EL2);
}

unsigned port_gic_lrs(struct rmm_port *port, uint64_t lr[GIC_LRS_MAX])
{
	unsigned count;

	/* Without SRE the other registers are undefined. EL3 leaves SRE to the
	 * host, so the host may have cleared it. */
	if (!(sysreg_read(ICC_SRE_EL2) & ICC_SRE_SRE))
		return 0;
	count = (unsigned)BITS_GET(port_gic_vtr(port), ICH_VTR_LRS) + 1;
	if (count > GIC_LRS_MAX)
		count = GIC_LRS_MAX;
	for (unsigned i = 0; i < count; i++)
		lr[i] = ich_lr_read(i);
	return count;
}

void gic_disable(void)
{
	uint64_t hcr = sysreg_read(ICH_HCR_EL2);

	sysreg_write(ICH_HCR_EL2, hcr & ~(uint64_t)ICH_HCR_EN);
}

static bool maintenance_pends(void)
{
	return (sysreg_read(ICC_HPPIR1_EL1) & INTID_MASK) == INTID_MAINTENANCE;
}

/* Returns which of two interrupts the list registers in the set hold, as
 * GIC_ENDED_* bits, or 0 if one of them holds any other interrupt. */
static unsigned lrs_which(uint64_t set, const uint64_t intids[2])
{
	unsigned which = 0;

	for (unsigned n = 0; n < GIC_LRS_MAX; n++) {
		uint64_t intid;

		if ((set & UINT64_C(1) << n) == 0)
			continue;
		intid = BITS_GET(ich_lr_read(n), ICH_LR_INTID);
		if (intid != intids[0] && intid != intids[1])
			return 0;
		which |= intid == intids[0] ? GIC_ENDED_FIRST : GIC_ENDED_SECOND;
	}
	return which;
}

unsigned gic_end(const uint64_t intids[2])
{
	uint64_t ended;
	unsigned which;

	if (!maintenance_pends() || sysreg_read(ICH_MISR_EL2) != ICH_MISR_EOI)
		return 0;
	ended = sysreg_read(ICH_EISR_EL2);
	which = lrs_which(ended, intids);
	if (which == 0)
		return 0;
	for (unsigned n = 0; n < GIC_LRS_MAX; n++) {
		if ((ended & UINT64_C(1) << n) != 0)
			ich_lr_write(n, ich_lr_read(n) & ~ICH_LR_EOI);
	}
	isb();
	for (unsigned i = 0; i < GIC_SETTLE_TRIES && maintenance_pends(); i++)
		;
	return which;
}
