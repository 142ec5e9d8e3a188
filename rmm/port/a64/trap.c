/* SPDX-License-Identifier: BSD-3-Clause */
/* Exceptions that the RMM itself causes: an access that memory of the host
 * refused, or the end of the RMM. */
#include "abi/bits.h"
#include "lib/log.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/ns_copy.h"
#include "rmm/port/a64/panic.h"
#include "rmm/port/a64/realm_at.h"
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
static bool copy_refused(uint64_t elr, uint64_t fsc)
{
	return elr >= (uintptr_t)ns_copy && elr < (uintptr_t)ns_copy_end &&
	       (fsc == ESR_FSC_GPF || fsc == ESR_FSC_EXTERNAL);
}

/* Returns true for an abort of realm_at(): the Realm's tables are where the
 * host has delegated the memory, or where nothing answers. */
static bool walk_refused(uint64_t elr, uint64_t fsc)
{
	return elr >= (uintptr_t)realm_at && elr < (uintptr_t)realm_at_end &&
	       ((fsc & ESR_FSC_KIND_MASK) == ESR_FSC_EXTERNAL ||
		(fsc >= ESR_FSC_GPF_WALK && fsc < ESR_FSC_GPF));
}

void trap_sync(struct trap_frame *frame)
{
	uint64_t fsc = BITS_GET(frame->esr, ESR_FSC);

	if (BITS_GET(frame->esr, ESR_EC) != ESR_EC_DATA_CURRENT)
		trap_fatal(frame, 0);
	if (copy_refused(frame->elr, fsc))
		frame->elr = (uintptr_t)ns_copy_fault;
	else if (walk_refused(frame->elr, fsc))
		frame->elr = (uintptr_t)realm_at_fault;
	else
		trap_fatal(frame, 0);
}

void trap_fatal(const struct trap_frame *frame, unsigned vector)
{
	log_line_unlocked("exception %u: ESR %lx ELR %lx FAR %lx LR %lx", vector,
			  frame->esr, frame->elr, frame->far, frame->x[30]);
	rmm_stop("an exception that nothing expects");
}
