/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3's part of the GICv3 (Arm IHI0069), in its Secure view (docs/machine.md,
 * GICv3).
 */
#include "monitor/gic.h"

#include "abi/machine_map.h"
#include "lib/a64.h"
#include "monitor/core/el3_regs.h"
#include "monitor/cpu.h"

#define GICD_CTLR       (MACHINE_GICD_BASE + 0x0)
#define GICD_TYPER      (MACHINE_GICD_BASE + 0x4)
#define GICD_IGROUPR    (MACHINE_GICD_BASE + 0x80)
#define GICD_IPRIORITYR (MACHINE_GICD_BASE + 0x400)
#define GICD_IGRPMODR   (MACHINE_GICD_BASE + 0xd00)

#define CTLR_GRP0   (1u << 0)
#define CTLR_GRP1_S (1u << 2)
#define CTLR_ARE_S  (1u << 4)
#define CTLR_ARE_NS (1u << 5)
#define CTLR_RWP    (1u << 31)
#define CTLR_ARE    (CTLR_ARE_S | CTLR_ARE_NS)
#define TYPER_LINES 0x1fu /* 32 (n + 1) INTIDs */

#define GICR_TYPER      0x8
#define GICR_TYPER_LAST 0x10u

/* A priority in the half that the Non-secure world can set (IHI0069 4.8). */
#define PRIORITY_NS 0xa0a0a0a0u

static void distributor_control(uint32_t value)
{
	mmio_write32(GICD_CTLR, value);
	while (mmio_read32(GICD_CTLR) & CTLR_RWP)
		;
}

void gic_init(void)
{
	uint64_t words = (mmio_read32(GICD_TYPER) & TYPER_LINES) + 1;

	distributor_control(0);
	distributor_control(CTLR_ARE);
	for (uint64_t i = 1; i < words; i++) {
		mmio_write32(GICD_IGROUPR + 4 * i, UINT32_MAX);
		mmio_write32(GICD_IGRPMODR + 4 * i, 0);
	}
	for (uint64_t i = 8; i < 8 * words; i++)
		mmio_write32(GICD_IPRIORITYR + 4 * i, PRIORITY_NS);
	/* The Non-secure world enables its own group. */
	distributor_control(CTLR_ARE | CTLR_GRP0 | CTLR_GRP1_S);
}

void gic_cpu_hand_over(void)
{
	/* EL3 can access these registers only while SCR_EL3.NS is set. */
	sysreg_write(SCR_EL3, SCR_NS | SCR_RES1 | SCR_RW);
	isb();
	sysreg_write(ICC_SRE_EL2, ICC_SRE_ALL);
	isb();
	sysreg_write(ICH_HCR_EL2, 0);
	sysreg_write(ICH_VMCR_EL2, 0);
	isb();
}

uint32_t gic_count_cpus(void)
{
	uint64_t frame = MACHINE_GICR_BASE;
	uint32_t count = 1;

	for (; count < MACHINE_MAX_CPUS; count++, frame += MACHINE_GICR_STEP) {
		if (mmio_read32(frame + GICR_TYPER) & GICR_TYPER_LAST)
			break;
	}
	return count;
}

void gic_wake(uint32_t index)
{
	uint64_t affinity = MACHINE_AFFINITY((uint64_t)index);

	/*
	 * The CPU must see its PSCI state before it takes the SGI.
	 * ICC_SGI0R_EL1 has Aff1 in bits 23:16, the INTID in 27:24, and a bit
	 * for each Aff0 in 15:0.
	 */
	dsb(ish);
	sysreg_write(ICC_SGI0R_EL1, (affinity & 0xff00) << 8 |
					    (uint64_t)GIC_WAKE_SGI << 24 |
					    UINT64_C(1) << (affinity & 0xf));
	isb();
}
