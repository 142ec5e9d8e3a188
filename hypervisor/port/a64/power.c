/* SPDX-License-Identifier: BSD-3-Clause */
/* PSCI calls to the firmware. */
#include "hypervisor/port/a64/power.h"

#include "abi/psci.h"
#include "lib/a64.h"
#include "lib/smc.h"

int power_core_on(uint64_t affinity, uint64_t entry, uint64_t context)
{
	struct smccc_regs regs = { .x = { PSCI_CPU_ON_64, affinity, entry,
					  context } };

	smc_call(&regs);
	return (int)regs.x[0];
}

void power_off(void)
{
	struct smccc_regs regs = { .x = { PSCI_SYSTEM_OFF } };

	smc_call(&regs);
	power_stop();
}

void power_stop(void)
{
	for (;;)
		wfi();
}
