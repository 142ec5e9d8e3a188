/* SPDX-License-Identifier: BSD-3-Clause */
/* What EL3 does for the RMM (abi/rmm_el3.h). */
#ifndef REEVE_RMM_PORT_A64_EL3_H
#define REEVE_RMM_PORT_A64_EL3_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "lib/addr.h"

/* Moves a granule between PAS; false: EL3 refuses. */
bool el3_delegate(pa_t pa);
bool el3_undelegate(pa_t pa);

/* Memory in Realm PAS, page-aligned, for good; its content is not defined.
 * false: there is not so much. */
bool el3_reserve_memory(uint64_t size, uint64_t *pa);

/* Ends this CPU's boot (RMM_EL3_BOOT_*); *regs is the host's first request.
 * A failed boot does not return. */
void el3_boot_complete(int64_t result, struct smccc_regs *regs);

/* Answers *regs to the host and waits for its next request. */
void el3_request_complete(struct smccc_regs *regs);

#endif
