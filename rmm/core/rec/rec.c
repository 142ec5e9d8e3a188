/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_REC_CREATE and _DESTROY, which are stateful operations; and holding and
 * executing a REC. */
#include "rmm/core/rec/rec.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/esr.h"
#include "lib/number.h"
#include "lib/pstate.h"
#include "rmm/core/measurement.h"
#include "rmm/core/port.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/sro.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"

/* MPIDR_EL1 has Aff3 in higher bits than RmiRecMpidr. */
#define MPIDR_EL1_AFF3_SHIFT 32
#define MPIDR_EL1_AFF3_WIDTH 8
#define MPIDR_EL1_RES1       UINT64_C(0x80000000)

/* MMU and caches off. */
#define SCTLR_EL1_RESET                                                        \
	(SCTLR_EL1_SPAN | SCTLR_EL1_EIS | SCTLR_EL1_NTWE | SCTLR_EL1_NTWI |    \
	 SCTLR_EL1_EOS | SCTLR_EL1_NAA | SCTLR_EL1_CP15BEN | SCTLR_EL1_SA0 |   \
	 SCTLR_EL1_SA)

_Static_assert(REC_AUX_GRANULES <= SRO_PAGES_MAX, "one operation holds all");

static uint32_t rec_index_from_affinity(uint64_t aff0, uint64_t aff1,
					uint64_t aff2, uint64_t aff3)
{
	return (uint32_t)(aff0 | aff1 << RMI_MPIDR_AFF0_WIDTH |
			  aff2 << (RMI_MPIDR_AFF0_WIDTH + RMI_MPIDR_AFF1_WIDTH) |
			  aff3 << (RMI_MPIDR_AFF0_WIDTH + RMI_MPIDR_AFF1_WIDTH +
				   RMI_MPIDR_AFF2_WIDTH));
}

bool rec_index_from_params(uint64_t mpidr, uint32_t *index)
{
	const uint64_t affinity =
		BITS_MASK(RMI_MPIDR_AFF0) | BITS_MASK(RMI_MPIDR_AFF1) |
		BITS_MASK(RMI_MPIDR_AFF2) | BITS_MASK(RMI_MPIDR_AFF3);

	*index = rec_index_from_affinity(BITS_GET(mpidr, RMI_MPIDR_AFF0),
					 BITS_GET(mpidr, RMI_MPIDR_AFF1),
					 BITS_GET(mpidr, RMI_MPIDR_AFF2),
					 BITS_GET(mpidr, RMI_MPIDR_AFF3));
	return (mpidr & ~affinity) == 0;
}

uint32_t rec_index_from_mpidr(uint64_t mpidr_el1)
{
	return rec_index_from_affinity(BITS_GET(mpidr_el1, RMI_MPIDR_AFF0),
				       BITS_GET(mpidr_el1, RMI_MPIDR_AFF1),
				       BITS_GET(mpidr_el1, RMI_MPIDR_AFF2),
				       BITS_GET(mpidr_el1, MPIDR_EL1_AFF3));
}

uint64_t rec_mpidr_el1(const struct rec *rec)
{
	uint64_t aff3 = BITS_GET(rec->mpidr, RMI_MPIDR_AFF3);

	return (rec->mpidr & ~BITS_MASK(RMI_MPIDR_AFF3)) |
	       BITS_PUT(MPIDR_EL1_AFF3, aff3) | MPIDR_EL1_RES1;
}

void rec_reset(struct rec *rec)
{
	rec->pstate = PSTATE_EL1H_MASKED;
	rec->el1.sctlr_el1 = SCTLR_EL1_RESET;
	debug_reset(&rec->debug);
	rec->el1.mdscr_el1 = debug_mdscr(&rec->debug);
}

void rec_skip(struct rec *rec, uint64_t esr)
{
	rec->pc += esr & ESR_IL ? 4 : 2;
	if (!(rec->pstate & PSTATE_A32))
		rec->pstate &= ~(uint64_t)(PSTATE_BTYPE | PSTATE_SS);
}

/* docs/rmi.md, RMI_REC_CREATE steps 6 to 9. Returns X0. */
static uint64_t rec_create_check(const struct granule_ref *rd_ref,
				 const struct rd *rd,
				 const struct rmi_rec_params *params,
				 const struct sro *sro)
{
	uint32_t index;

	if (granule_refs(rd_ref) >= GRANULE_REFS_MAX)
		return rmi_return(RMI_ERROR_REALM, 0);
	if (realm_life_state(rd) != REALM_NEW)
		return rmi_return(RMI_ERROR_REALM, 0);
	if (!rec_index_from_params(params->mpidr, &index) ||
	    index != rd->rec_count)
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (sro->count != REC_AUX_GRANULES)
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

static void rec_fill(const struct granule_ref *ref, const struct rd *rd,
		     const struct rmi_rec_params *params, const struct sro *sro)
{
	struct rec *rec = granule_map(ref);

	memset(rec, 0, GRANULE_SIZE);
	*rec = (struct rec){
		.rd = sro->rd,
		.index = rd->rec_count,
		.runnable = (params->flags & RMI_REC_FLAG_RUNNABLE) != 0,
		.mpidr = params->mpidr,
		.pc = params->pc,
		.debug_counts = rd->debug_counts,
		.aux_count = sro->count,
	};
	rec_reset(rec);
	memcpy(rec->gprs, params->gprs, sizeof(params->gprs));
	memcpy(rec->aux, sro->pages, sro->count * sizeof(rec->aux[0]));
	granule_unmap(ref, rec);
}

/* Checks the parameters and makes the REC, with both granules locked. Returns
 * X0. */
static uint64_t rec_create_held(struct granule_ref *rec_ref,
				struct granule_ref *rd_ref,
				const struct rmi_rec_params *params,
				const struct sro *sro)
{
	struct rd *rd = granule_map(rd_ref);
	uint64_t result = rec_create_check(rd_ref, rd, params, sro);

	if (result == RMI_SUCCESS) {
		rec_fill(rec_ref, rd, params, sro);
		if (params->flags & RMI_REC_FLAG_RUNNABLE) {
			measurement_rec_create(rd_ref->rmm->port,
					       &rd->measurements, params);
		}
		rd->rec_count++;
		granule_refs_add(rd_ref, 1);
		granule_set_state(rec_ref, GRANULE_REC);
	}
	granule_unmap(rd_ref, rd);
	return result;
}

/* docs/rmi.md, RMI_REC_CREATE steps 4 to 10. */
static uint64_t rec_create_attempt(struct rmm *rmm, const struct sro *sro)
{
	struct granule_want want_rec = { sro->object, GRANULE_PARTIAL };
	struct granule_want want_rd = { sro->rd, GRANULE_RD };
	struct granule_ref rec_ref, rd_ref;
	struct rmi_rec_params params;
	uint64_t result;

	if (!is_aligned(sro->params.value, GRANULE_SIZE) ||
	    !granule_ns_read(rmm, sro->params, &params, sizeof(params)) ||
	    !granule_lock_pair(rmm, want_rec, want_rd, &rec_ref, &rd_ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	result = rec_create_held(&rec_ref, &rd_ref, &params, sro);
	granule_unlock(&rec_ref);
	granule_unlock(&rd_ref);
	return result;
}

static void rec_free_partial(struct rmm *rmm, const struct sro *sro)
{
	struct granule_ref ref;

	granule_lock_owned(rmm, sro->object, GRANULE_PARTIAL, &ref);
	granule_unlock_to(&ref, GRANULE_DELEGATED);
}

static uint64_t rec_create_finish(struct rmm *rmm, struct sro *sro)
{
	uint64_t result;

	if (sro->failure) {
		rec_free_partial(rmm, sro);
		return sro->failure;
	}
	result = rec_create_attempt(rmm, sro);
	return result == RMI_SUCCESS ? result : sro_fail(sro, result);
}

uint64_t rmi_rec_create(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	struct granule_ref ref;
	struct sro *sro;
	uint64_t status;

	if (!granule_lock(rmm, pa_make(args[1]), GRANULE_DELEGATED, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	status = sro_reserve(rmm, &sro);
	if (sro == NULL) {
		granule_unlock(&ref);
		return status;
	}
	granule_unlock_to(&ref, GRANULE_PARTIAL);
	sro->finish = rec_create_finish;
	sro->phase = SRO_DONATE;
	sro->wanted = REC_AUX_GRANULES;
	sro->rd = pa_make(args[0]);
	sro->object = pa_make(args[1]);
	sro->params = pa_make(args[2]);
	results[0] = sro_handle(rmm, sro);
	results[1] = sro_donation(sro);
	sro_park(sro);
	return rmi_incomplete(RMI_MEM_REQ_DONATE);
}

static uint64_t rec_destroy_finish(struct rmm *rmm, struct sro *sro)
{
	rec_free_partial(rmm, sro);
	return rmi_return(RMI_SUCCESS, 0);
}

/*
 * Moves what belongs to a REC into the operation that destroys it, and returns
 * X0. A REC that executes has a reference and is refused. Afterwards the REC is
 * PARTIAL, so that no other command can use it until the operation ends.
 */
static uint64_t rec_dismantle(struct rmm *rmm, pa_t pa, struct sro *sro)
{
	struct granule_ref ref;
	struct rec *rec;

	if (!granule_lock(rmm, pa, GRANULE_REC, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (granule_refs(&ref) != 0) {
		granule_unlock(&ref);
		return rmi_return(RMI_ERROR_REC, 0);
	}
	rec = granule_map(&ref);
	sro->rd = rec->rd;
	sro->object = pa;
	sro->count = rec->aux_count;
	memcpy(sro->pages, rec->aux, rec->aux_count * sizeof(rec->aux[0]));
	granule_unmap(&ref, rec);
	granule_unlock_to(&ref, GRANULE_PARTIAL);
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rmi_rec_destroy(struct rmm *rmm, const uint64_t *args,
			 uint64_t *results)
{
	struct granule_ref rd_ref;
	struct sro *sro;
	uint64_t status = sro_reserve(rmm, &sro);

	if (sro == NULL)
		return status;
	status = rec_dismantle(rmm, pa_make(args[0]), sro);
	if (status != RMI_SUCCESS) {
		sro_release(sro);
		return status;
	}
	/* The reference of the REC has kept the RD alive until here. The lock
	 * of the REC has been released, so the RD may have any address. */
	granule_lock_owned(rmm, sro->rd, GRANULE_RD, &rd_ref);
	granule_refs_drop(&rd_ref, 1);
	granule_unlock(&rd_ref);
	sro->finish = rec_destroy_finish;
	sro->phase = SRO_RECLAIM;
	results[0] = sro_handle(rmm, sro);
	sro_park(sro);
	return rmi_incomplete(RMI_MEM_REQ_RECLAIM);
}

uint64_t rec_hold(struct rmm *rmm, pa_t pa, struct rec_hold *hold)
{
	struct granule_ref ref;

	if (!granule_lock(rmm, pa, GRANULE_REC, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (granule_refs(&ref) != 0) {
		granule_unlock(&ref);
		return rmi_return(RMI_ERROR_REC, 0);
	}
	granule_refs_add(&ref, 1);
	granule_unlock(&ref);
	hold->rmm = rmm;
	hold->pa = pa;
	hold->rec = port_granule_map(rmm->port, pa);
	hold->rd = port_granule_map(rmm->port, hold->rec->rd);
	return rmi_return(RMI_SUCCESS, 0);
}

void rec_release(struct rec_hold *hold)
{
	struct granule_ref ref;

	port_granule_unmap(hold->rmm->port, hold->rec->rd, hold->rd);
	port_granule_unmap(hold->rmm->port, hold->pa, hold->rec);
	granule_lock_owned(hold->rmm, hold->pa, GRANULE_REC, &ref);
	granule_refs_drop(&ref, 1);
	granule_unlock(&ref);
}

uint64_t rec_execute(const struct rec_hold *hold)
{
	if (!realm_life_enter(hold->rd))
		return rmi_return(RMI_ERROR_REALM, 0);
	if (hold->rec->runnable && !hold->rec->psci.pending)
		return rmi_return(RMI_SUCCESS, 0);
	realm_life_leave(hold->rd);
	return rmi_return(RMI_ERROR_REC, 0);
}

void rec_execute_end(const struct rec_hold *hold)
{
	realm_life_leave(hold->rd);
}
