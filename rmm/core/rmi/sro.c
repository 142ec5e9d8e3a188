/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stateful operations: the pool of contexts, and the calls by which the host
 * continues an operation (docs/rmi.md, Stateful operations).
 */
#include "rmm/core/rmi/sro.h"

#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/list.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"

/* Acquires: the new owner sees the fields as the last owner left them, since
 * owner_set() releases. */
static bool owner_change(struct sro *sro, enum sro_owner from, enum sro_owner to)
{
	uint32_t expected = from;

	return __atomic_compare_exchange_n(&sro->owner, &expected, to, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static uint64_t sro_exhausted(const struct sro_pool *pool)
{
	for (unsigned i = 0; i < SRO_CONTEXTS; i++) {
		if (__atomic_load_n(&pool->contexts[i].owner,
				    __ATOMIC_RELAXED) != SRO_PARKED)
			return RMI_BUSY;
	}
	/* Every context waits for the host: only the host can free one, by
	 * finishing its operation. */
	return RMI_BLOCKED;
}

uint64_t sro_reserve(struct rmm *rmm, struct sro **out)
{
	for (unsigned i = 0; i < SRO_CONTEXTS; i++) {
		struct sro *sro = &rmm->sros.contexts[i];

		if (owner_change(sro, SRO_FREE, SRO_EXECUTING)) {
			*out = sro;
			return RMI_SUCCESS;
		}
	}
	*out = NULL;
	return sro_exhausted(&rmm->sros);
}

static void owner_set(struct sro *sro, enum sro_owner owner)
{
	__atomic_store_n(&sro->owner, owner, __ATOMIC_RELEASE);
}

void sro_release(struct sro *sro)
{
	const size_t shared = offsetof(struct sro, phase);

	/* Contexts in the pool are zero, apart from the owner, which stays
	 * EXECUTING until the others are cleared. */
	memset((uint8_t *)sro + shared, 0, sizeof(*sro) - shared);
	owner_set(sro, SRO_FREE);
}

void sro_park(struct sro *sro)
{
	owner_set(sro, SRO_PARKED);
}

uint64_t sro_handle(const struct rmm *rmm, const struct sro *sro)
{
	return (uint64_t)(sro - rmm->sros.contexts);
}

uint64_t sro_donation(const struct sro *sro)
{
	return BITS_PUT(RMI_DONATE_COUNT, sro->wanted) |
	       BITS_PUT(RMI_DONATE_STATE, RMI_RANGE_DELEGATED);
}

uint64_t sro_fail(struct sro *sro, uint64_t failure)
{
	sro->failure = failure;
	sro->wanted = 0;
	sro->phase = SRO_RECLAIM;
	return rmi_incomplete(RMI_MEM_REQ_RECLAIM);
}

/* Returns the context of a handle, now owned by the caller, or NULL if it is
 * not parked. */
static struct sro *sro_enter(struct rmm *rmm, uint64_t handle)
{
	struct sro *sro;

	if (handle >= SRO_CONTEXTS)
		return NULL;
	sro = &rmm->sros.contexts[handle];
	return owner_change(sro, SRO_PARKED, SRO_EXECUTING) ? sro : NULL;
}

static pa_t desc_address(uint64_t desc)
{
	return pa_make(BITS_GET(desc, RMI_RANGE_ADDR) << RMI_RANGE_ADDR_SHIFT);
}

/*
 * Returns false if a descriptor is malformed, or the list has more granules
 * than wanted. Blocks of 4 KiB are requested, so no others are accepted.
 */
static bool donation_valid(const uint64_t *descs, unsigned count,
			   uint32_t wanted)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t blocks = BITS_GET(descs[i], RMI_RANGE_COUNT);

		if (blocks == 0)
			continue;
		if (BITS_GET(descs[i], RMI_RANGE_SIZE) != 0 ||
		    BITS_GET(descs[i], RMI_RANGE_STATE) != RMI_RANGE_DELEGATED)
			return false;
		sum += blocks;
	}
	return sum <= wanted;
}

static bool page_claim(struct rmm *rmm, struct sro *sro, pa_t pa)
{
	struct granule_ref ref;

	if (!granule_lock(rmm, pa, GRANULE_DELEGATED, &ref))
		return false;
	granule_unlock_to(&ref, GRANULE_REC_AUX);
	sro->pages[sro->count++] = pa;
	sro->wanted--;
	return true;
}

/* Claims granules in the order of the list. Returns false, with those before it
 * claimed, if one is not DELEGATED. */
static bool pages_claim(struct rmm *rmm, struct sro *sro, const uint64_t *descs,
			unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t blocks = BITS_GET(descs[i], RMI_RANGE_COUNT);
		pa_t pa = desc_address(descs[i]);

		for (; blocks > 0; blocks--) {
			if (!page_claim(rmm, sro, pa))
				return false;
			pa = pa_add(pa, GRANULE_SIZE);
		}
	}
	return true;
}

/* Claims the granules of a checked donation, as far as they are DELEGATED, and
 * returns X0, which says what comes next. */
static uint64_t donation_claim(struct rmm *rmm, struct sro *sro,
			       const uint64_t *descs, unsigned count,
			       uint64_t *results)
{
	uint32_t before = sro->count;
	bool whole = pages_claim(rmm, sro, descs, count);

	results[0] = sro->count - before;
	if (!whole && sro->count == before)
		return sro_fail(sro, rmi_return(RMI_ERROR_INPUT, 0));
	if (sro->wanted > 0) {
		results[1] = sro_donation(sro);
		return rmi_incomplete(RMI_MEM_REQ_DONATE);
	}
	sro->phase = SRO_CONTINUE;
	return rmi_incomplete(RMI_MEM_REQ_NONE);
}

/* Serves a call that donates or reclaims memory, on the context that the host
 * names. */
typedef uint64_t sro_memory_fn(struct rmm *rmm, struct sro *sro,
			       const uint64_t *args, uint64_t *results);

static uint64_t sro_serve_memory(struct rmm *rmm, const uint64_t *args,
				 uint64_t *results, sro_memory_fn *serve)
{
	struct sro *sro = sro_enter(rmm, args[0]);
	uint64_t result;

	if (sro == NULL)
		return rmi_return(RMI_ERROR_INPUT, 0);
	result = serve(rmm, sro, args, results);
	sro_park(sro);
	return result;
}

static uint64_t sro_donate(struct rmm *rmm, struct sro *sro,
			   const uint64_t *args, uint64_t *results)
{
	pa_t list = pa_make(args[1]);
	unsigned count = rmi_list_clip(list, args[2]);
	uint64_t descs[RMI_RANGE_LIST_MAX];

	if (sro->phase != SRO_DONATE || !is_aligned(list.value, RMI_DESC_SIZE) ||
	    !granule_ns_read(rmm, list, descs,
			     (uint32_t)(count * RMI_DESC_SIZE)) ||
	    !donation_valid(descs, count, sro->wanted))
		return rmi_return(RMI_ERROR_INPUT, 0);
	return donation_claim(rmm, sro, descs, count, results);
}

uint64_t rmi_op_mem_donate(struct rmm *rmm, const uint64_t *args,
			   uint64_t *results)
{
	return sro_serve_memory(rmm, args, results, sro_donate);
}

/* One descriptor can hold all of pages[]. */
_Static_assert(SRO_PAGES_MAX <= RMI_RANGE_COUNT_MAX, "descriptor's count");

/* Returns whether the granules of a descriptor end where pa begins. */
static bool desc_reaches(uint64_t desc, pa_t pa)
{
	uint64_t size = BITS_GET(desc, RMI_RANGE_COUNT) * GRANULE_SIZE;

	return pa_equal(pa_add(desc_address(desc), size), pa);
}

/* Writes the last granules of pages[] as descriptors, neighbours in one.
 * Returns the number of descriptors. */
static unsigned descs_fill(const struct sro *sro, unsigned granules,
			   uint64_t *descs)
{
	unsigned used = 0;

	for (unsigned i = sro->count - granules; i < sro->count; i++) {
		pa_t pa = sro->pages[i];

		if (used > 0 && desc_reaches(descs[used - 1], pa))
			descs[used - 1] += BITS_PUT(RMI_RANGE_COUNT, 1);
		else
			descs[used++] = pa.value | BITS_PUT(RMI_RANGE_COUNT, 1);
	}
	return used;
}

static void pages_release(struct rmm *rmm, struct sro *sro, unsigned granules)
{
	for (; granules > 0; granules--) {
		struct granule_ref ref;

		sro->count--;
		granule_lock_owned(rmm, sro->pages[sro->count], GRANULE_REC_AUX,
				   &ref);
		granule_unlock_to(&ref, GRANULE_DELEGATED);
	}
}

static uint64_t sro_reclaim(struct rmm *rmm, struct sro *sro,
			    const uint64_t *args, uint64_t *results)
{
	pa_t list = pa_make(args[1]);
	unsigned granules = rmi_list_clip(list, args[2]);
	uint64_t descs[SRO_PAGES_MAX];
	unsigned used;

	if (!is_aligned(list.value, RMI_DESC_SIZE) || sro->phase != SRO_RECLAIM)
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (granules == 0)
		return rmi_incomplete(RMI_MEM_REQ_RECLAIM);
	if (granules > sro->count)
		granules = sro->count;
	used = descs_fill(sro, granules, descs);
	/* The list is written before granules are released: if it cannot be
	 * written, nothing is lost. */
	if (!granule_ns_write(rmm, list, descs, (uint32_t)(used * RMI_DESC_SIZE)))
		return rmi_return(RMI_ERROR_INPUT, 0);
	pages_release(rmm, sro, granules);
	results[0] = used;
	if (sro->count > 0)
		return rmi_incomplete(RMI_MEM_REQ_RECLAIM);
	sro->phase = SRO_CONTINUE;
	return rmi_incomplete(RMI_MEM_REQ_NONE);
}

uint64_t rmi_op_mem_reclaim(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	return sro_serve_memory(rmm, args, results, sro_reclaim);
}

/* The flag "stop soon" has no effect: no operation here covers a range. */
uint64_t rmi_op_continue(struct rmm *rmm, const uint64_t *args,
			 uint64_t *results)
{
	struct sro *sro = sro_enter(rmm, args[0]);
	uint64_t result;

	(void)results;
	if (sro == NULL)
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (sro->phase != SRO_CONTINUE) {
		sro_park(sro);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	result = sro->finish(rmm, sro);
	if (BITS_GET(result, RMI_RETURN_STATUS) == RMI_INCOMPLETE)
		sro_park(sro);
	else
		sro_release(sro);
	return result;
}

/*
 * No operation can be cancelled (RMI_RETURN_CAN_CANCEL is never set), so the
 * call is refused for every handle. A host that has no memory to donate ends an
 * RMI_REC_CREATE by offering a granule that is not DELEGATED.
 */
uint64_t rmi_op_cancel(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	(void)rmm;
	(void)args;
	(void)results;
	return rmi_return(RMI_ERROR_INPUT, 0);
}
