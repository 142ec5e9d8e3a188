/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks and the sweep of RMI_RTT_DATA_MAP and RMI_RTT_UNPROT_MAP. The
 * steps of both have the same numbers. */
#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt_range.h"

/* A Realm without LPA2 has output addresses of 48 bits. */
#define PA_MAX (UINT64_C(1) << 48)

bool rtt_range_inside(const struct realm_s2 *s2, uint64_t base, uint64_t top,
		      bool protected)
{
	uint64_t first = protected ? 0 : realm_par_size(s2);
	uint64_t end = protected ? realm_par_size(s2) : realm_ipa_size(s2);

	return base >= first && top <= end;
}

/* docs/rmi.md, RMI_RTT_DATA_MAP step 5. */
static bool map_list_read(struct rmm *rmm, struct rtt_map *map, uint64_t oaddr)
{
	switch (BITS_GET(map->flags, RMI_MAP_TYPE)) {
	case RMI_ADDR_TYPE_SINGLE:
		map->list.max = 1;
		map->list.count = 1;
		map->list.ranges[0] = oaddr;
		return true;
	case RMI_ADDR_TYPE_LIST:
		return range_list_read(rmm, pa_make(oaddr),
				       BITS_GET(map->flags, RMI_MAP_LIST_COUNT),
				       &map->list);
	default:
		return false;
	}
}

/* Only memory that becomes the Realm's has to be DELEGATED. The state of other
 * memory is not looked at (docs/rmi.md, RMI_RTT_UNPROT_MAP step 6). */
static bool map_state_valid(const struct rtt_map_kind *kind,
			    struct range_block block)
{
	return !kind->protected || block.state == RMI_RANGE_DELEGATED;
}

/* docs/rmi.md, RMI_RTT_DATA_MAP steps 6 to 8. The first descriptor, empty or
 * not, decides the level of all blocks. */
static uint64_t map_shape_check(const struct rtt_realm *realm,
				const struct rtt_map_kind *kind,
				struct rtt_map *map)
{
	struct range_block first = range_block_of(map->list.ranges[0]);

	if (!map_state_valid(kind, first) ||
	    first.level < rtt_block_level_min(kind->protected))
		return rmi_return(RMI_ERROR_INPUT, 0);
	map->level = first.level;
	if (!is_aligned(map->base, rtt_level_size(map->level)) ||
	    !is_aligned(map->top, GRANULE_SIZE) ||
	    !rtt_range_inside(&realm->s2, map->base, map->top, kind->protected))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (map->top - map->base < rtt_level_size(map->level))
		return rmi_error_rtt(map->level);
	return kind->check(map->flags);
}

/* docs/rmi.md, RMI_RTT_DATA_MAP steps 3 to 8. */
static uint64_t map_check(const struct rtt_realm *realm,
			  const struct rtt_map_kind *kind, uint64_t oaddr,
			  struct rtt_map *map)
{
	if (realm->state != REALM_NEW && realm->state != REALM_ACTIVE)
		return rmi_return(RMI_ERROR_REALM, 0);
	if (map->top <= map->base || !map_list_read(realm->rd.rmm, map, oaddr))
		return rmi_return(RMI_ERROR_INPUT, 0);
	return map_shape_check(realm, kind, map);
}

/* The part of docs/rmi.md, RMI_RTT_DATA_MAP step 10 that does not depend on the
 * entry. room is what is left of the range. */
static uint64_t map_block_check(const struct rtt_map_kind *kind, int level,
				uint64_t room, struct range_block block)
{
	uint64_t size = rtt_level_size(level);

	if (!map_state_valid(kind, block))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (block.level != level || size > room)
		return rmi_error_rtt(level);
	if (!is_aligned(block.pa.value, size) || block.pa.value >= PA_MAX)
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

static uint64_t map_next(const struct rtt_walk *walk, unsigned index,
			 const struct rtt_map_kind *kind,
			 const struct rtt_map *map, struct range_cursor *cursor)
{
	unsigned done = index - walk->index;
	uint64_t room = map->top - map->base - done * rtt_level_size(map->level);
	struct range_block block;
	uint64_t status;

	if (!range_list_next(&map->list, cursor, &block))
		return rmi_return(RMI_ERROR_INPUT, 0);
	status = map_block_check(kind, map->level, room, block);
	if (status != RMI_SUCCESS)
		return status;
	return kind->map(walk, index, map, block);
}

/* Returns the end of the entries that one call may map. */
static unsigned map_limit(const struct rtt_walk *walk, bool protected)
{
	uint64_t blocks = RTT_RANGE_DATA_MAX / rtt_level_size(walk->level);
	unsigned left = RTT_ENTRIES - walk->index;

	if (!protected || blocks >= left)
		return RTT_ENTRIES;
	return walk->index + (unsigned)blocks;
}

/* Maps blocks until one fails. Any progress is a success, whatever ended it;
 * *next is the IPA reached. */
static uint64_t map_do(const struct rtt_walk *walk,
		       const struct rtt_map_kind *kind,
		       const struct rtt_map *map, uint64_t *next)
{
	unsigned limit = map_limit(walk, kind->protected);
	struct range_cursor cursor = { 0 };
	uint64_t status = rmi_return(RMI_SUCCESS, 0);
	unsigned index = walk->index;

	if (walk->level != map->level)
		return rtt_walk_error(walk);
	while (index < limit) {
		status = map_next(walk, index, kind, map, &cursor);
		if (status != RMI_SUCCESS)
			break;
		index++;
	}
	if (index == walk->index)
		return status;
	*next = map->base + (index - walk->index) * rtt_level_size(map->level);
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rtt_range_map(struct rmm *rmm, const struct rtt_map_kind *kind,
		       const uint64_t *args, uint64_t *results)
{
	struct rtt_map map;
	struct rtt_realm realm;
	struct rtt_walk walk;
	uint64_t status;

	map.base = args[1];
	map.top = args[2];
	map.flags = args[3];
	if (!rtt_realm_lock(rmm, pa_make(args[0]), &realm))
		return rmi_return(RMI_ERROR_INPUT, 0);
	status = map_check(&realm, kind, args[4], &map);
	if (status != RMI_SUCCESS) {
		rtt_realm_unlock(&realm);
		return status;
	}
	rtt_realm_walk(&realm, ipa_make(map.base), map.level, &walk);
	status = map_do(&walk, kind, &map, &results[0]);
	rtt_walk_end(&walk);
	return status;
}
