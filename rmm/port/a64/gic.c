/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual interface of the interrupt controller (Arm IHI 0069). */
#include "rmm/port/a64/gic.h"

#include "abi/bits.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/regs.h"

uint32_t port_gic_vtr(struct rmm_port *port)
{
	(void)port;
	return (uint32_t)sysreg_read(ICH_VTR_EL2);
}

/* ICH_LR<n>_EL2: no instruction takes the number from a register. */
static uint64_t lr_read(unsigned n)
{
	switch (n) {
	case 0:
		return sysreg_read(S3_4_C12_C12_0);
	case 1:
		return sysreg_read(S3_4_C12_C12_1);
	case 2:
		return sysreg_read(S3_4_C12_C12_2);
	case 3:
		return sysreg_read(S3_4_C12_C12_3);
	case 4:
		return sysreg_read(S3_4_C12_C12_4);
	case 5:
		return sysreg_read(S3_4_C12_C12_5);
	case 6:
		return sysreg_read(S3_4_C12_C12_6);
	case 7:
		return sysreg_read(S3_4_C12_C12_7);
	case 8:
		return sysreg_read(S3_4_C12_C13_0);
	case 9:
		return sysreg_read(S3_4_C12_C13_1);
	case 10:
		return sysreg_read(S3_4_C12_C13_2);
	case 11:
		return sysreg_read(S3_4_C12_C13_3);
	case 12:
		return sysreg_read(S3_4_C12_C13_4);
	case 13:
		return sysreg_read(S3_4_C12_C13_5);
	case 14:
		return sysreg_read(S3_4_C12_C13_6);
	default:
		return sysreg_read(S3_4_C12_C13_7);
	}
}

unsigned port_gic_lrs(struct rmm_port *port, uint64_t lr[GIC_LRS_MAX])
{
	unsigned count;

	/* Without it the others are undefined; EL3 leaves it to the host. */
	if (!(sysreg_read(ICC_SRE_EL2) & ICC_SRE_SRE))
		return 0;
	count = (unsigned)BITS_GET(port_gic_vtr(port), ICH_VTR_LRS) + 1;
	if (count > GIC_LRS_MAX)
		count = GIC_LRS_MAX;
	for (unsigned i = 0; i < count; i++)
		lr[i] = lr_read(i);
	return count;
}

void gic_disable(void)
{
	uint64_t hcr = sysreg_read(ICH_HCR_EL2);

	sysreg_write(ICH_HCR_EL2, hcr & ~(uint64_t)ICH_HCR_EN);
}
