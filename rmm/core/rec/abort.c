/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Aborts of a Realm at stage 2 (docs/rmi.md, Stage 2 aborts): which of them the
 * Realm gets, which the host gets, and how much of the syndrome the host sees.
 * If a host maps memory that cannot be accessed, or a Realm accesses it, only
 * this Realm stops.
 */
#include "abi/bits.h"
#include "lib/esr.h"
#include "lib/pstate.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/exit.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* The fields of a syndrome that the host sees (docs/rmi.md, Syndrome exposure):
 * of any abort, of one in the unprotected half, and of one there that the host
 * may emulate. */
#define SEEN_ANY                                                               \
	(BITS_MASK(ESR_EC) | BITS_MASK(ESR_SET) | ESR_FNV | ESR_EA |           \
	 BITS_MASK(ESR_FSC))
#define SEEN_OUTSIDE (SEEN_ANY | ESR_IL)
#define SEEN_EMULATABLE                                                        \
	(SEEN_ANY | ESR_ISV | BITS_MASK(ESR_SAS) | ESR_SF | ESR_WNR)

/* ESR_ELx.FSC of faults at level -1, which do not follow those of the other
 * levels. */
#define FSC_ADDRESS_SIZE_MINUS_1 0x29
#define FSC_TRANSLATION_MINUS_1  0x2b

#define FAR_IN_PAGE (GRANULE_SIZE - 1)

static ipa_t abort_page(const struct rec_trap *trap)
{
	return ipa_make(BITS_GET(trap->hpfar, HPFAR_FIPA) * GRANULE_SIZE);
}

static bool is_data(const struct rec_trap *trap)
{
	return BITS_GET(trap->esr, ESR_EC) == ESR_EC_DATA_LOWER;
}

/* Returns whether fsc is an address size, translation, access flag or
 * permission fault. Other faults do not depend on the host's mappings alone, so
 * the host cannot remove their cause. */
static bool is_stage_fault(uint64_t fsc)
{
	return fsc < ESR_FSC_EXTERNAL || fsc == FSC_ADDRESS_SIZE_MINUS_1 ||
	       fsc == FSC_TRANSLATION_MINUS_1;
}

/* Returns whether fsc is an external abort, on a table walk or not, or a parity
 * error. */
static bool is_external(uint64_t fsc)
{
	return (fsc & ESR_FSC_KIND_MASK) == ESR_FSC_EXTERNAL;
}

static void abort_inject_sea(const struct rec_hold *hold,
			     const struct rec_trap *trap)
{
	struct rmm_port *port = hold->rmm->port;

	port_rec_el1_get(port, hold->rec);
	inject_sea(hold->rec, trap->esr, trap->far);
	port_rec_el1_put(port, hold->rec);
}

static bool abort_exit(const struct rec_trap *trap, uint64_t seen,
		       struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = trap->esr & seen;
	return true;
}

/* Handles an access that memory did not answer. An error that is not contained
 * may have hit the RMM itself, so the RMM stops. */
static bool abort_external_handle(const struct rec_hold *hold,
				  const struct rec_trap *trap,
				  struct rmi_rec_exit *exit)
{
	switch (BITS_GET(trap->esr, ESR_SET)) {
	case ESR_SET_UER:
		abort_inject_sea(hold, trap);
		break;
	case ESR_SET_UEO:
		break;
	default:
		port_panic(hold->rmm->port, "an error that is not contained");
	}
	return abort_exit(trap, SEEN_ANY, exit);
}

/* Returns whether the Realm itself caused the abort, and gets it. */
static bool is_realms_fault(const struct rec_hold *hold,
			    const struct rec_trap *trap)
{
	const struct realm_s2 *s2 = &hold->rd->s2;
	uint64_t fsc = BITS_GET(trap->esr, ESR_FSC);
	ipa_t page = abort_page(trap), top;

	if (page.value >= realm_ipa_size(s2) || !is_stage_fault(fsc))
		return true;
	if (!is_data(trap) && esr_is_permission_fault(trap->esr))
		return true;
	if (!realm_ipa_protected(s2, page))
		return !is_data(trap);
	top = ipa_make(page.value + GRANULE_SIZE);
	return rtt_ripas_get(hold->rmm, s2, page, &top) == RMI_RIPAS_EMPTY;
}

/* Returns the highest bit of an access, which is the sign of its value. */
static uint64_t access_top_bit(uint64_t esr)
{
	unsigned bits = 8U << BITS_GET(esr, ESR_SAS);

	return UINT64_C(1) << (bits - 1);
}

static uint64_t access_mask(uint64_t esr)
{
	uint64_t top = access_top_bit(esr);

	return top | (top - 1);
}

static bool is_emulatable(const struct rec *rec, const struct rec_trap *trap)
{
	return (trap->esr & ESR_ISV) && !(rec->pstate & PSTATE_A32);
}

/* Returns the value that the instruction stores, and 0 for a load. */
static uint64_t abort_stored_value(const struct rec *rec, uint64_t esr)
{
	uint64_t rt = BITS_GET(esr, ESR_SRT);

	if (!(esr & ESR_WNR) || rt == REC_ZERO_REGISTER)
		return 0;
	return rec->gprs[rt] & access_mask(esr);
}

/* Handles a data abort in the unprotected half. */
static bool abort_unprotected_handle(const struct rec_hold *hold,
				     const struct rec_trap *trap,
				     struct rmi_rec_exit *exit)
{
	struct rec *rec = hold->rec;

	rec->last.kind = REC_LAST_UNPROTECTED;
	rec->last.esr = trap->esr;
	rec->last.far = trap->far;
	if (!is_emulatable(rec, trap))
		return abort_exit(trap, SEEN_OUTSIDE, exit);
	rec->last.kind = REC_LAST_EMULATABLE;
	exit->far = trap->far & FAR_IN_PAGE;
	exit->gprs[0] = abort_stored_value(rec, trap->esr);
	return abort_exit(trap, SEEN_EMULATABLE, exit);
}

bool abort_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		  struct rmi_rec_exit *exit)
{
	if (is_external(BITS_GET(trap->esr, ESR_FSC)))
		return abort_external_handle(hold, trap, exit);
	if (is_realms_fault(hold, trap)) {
		abort_inject_sea(hold, trap);
		return false;
	}
	exit->hpfar = trap->hpfar & BITS_MASK(HPFAR_FIPA);
	if (!realm_ipa_protected(&hold->rd->s2, abort_page(trap)))
		return abort_unprotected_handle(hold, trap, exit);
	return abort_exit(trap, SEEN_ANY, exit);
}

/* Returns what a load puts into its register for the host's value. */
static uint64_t abort_loaded_value(uint64_t esr, uint64_t value)
{
	uint64_t mask = access_mask(esr);

	value &= mask;
	if ((esr & ESR_SSE) && (value & access_top_bit(esr)))
		value |= ~mask;
	return esr & ESR_SF ? value : (uint32_t)value;
}

void abort_complete(struct rec *rec, uint64_t value)
{
	uint64_t esr = rec->last.esr;
	uint64_t rt = BITS_GET(esr, ESR_SRT);

	if (!(esr & ESR_WNR) && rt != REC_ZERO_REGISTER)
		rec->gprs[rt] = abort_loaded_value(esr, value);
	rec_skip(rec, esr);
}
