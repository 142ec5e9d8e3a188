/* SPDX-License-Identifier: BSD-3-Clause */
/* Exceptions that the RMM itself causes: a refused copy, or the end of the
 * RMM. */
#include "abi/bits.h"
#include "lib/log.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/ns_copy.h"
#include "rmm/port/a64/panic.h"
#include "rmm/port/a64/regs.h"

/* The registers that vectors.S saves. */
struct trap_frame {
	uint64_t x[31];
	uint64_t elr;
	uint64_t esr;
	uint64_t far;
	uint64_t spsr;
	uint64_t pad;
};

_Static_assert(sizeof(struct trap_frame) == 288, "FRAME_SIZE of vectors.S");

void trap_sync(struct trap_frame *frame);
_Noreturn void trap_fatal(const struct trap_frame *frame, unsigned vector);

/* Returns true for a fault of ns_copy(): the host has delegated the memory, or
 * nothing answers at its address. */
static bool copy_refused(const struct trap_frame *frame)
{
	uint64_t fsc = BITS_GET(frame->esr, ESR_FSC);

	return BITS_GET(frame->esr, ESR_EC) == ESR_EC_DATA_CURRENT &&
	       frame->elr >= (uintptr_t)ns_copy &&
	       frame->elr < (uintptr_t)ns_copy_end &&
	       (fsc == ESR_FSC_GPF || fsc == ESR_FSC_EXTERNAL);
}

void trap_sync(struct trap_frame *frame)
{
	if (!copy_refused(frame))
		trap_fatal(frame, 0);
	frame->elr = (uintptr_t)ns_copy_fault;
}

void trap_fatal(const struct trap_frame *frame, unsigned vector)
{
	log_line_unlocked("exception %u: ESR %lx ELR %lx FAR %lx LR %lx", vector,
			  frame->esr, frame->elr, frame->far, frame->x[30]);
	rmm_stop("an exception that nothing expects");
}
