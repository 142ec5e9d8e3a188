/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking EL3 about devices. */
#include "hypervisor/port/a64/dma.h"

#include "abi/dma_guard.h"
#include "abi/smccc.h"
#include "lib/smc.h"

/* Returns false if EL3 does not know the call. */
static bool guard_ask(uint64_t fid, struct smccc_regs *regs)
{
	*regs = (struct smccc_regs){ { fid } };
	smc_call(regs);
	return regs->x[0] == SMCCC_SUCCESS;
}

struct host_ram dma_window(void)
{
	struct smccc_regs regs;

	if (!guard_ask(DMA_GUARD_WINDOW, &regs))
		return (struct host_ram){ pa_make(0), 0 };
	return (struct host_ram){ pa_make(regs.x[1]), regs.x[2] };
}

bool dma_possible(void)
{
	struct smccc_regs regs;

	return !guard_ask(DMA_GUARD_WINDOW, &regs) || regs.x[2] != 0;
}

void dma_faults_fill(void *ctx, struct control_host *host)
{
	struct smccc_regs regs;

	(void)ctx;
	if (!guard_ask(DMA_GUARD_FAULTS, &regs))
		return;
	host->dma_faults = regs.x[1];
	host->dma_faults_more = regs.x[2];
	host->dma_fault_address = regs.x[3];
	host->dma_fault_what = regs.x[4];
}
