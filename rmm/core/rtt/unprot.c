/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_UNPROT_MAP and _UNMAP: Non-secure memory in the unprotected half
 * (docs/rmi.md, Unprotected commands). No granule is owned and nothing is
 * counted: if the host delegates the memory later, the granule protection check
 * refuses the Realm's Non-secure accesses.
 */
#include "abi/bits.h"
#include "abi/rmi.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rtt/rtt_range.h"

static uint64_t unprot_flags_check(uint64_t flags)
{
	if (BITS_GET(flags, RMI_MAP_MEMATTR) == RMI_MEMATTR_RESERVED ||
	    BITS_GET(flags, RMI_MAP_S2AP) & RMI_S2AP_RESERVED)
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Returns the attributes of the descriptor. The flags have read and write in
 * the opposite order. */
static uint8_t unprot_attrs(uint64_t flags)
{
	uint64_t s2ap = BITS_GET(flags, RMI_MAP_S2AP);

	return (uint8_t)(BITS_PUT(RTT_ATTR_MEMATTR,
				  BITS_GET(flags, RMI_MAP_MEMATTR)) |
			 (s2ap & RMI_S2AP_READ ? RTT_ATTR_READ : 0) |
			 (s2ap & RMI_S2AP_WRITE ? RTT_ATTR_WRITE : 0));
}

/* A block that is mapped in the same way already is a success, so that a host
 * can retry. */
static uint64_t unprot_map_block(const struct rtt_walk *walk, unsigned index,
				 const struct rtt_map *map,
				 struct range_block block)
{
	const struct rtt_entry wanted = {
		.kind = RTT_ASSIGNED_NS,
		.pa = block.pa,
		.attrs = unprot_attrs(map->flags),
	};
	struct rtt_entry entry = rtt_walk_entry(walk, index);

	if (entry.kind == RTT_UNASSIGNED_NS)
		rtt_walk_write(walk, index, wanted);
	else if (!rtt_entry_equal(entry, wanted))
		return rtt_walk_error(walk);
	return rmi_return(RMI_SUCCESS, 0);
}

static const struct rtt_map_kind unprot_map = {
	.protected = false,
	.check = unprot_flags_check,
	.map = unprot_map_block,
};

uint64_t rmi_rtt_unprot_map(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	return rtt_range_map(rmm, &unprot_map, args, results);
}

uint64_t rmi_rtt_unprot_unmap(struct rmm *rmm, const uint64_t *args,
			      uint64_t *results)
{
	return rtt_range_unmap(rmm, false, args, results);
}
