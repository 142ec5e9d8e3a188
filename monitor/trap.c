/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exceptions from below that carry.S leaves: SMCs go by the routing table,
 * all others end the machine.
 */
#include "monitor/trap.h"

#include "abi/bits.h"
#include "abi/smccc.h"
#include "monitor/core/arch.h"
#include "monitor/dma_guard.h"
#include "monitor/panic.h"
#include "monitor/psci_calls.h"
#include "monitor/rmm.h"
#include "monitor/services.h"

static void smc_serve_arch(struct frame *frame)
{
	const struct arch_controls controls = {
		.scr = sysreg_read(SCR_EL3),
		.cptr = sysreg_read(CPTR_EL3),
		.mdcr = sysreg_read(MDCR_EL3),
	};
	uint32_t fid = (uint32_t)frame->x[0] & ~(uint32_t)SMCCC_SVE_HINT;

	frame->x[0] =
		(uint64_t)arch_call(&controls, fid, frame->x[1], &frame->x[1]);
}

static struct frame *smc_serve(struct cpu *cpu, struct frame *frame)
{
	switch (smc_route(frame->x[0], cpu->world)) {
	case ROUTE_SERVICE:
		return rmm_service(cpu);
	case ROUTE_FIRME:
		services_firme(frame, cpu->world);
		return frame;
	case ROUTE_PSCI:
		return psci_calls_serve(cpu);
	case ROUTE_DMA_GUARD:
		dma_guard_serve(frame);
		return frame;
	case ROUTE_ARCH:
		smc_serve_arch(frame);
		return frame;
	/* carry.S has carried those that there is an RMM for. */
	case ROUTE_TO_RMM:
	case ROUTE_TO_HYPERVISOR:
	case ROUTE_UNKNOWN:
		break;
	}
	frame->x[0] = SMCCC_NOT_SUPPORTED;
	return frame;
}

struct frame *trap_from_below(struct frame *frame)
{
	uint64_t class = BITS_GET(sysreg_read(ESR_EL3), ESR_EC);

	if (class == ESR_EC_SMC64)
		return smc_serve(cpu_self(), frame);

	/* AArch32 has no services. A guest may be in it, and call EL3 if its
	 * hypervisor does not trap that. */
	if (class != ESR_EC_SMC32)
		panic_from_below(frame);
	frame->x[0] = SMCCC_NOT_SUPPORTED;
	return frame;
}
