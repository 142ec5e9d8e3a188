/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_RTT_DATA_UNMAP and RMI_RTT_UNPROT_UNMAP. The steps of both have the same
 * numbers. */
#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/list.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt_range.h"

/* The arguments, checked. */
struct unmap {
	uint64_t base;
	uint64_t top;
	uint64_t type; /* RMI_ADDR_TYPE_* */
	pa_t list; /* where the list goes, with RMI_ADDR_TYPE_LIST */
	unsigned list_max;
	bool protected;
	uint32_t vmid;
};

/* The plan of a call: it unmaps the live entries from the walk's on to end, and
 * gives the host the list of their memory. */
struct plan {
	unsigned end;
	struct range_list list;
};

/* docs/rmi.md, RMI_RTT_DATA_UNMAP step 4. */
static bool unmap_output_check(struct rmm *rmm, uint64_t flags, uint64_t oaddr,
			       struct unmap *unmap)
{
	uint64_t count = BITS_GET(flags, RMI_MAP_LIST_COUNT);
	uint64_t probe;

	unmap->type = BITS_GET(flags, RMI_MAP_TYPE);
	unmap->list = pa_make(oaddr);
	unmap->list_max = rmi_list_clip(unmap->list, count);
	switch (unmap->type) {
	case RMI_ADDR_TYPE_NONE:
	case RMI_ADDR_TYPE_SINGLE:
		unmap->list_max = 1;
		return oaddr == 0 && count == 0;
	case RMI_ADDR_TYPE_LIST:
		return count != 0 && is_aligned(oaddr, sizeof(probe)) &&
		       granule_ns_read(rmm, unmap->list, &probe, sizeof(probe));
	default:
		return false;
	}
}

/* docs/rmi.md, RMI_RTT_DATA_UNMAP steps 3 and 4. RMI_ERROR_INPUT is the only
 * refusal. */
static bool unmap_check(const struct rtt_realm *realm, uint64_t flags,
			uint64_t oaddr, struct unmap *unmap)
{
	return is_aligned(unmap->base | unmap->top, GRANULE_SIZE) &&
	       unmap->base < unmap->top &&
	       rtt_range_inside(&realm->s2, unmap->base, unmap->top,
				unmap->protected) &&
	       unmap_output_check(realm->rd.rmm, flags, oaddr, unmap);
}

/* Adds a live entry to the plan. Returns false if it is a table, or the output
 * has no room for it. */
static bool plan_add(const struct unmap *unmap, struct rtt_entry entry,
		     int level, struct plan *plan)
{
	const struct range_block block = {
		.pa = entry.pa,
		.level = level,
		.state = unmap->protected ? RMI_RANGE_DELEGATED
					  : RMI_RANGE_UNDELEGATED,
	};

	if (entry.kind == RTT_TABLE)
		return false;
	return unmap->type == RMI_ADDR_TYPE_NONE ||
	       range_list_add(&plan->list, block);
}

/* docs/rmi.md, RMI_RTT_DATA_UNMAP steps 5 and 6: decides how far the sweep
 * goes. Returns false if it does not pass the first entry. */
static bool plan_make(const struct rtt_walk *walk, const struct unmap *unmap,
		      struct plan *plan)
{
	uint64_t size = rtt_level_size(walk->level);
	uint64_t room = unmap->top - unmap->base;
	uint64_t moved = 0;

	plan->end = walk->index;
	plan->list.max = unmap->list_max;
	plan->list.count = 0;
	if (!is_aligned(unmap->base, size))
		return false;
	for (; plan->end < RTT_ENTRIES && room >= size; plan->end++) {
		struct rtt_entry entry = rtt_walk_entry(walk, plan->end);

		room -= size;
		if (!rtt_entry_live(entry))
			continue;
		if ((unmap->protected && moved >= RTT_RANGE_DATA_MAX) ||
		    !plan_add(unmap, entry, walk->level, plan))
			break;
		moved += size;
	}
	return plan->end > walk->index;
}

/* Returns the entry that replaces one that hardware uses. Content that the
 * Realm could reach becomes DESTROYED, so that the Realm learns of the loss. */
static struct rtt_entry entry_revoked(struct rtt_entry entry)
{
	if (entry.kind == RTT_ASSIGNED_NS)
		return (struct rtt_entry){ .kind = RTT_UNASSIGNED_NS };
	entry.ripas = RMI_RIPAS_DESTROYED;
	return entry;
}

/* docs/rmi.md, RMI_RTT_DATA_UNMAP step 8: afterwards no mapping of the plan is
 * in a table or a TLB. It is complete before unmap_release() gives granules
 * back, or the Realm could still access memory that already has another use. */
static void unmap_revoke(const struct rtt_walk *walk, const struct plan *plan,
			 const struct unmap *unmap)
{
	uint64_t size = rtt_level_size(walk->level);
	unsigned first = plan->end, end = plan->end;

	for (unsigned i = walk->index; i < plan->end; i++) {
		struct rtt_entry entry = rtt_walk_entry(walk, i);

		if (!rtt_entry_mapped(entry))
			continue;
		rtt_walk_write(walk, i, entry_revoked(entry));
		if (first == plan->end)
			first = i;
		end = i + 1;
	}
	if (first != plan->end) {
		port_tlb_invalidate(
			walk->table.rmm->port, unmap->vmid,
			ipa_make(unmap->base + (first - walk->index) * size),
			(end - first) * size);
	}
}

/* docs/rmi.md, RMI_RTT_DATA_UNMAP step 9: gives back the granules of Realm
 * memory, and the references that the table had for them. */
static void unmap_release(struct rtt_walk *walk, const struct plan *plan)
{
	unsigned count = 0;

	for (unsigned i = walk->index; i < plan->end; i++) {
		struct rtt_entry entry = rtt_walk_entry(walk, i);

		if (entry.kind != RTT_ASSIGNED)
			continue;
		rtt_data_release(walk->table.rmm, entry.pa,
				 rtt_level_size(walk->level));
		rtt_walk_write(walk, i,
			       (struct rtt_entry){
				       .kind = RTT_UNASSIGNED,
				       .ripas = entry.ripas,
			       });
		count++;
	}
	granule_refs_drop(&walk->table, count);
}

/* The host's list is written first: if that fails, nothing has happened. */
static uint64_t unmap_do(struct rmm *rmm, struct rtt_walk *walk,
			 const struct unmap *unmap, uint64_t *results)
{
	struct plan plan;

	if (!plan_make(walk, unmap, &plan))
		return rtt_walk_error(walk);
	if (unmap->type == RMI_ADDR_TYPE_LIST &&
	    !range_list_write(rmm, unmap->list, &plan.list))
		return rmi_return(RMI_ERROR_INPUT, 0);
	unmap_revoke(walk, &plan, unmap);
	unmap_release(walk, &plan);
	results[0] = unmap->base +
		     (plan.end - walk->index) * rtt_level_size(walk->level);
	if (unmap->type == RMI_ADDR_TYPE_SINGLE && plan.list.count != 0)
		results[1] = plan.list.ranges[0];
	if (unmap->type == RMI_ADDR_TYPE_LIST)
		results[2] = plan.list.count;
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rtt_range_unmap(struct rmm *rmm, bool protected, const uint64_t *args,
			 uint64_t *results)
{
	struct unmap unmap = {
		.base = args[1],
		.top = args[2],
		.protected = protected,
	};
	struct rtt_realm realm;
	struct rtt_walk walk;
	uint64_t status;

	if (!rtt_realm_lock(rmm, pa_make(args[0]), &realm))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!unmap_check(&realm, args[3], args[4], &unmap)) {
		rtt_realm_unlock(&realm);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	unmap.vmid = realm.s2.vmid;
	rtt_realm_walk(&realm, ipa_make(unmap.base), RTT_LEVEL_MAX, &walk);
	status = unmap_do(rmm, &walk, &unmap, results);
	rtt_walk_end(&walk);
	return status;
}
