/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_RTT_DATA_MAP_INIT, _DATA_MAP and _DATA_UNMAP: the protected memory of a
 * Realm. */

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/measurement.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt_range.h"

void rtt_data_release(struct rmm *rmm, pa_t pa, uint64_t size)
{
	for (uint64_t offset = 0; offset < size; offset += GRANULE_SIZE) {
		struct granule_ref ref;

		granule_lock_owned(rmm, pa_add(pa, offset), GRANULE_DATA, &ref);
		granule_unlock_to(&ref, GRANULE_DELEGATED);
	}
}

bool rtt_data_claim(struct rmm *rmm, pa_t pa, uint64_t size)
{
	for (uint64_t offset = 0; offset < size; offset += GRANULE_SIZE) {
		struct granule_ref ref;

		if (!granule_lock(rmm, pa_add(pa, offset), GRANULE_DELEGATED,
				  &ref)) {
			rtt_data_release(rmm, pa, offset);
			return false;
		}
		granule_unlock_to(&ref, GRANULE_DATA);
	}
	return true;
}

/* ---- RTT_DATA_MAP, RTT_DATA_UNMAP ---- */

static uint64_t data_flags_check(uint64_t flags)
{
	(void)flags; /* only type and count are defined */
	return rmi_return(RMI_SUCCESS, 0);
}

/*
 * The RIPAS stays: an EMPTY page gets memory that the Realm cannot reach yet. A
 * block that is mapped at this entry already stays as it is, so that a host can
 * retry. The entry is written after the memory is zeroed, and the lock of the
 * table is held throughout: the Realm never sees the old content.
 */
static uint64_t data_map_block(const struct rtt_walk *walk, unsigned index,
			       const struct rtt_map *map,
			       struct range_block block)
{
	struct rtt_entry entry = rtt_walk_entry(walk, index);
	uint64_t size = rtt_level_size(map->level);
	struct granule_ref table = walk->table;

	if (entry.kind == RTT_ASSIGNED && pa_equal(entry.pa, block.pa))
		return rmi_return(RMI_SUCCESS, 0);
	if (entry.kind != RTT_UNASSIGNED)
		return rtt_walk_error(walk);
	if (!rtt_data_claim(table.rmm, block.pa, size))
		return rmi_return(RMI_ERROR_INPUT, 0);
	port_granules_zero(table.rmm->port, block.pa, size / GRANULE_SIZE);
	granule_refs_add(&table, 1);
	entry.kind = RTT_ASSIGNED;
	entry.pa = block.pa;
	rtt_walk_write(walk, index, entry);
	return rmi_return(RMI_SUCCESS, 0);
}

static const struct rtt_map_kind data_map = {
	.protected = true,
	.check = data_flags_check,
	.map = data_map_block,
};

uint64_t rmi_rtt_data_map(struct rmm *rmm, const uint64_t *args,
			  uint64_t *results)
{
	return rtt_range_map(rmm, &data_map, args, results);
}

uint64_t rmi_rtt_data_unmap(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	return rtt_range_unmap(rmm, true, args, results);
}

/* ---- RTT_DATA_MAP_INIT ---- */

/* The arguments of a call. */
struct map_init {
	pa_t data;
	pa_t src;
	ipa_t ipa;
	uint64_t flags; /* the measured ones */
	uint64_t count; /* granules, from these addresses on */
};

/* docs/rmi.md, RMI_RTT_DATA_MAP_INIT steps 1 to 3. */
static bool map_init_args_check(struct rmm *rmm, const uint64_t *args,
				struct map_init *init)
{
	uint64_t more = args[4] & BITS_MASK(RMI_DATA_MORE);

	*init = (struct map_init){
		.data = pa_make(args[1]),
		.ipa = ipa_make(args[2]),
		.src = pa_make(args[3]),
		.flags = args[4] & ~more,
		.count = 1 + BITS_GET(more, RMI_DATA_MORE),
	};
	return (init->flags & ~(uint64_t)RMI_DATA_MEASURE_CONTENT) == 0 &&
	       args[1] != args[0] && granule_is(rmm, init->src, GRANULE_NS);
}

/* docs/rmi.md, RMI_RTT_DATA_MAP_INIT steps 5 and 6. A tracked granule lies
 * below 2^48. */
static uint64_t map_init_realm_check(const struct rd *rd,
				     const struct map_init *init)
{
	if (realm_life_state(rd) != REALM_NEW)
		return rmi_return(RMI_ERROR_REALM, 0);
	if (!is_aligned(init->ipa.value, GRANULE_SIZE) ||
	    !realm_ipa_protected(&rd->s2, init->ipa))
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Copies the page and measures the copy, since the host can change the page
 * meanwhile. The copy is also made visible to instruction fetch, because the
 * Realm may begin to execute there. Returns false if the page cannot be
 * read. */
static bool map_init_content(struct rmm *rmm, struct rd *rd,
			     const struct granule_ref *data,
			     const struct map_init *init)
{
	void *content = granule_map(data);
	bool read = granule_ns_read(rmm, init->src, content, GRANULE_SIZE);

	if (read) {
		measurement_data_map_init(rmm->port, &rd->measurements,
					  init->ipa, init->flags, content);
		port_code_sync(rmm->port, data->pa, content);
	}
	granule_unmap(data, content);
	return read;
}

/* docs/rmi.md, RMI_RTT_DATA_MAP_INIT steps 7 to 11. */
static uint64_t map_init_entry(struct rmm *rmm, struct rd *rd,
			       struct rtt_walk *walk,
			       const struct map_init *init)
{
	struct rtt_entry entry = rtt_walk_entry(walk, walk->index);
	struct granule_ref data;

	if (walk->level != RTT_LEVEL_MAX || entry.kind != RTT_UNASSIGNED)
		return rtt_walk_error(walk);
	if (!granule_lock(rmm, init->data, GRANULE_DELEGATED, &data))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!map_init_content(rmm, rd, &data, init)) {
		granule_unlock(&data);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	granule_unlock_to(&data, GRANULE_DATA);
	granule_refs_add(&walk->table, 1);
	entry = (struct rtt_entry){
		.kind = RTT_ASSIGNED,
		.ripas = RMI_RIPAS_RAM,
		.pa = init->data,
	};
	rtt_walk_write(walk, walk->index, entry);
	return rmi_return(RMI_SUCCESS, 0);
}

static uint64_t map_init_granule(struct rmm *rmm, struct rd *rd,
				 const struct map_init *init)
{
	uint64_t status = map_init_realm_check(rd, init);
	struct rtt_walk walk;

	if (status != RMI_SUCCESS)
		return status;
	rtt_walk_start(rmm, &rd->s2, init->ipa, RTT_LEVEL_MAX, &walk);
	status = map_init_entry(rmm, rd, &walk, init);
	rtt_walk_end(&walk);
	return status;
}

static void map_init_advance(struct map_init *init)
{
	init->data = pa_add(init->data, GRANULE_SIZE);
	init->ipa = ipa_add(init->ipa, GRANULE_SIZE);
	init->src = pa_add(init->src, GRANULE_SIZE);
}

/* Maps granules until one fails or an interrupt is pending; *done is their
 * number. The copy finds out if the sources after the first one are NS. */
static uint64_t map_init_granules(struct rmm *rmm, struct rd *rd,
				  struct map_init *init, uint64_t *done)
{
	uint64_t status = rmi_return(RMI_SUCCESS, 0);

	for (*done = 0; *done < init->count; map_init_advance(init)) {
		status = map_init_granule(rmm, rd, init);
		if (status != RMI_SUCCESS)
			break;
		*done += 1;
		if (port_interrupt_pending(rmm->port))
			break;
	}
	return *done > 0 ? rmi_return(RMI_SUCCESS, 0) : status;
}

/* The RD stays locked, because each granule extends its measurement: without
 * the lock the order of two calls in the RIM would be a matter of chance. */
uint64_t rmi_rtt_data_map_init(struct rmm *rmm, const uint64_t *args,
			       uint64_t *results)
{
	struct granule_ref ref;
	struct map_init init;
	struct rd *rd;
	uint64_t status, done;

	if (!map_init_args_check(rmm, args, &init) ||
	    !granule_lock(rmm, pa_make(args[0]), GRANULE_RD, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	rd = granule_map(&ref);
	status = map_init_granules(rmm, rd, &init, &done);
	granule_unmap(&ref, rd);
	granule_unlock(&ref);
	if (BITS_GET(args[4], RMI_DATA_MORE) != 0)
		results[0] = done;
	return status;
}
