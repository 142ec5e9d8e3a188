/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions that the RMM takes to EL1 in the Realm's place (docs/rmi.md,
 * Injected exceptions). The rules are those of DDI0487, "Exception entry", for
 * the features that a Realm has.
 */
#include "abi/bits.h"
#include "lib/esr.h"
#include "lib/pstate.h"
#include "rmm/core/rec/exit.h"

/* Offsets from VBAR_EL1 of the vectors for synchronous exceptions. */
#define VECTOR_CURRENT_EL_SP_EL0 0x000
#define VECTOR_CURRENT_EL_SP_ELX 0x200
#define VECTOR_LOWER_EL_A64      0x400
#define VECTOR_LOWER_EL_A32      0x600

/* Returns the offset of the vector for a synchronous exception that comes from
 * this PSTATE. */
static uint64_t vector_offset(uint64_t pstate)
{
	if (pstate & PSTATE_A32)
		return VECTOR_LOWER_EL_A32;
	switch (BITS_GET(pstate, PSTATE_MODE)) {
	case PSTATE_EL1H:
		return VECTOR_CURRENT_EL_SP_ELX;
	case PSTATE_EL1T:
		return VECTOR_CURRENT_EL_SP_EL0;
	default:
		return VECTOR_LOWER_EL_A64;
	}
}

static uint64_t handler_pstate(const struct rec *rec)
{
	uint64_t kept = rec->pstate & (PSTATE_NZCV | PSTATE_PAN);
	uint64_t sctlr = rec->el1.sctlr_el1;

	if (!(rec->pstate & PSTATE_A32))
		kept |= rec->pstate & PSTATE_DIT;
	if (!(sctlr & SCTLR_EL1_SPAN))
		kept |= PSTATE_PAN;
	if (sctlr & SCTLR_EL1_DSSBS)
		kept |= PSTATE_SSBS;
	return kept | PSTATE_DAIF | PSTATE_EL1H;
}

static void inject_exception(struct rec *rec, uint64_t esr)
{
	uint64_t pstate = handler_pstate(rec);

	rec->el1.esr_el1 = esr;
	rec->el1.elr_el1 = rec->pc;
	rec->el1.spsr_el1 = rec->pstate;
	rec->pc = rec->el1.vbar_el1 + vector_offset(rec->pstate);
	rec->pstate = pstate;
}

/* Returns the exception class at EL1 of an abort with this ESR_EL2. Aborts from
 * EL1 have the next higher class than those from EL0. */
static uint64_t inject_class(const struct rec *rec, uint64_t esr)
{
	uint64_t mode = BITS_GET(rec->pstate, PSTATE_MODE);
	bool from_el1 = !(rec->pstate & PSTATE_A32) && mode != PSTATE_EL0T;

	return BITS_GET(esr, ESR_EC) + (from_el1 ? 1 : 0);
}

void inject_sea(struct rec *rec, uint64_t esr, uint64_t far)
{
	uint64_t syndrome = BITS_PUT(ESR_EC, inject_class(rec, esr)) | ESR_IL |
			    ESR_EA | ESR_FSC_EXTERNAL;

	if (BITS_GET(esr, ESR_EC) == ESR_EC_DATA_LOWER)
		syndrome |= esr & (ESR_CM | ESR_WNR);
	rec->el1.far_el1 = far;
	inject_exception(rec, syndrome);
}

void inject_undefined(struct rec *rec)
{
	inject_exception(rec, BITS_PUT(ESR_EC, ESR_EC_UNKNOWN) | ESR_IL);
}
