/* SPDX-License-Identifier: BSD-3-Clause */
/* Code that the hosts for the RMM share: checks, RMI calls, the two CPUs. */
#include "tests/machine/payload/host.h"

#include "abi/psci.h"
#include "lib/log.h"
#include "lib/smc.h"
#include "tests/machine/payload/payload.h"

#define CPTR_OPEN   0x22ff /* E2H = 0: the reserved-one bits, no trap */
#define ZCR_LONGEST 0xf

extern char _start[];

static unsigned checks;

void check(bool good, const char *what)
{
	log_line_unlocked("%s %u - %s", good ? "ok" : "not ok", ++checks, what);
}

void checks_end(void)
{
	log_line_unlocked("1..%u", checks);
}

uint64_t rmi_call(struct smccc_regs *regs, const uint64_t words[6])
{
	*regs = (struct smccc_regs){ { 0 } };
	for (unsigned i = 0; i < 6; i++)
		regs->x[i] = words[i];
	smc_call(regs);
	return regs->x[0];
}

uint64_t rmi(struct smccc_regs *regs, uint64_t fid, uint64_t a, uint64_t b)
{
	return rmi_call(regs, (const uint64_t[6]){ fid, a, b });
}

uint64_t rmi_status(uint64_t fid, uint64_t a, uint64_t b)
{
	struct smccc_regs regs;

	return rmi(&regs, fid, a, b);
}

bool range_move(uint64_t fid, uint64_t base, unsigned granules)
{
	uint64_t top = base + granules * GRANULE;
	struct smccc_regs regs;

	while (base < top) {
		if (rmi(&regs, fid, base, top) != RMI_SUCCESS)
			return false;
		base = regs.x[1];
	}
	return true;
}

bool secondary_start(void)
{
	struct smccc_regs regs = { { PSCI_CPU_ON_64, MACHINE_AFFINITY(1),
				     (uintptr_t)_start, 0 } };

	dsb(sy);
	smc_call(&regs);
	return regs.x[0] == PSCI_SUCCESS;
}

void secondary_wait_off(void)
{
	struct smccc_regs regs;

	do {
		regs = (struct smccc_regs){ { PSCI_AFFINITY_INFO_64,
					      MACHINE_AFFINITY(1), 0 } };
		smc_call(&regs);
	} while (regs.x[0] != PSCI_AFFINITY_OFF);
}

void secondary_off(void)
{
	struct smccc_regs regs = { { PSCI_CPU_OFF } };

	dsb(sy);
	smc_call(&regs);
	for (;;)
		wfi();
}

void machine_off(void)
{
	struct smccc_regs regs = { { PSCI_SYSTEM_OFF } };

	smc_call(&regs);
}

void vectors_open(void)
{
	sysreg_write(CPTR_EL2, CPTR_OPEN);
	isb();
	sysreg_write(ZCR_EL2, ZCR_LONGEST);
	isb();
}

void payload_main(uint64_t argument, uint64_t x1, uint64_t x2, uint64_t x3)
{
	(void)argument;
	(void)x1;
	(void)x2;
	(void)x3;
	if (cpu_index() == 0)
		host_primary();
	else
		host_secondary();
	for (;;)
		wfi();
}
