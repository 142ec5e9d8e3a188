/* SPDX-License-Identifier: BSD-3-Clause */
/* The ID registers as a Realm sees them. */
#ifndef REEVE_RMM_CORE_REC_IDREG_H
#define REEVE_RMM_CORE_REC_IDREG_H

#include <stdint.h>

#include "lib/debug.h"

struct rmm_machine;

/* Returns the register S3_0_C0_C<crm>_<op2> as a Realm with so many breakpoints
 * and watchpoints reads it. crm is 1 to 7, op2 0 to 7. */
uint64_t idreg_view(const struct rmm_machine *machine,
		    struct debug_counts counts, unsigned crm, unsigned op2);

#endif
