/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Aborts of a Realm at stage 2 (rmi-rsi 4.2, 5.4, 5.5, 5.11): which the Realm
 * gets, which the host, and how much of each the host sees. A host that maps
 * what cannot be accessed, or a Realm that accesses it, stops nothing but
 * this Realm.
 */
#include "abi/bits.h"
#include "lib/esr.h"
#include "lib/pstate.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/exit.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* What the host sees of a syndrome: of any, of one outside the protected half,
 * and of one there that it may emulate. */
#define SEEN_ANY                                                               \
	(BITS_MASK(ESR_EC) | BITS_MASK(ESR_SET) | ESR_FNV | ESR_EA |           \
	 BITS_MASK(ESR_FSC))
#define SEEN_OUTSIDE (SEEN_ANY | ESR_IL)
#define SEEN_EMULATABLE                                                        \
	(SEEN_ANY | ESR_ISV | BITS_MASK(ESR_SAS) | ESR_SF | ESR_WNR)

/* ESR_ELx.FSC of faults at level -1, which the other levels do not precede. */
#define FSC_ADDRESS_SIZE_MINUS_1 0x29
#define FSC_TRANSLATION_MINUS_1  0x2b

/* What tells external aborts and parity errors, with or without a level, from
 * the other values of ESR_ELx.FSC. */
#define FSC_KIND_MASK 0x30

#define FAR_IN_PAGE (GRANULE_SIZE - 1)

static ipa_t abort_page(const struct rec_trap *trap)
{
	return ipa_make(BITS_GET(trap->hpfar, HPFAR_FIPA) * GRANULE_SIZE);
}

static bool is_data(const struct rec_trap *trap)
{
	return BITS_GET(trap->esr, ESR_EC) == ESR_EC_DATA_LOWER;
}

/* Address size, translation, access flag and permission faults, at any level;
 * the rest has nothing to do with what the host maps, or not only. */
static bool is_stage_fault(uint64_t fsc)
{
	return fsc < ESR_FSC_EXTERNAL || fsc == FSC_ADDRESS_SIZE_MINUS_1 ||
	       fsc == FSC_TRANSLATION_MINUS_1;
}

static bool is_permission_fault(uint64_t fsc)
{
	return fsc >= ESR_FSC_PERMISSION && fsc < ESR_FSC_EXTERNAL;
}

/* External aborts, on a walk or not, and parity errors. */
static bool is_external(uint64_t fsc)
{
	return (fsc & FSC_KIND_MASK) == ESR_FSC_EXTERNAL;
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

/* Memory that does not answer. What cannot be contained may have hit us. */
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

/* Whether the Realm has itself to blame, and gets the abort. */
static bool is_realms_fault(const struct rec_hold *hold,
			    const struct rec_trap *trap)
{
	const struct realm_s2 *s2 = &hold->rd->s2;
	uint64_t fsc = BITS_GET(trap->esr, ESR_FSC);
	ipa_t page = abort_page(trap), top;

	if (page.value >= realm_ipa_size(s2) || !is_stage_fault(fsc))
		return true;
	if (!is_data(trap) && is_permission_fault(fsc))
		return true;
	if (!realm_ipa_protected(s2, page))
		return !is_data(trap);
	top = ipa_make(page.value + GRANULE_SIZE);
	return rtt_ripas_get(hold->rmm, s2, page, &top) == RMI_RIPAS_EMPTY;
}

/* The highest bit of an access. */
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

/* What an instruction stores. */
static uint64_t abort_stored_value(const struct rec *rec, uint64_t esr)
{
	uint64_t rt = BITS_GET(esr, ESR_SRT);

	if (!(esr & ESR_WNR) || rt == REC_ZERO_REGISTER)
		return 0;
	return rec->gprs[rt] & access_mask(esr);
}

/* A data abort outside the protected half. */
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

/* The value that a load puts into its register. */
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
