/* SPDX-License-Identifier: BSD-3-Clause */
/* What EL3 does for the RMM. */
#include "rmm/port/a64/el3.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/rmm_el3.h"
#include "lib/smc.h"

#define RESERVE_ALIGN_BITS 12

/* Words of a request, and of its answer. */
#define REQUEST_WORDS 8

static bool call_ok(struct smccc_regs *regs)
{
	smc_call(regs);
	return (int32_t)regs->x[0] == RMM_EL3_OK;
}

bool el3_delegate(pa_t pa)
{
	struct smccc_regs regs = { { RMM_EL3_DELEGATE, pa.value } };

	return call_ok(&regs);
}

bool el3_undelegate(pa_t pa)
{
	struct smccc_regs regs = { { RMM_EL3_UNDELEGATE, pa.value } };

	return call_ok(&regs);
}

bool el3_reserve_memory(uint64_t size, uint64_t *pa)
{
	struct smccc_regs regs = { { RMM_EL3_RESERVE_MEMORY, size,
		BITS_PUT(RMM_EL3_RESERVE_ALIGN, RESERVE_ALIGN_BITS) } };
	bool ok = call_ok(&regs);

	*pa = regs.x[1];
	return ok;
}

void el3_boot_complete(int64_t result, struct smccc_regs *regs)
{
	*regs = (struct smccc_regs){ { RMM_EL3_BOOT_COMPLETE,
		(uint64_t)result } };
	smc_call(regs);
}

void el3_request_complete(struct smccc_regs *regs)
{
	struct smccc_regs call = { { RMM_EL3_REQ_COMPLETE } };

	memcpy(&call.x[1], regs->x, REQUEST_WORDS * sizeof(call.x[0]));
	smc_call(&call);
	*regs = call;
}
