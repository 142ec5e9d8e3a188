/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_RTT_INIT_RIPAS and RMI_RTT_SET_RIPAS (docs/rmi.md, RIPAS commands). */
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* A change of the RIPAS of [base, top). */
struct change {
	uint64_t base;
	uint64_t top;
	uint8_t ripas; /* RMI_RIPAS_EMPTY or RMI_RIPAS_RAM */
	bool change_destroyed;
};

/*
 * Returns whether an entry may change. DESTROYED says that the host took
 * content away, and only the Realm, by its flag, can make it any other RIPAS.
 * TF-RMM lets DESTROYED become EMPTY without the flag; RAM that the Realm asks
 * for afterwards would then arrive zeroed, and the Realm would not learn of the
 * loss.
 */
static bool entry_may_change(struct rtt_entry entry, const struct change *change)
{
	if (entry.kind != RTT_UNASSIGNED && entry.kind != RTT_ASSIGNED)
		return false;
	return entry.ripas != RMI_RIPAS_DESTROYED || change->change_destroyed;
}

/* Changes entries of the walk's table and returns the IPA reached. *stale
 * becomes true if TLBs may hold mappings that went away. */
static uint64_t ripas_sweep_entries(const struct rtt_walk *walk,
				    const struct change *change, bool *stale)
{
	uint64_t size = rtt_level_size(walk->level);
	uint64_t count = (change->top - change->base) / size;
	unsigned end = (unsigned)smaller(walk->index + count, RTT_ENTRIES);
	unsigned i = walk->index;

	while (i < end) {
		struct rtt_entry entry = rtt_walk_entry(walk, i);
		unsigned next = rtt_walk_run(walk, i, end);

		if (!entry_may_change(entry, change))
			break;
		if (entry.ripas != change->ripas) {
			*stale |= rtt_entry_mapped(entry);
			entry.ripas = change->ripas;
			rtt_walk_write_run(walk, i, next, entry);
		}
		i = next;
	}
	return change->base + (i - walk->index) * size;
}

/*
 * Changes what can be changed in the table where the walk for base ended, and
 * ends the walk; *next is the IPA reached. Returns RMI_SUCCESS, or ERROR_RTT if
 * nothing could be changed. The table stays locked until the TLBs are
 * invalidated, so that no other command gives away a page that a TLB still
 * maps.
 */
static uint64_t ripas_change_do(struct rtt_walk *walk, uint32_t vmid,
				const struct change *change, uint64_t *next)
{
	uint64_t status = rmi_return(RMI_SUCCESS, 0);
	bool stale = false;

	*next = change->base;
	if (is_aligned(change->base, rtt_level_size(walk->level)))
		*next = ripas_sweep_entries(walk, change, &stale);
	if (stale) {
		port_tlb_invalidate(walk->table.rmm->port, vmid,
				    ipa_make(change->base),
				    *next - change->base);
	}
	if (*next == change->base)
		status = rtt_walk_error(walk);
	rtt_walk_end(walk);
	return status;
}

/* ---- RTT_INIT_RIPAS ---- */

/* docs/rmi.md, RMI_RTT_INIT_RIPAS steps 3 and 4. */
static uint64_t init_ripas_check(const struct rtt_realm *realm,
				 const struct change *change)
{
	if (!is_aligned(change->base | change->top, GRANULE_SIZE) ||
	    change->top > realm_par_size(&realm->s2))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (realm->state != REALM_NEW)
		return rmi_return(RMI_ERROR_REALM, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* The RD stays locked until the entries are changed: RMI_REALM_ACTIVATE would
 * come in between else, and a RIPAS of the Realm's own choice be lost. */
static uint64_t init_ripas_do(const struct rtt_realm *realm,
			      const struct change *change, uint64_t *next)
{
	struct rtt_walk walk;

	rtt_walk_start(realm->rd.rmm, &realm->s2, ipa_make(change->base),
		       RTT_LEVEL_MAX, &walk);
	return ripas_change_do(&walk, realm->s2.vmid, change, next);
}

uint64_t rmi_rtt_init_ripas(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	const struct change change = {
		.base = args[1],
		.top = args[2],
		.ripas = RMI_RIPAS_RAM,
	};
	struct rtt_realm realm;
	uint64_t status, next;

	if (change.top <= change.base ||
	    !rtt_realm_lock(rmm, pa_make(args[0]), &realm))
		return rmi_return(RMI_ERROR_INPUT, 0);
	status = init_ripas_check(&realm, &change);
	if (status == RMI_SUCCESS)
		status = init_ripas_do(&realm, &change, &next);
	if (status == RMI_SUCCESS)
		results[0] = next;
	rtt_realm_unlock(&realm);
	return status;
}

/* ---- RTT_SET_RIPAS ---- */

/* docs/rmi.md, RMI_RTT_SET_RIPAS steps 3 and 4. */
static uint64_t set_ripas_check(const struct granule_ref *rec_ref,
				const struct rec *rec, pa_t rd,
				const struct change *change)
{
	const struct rec_ripas_request *request = &rec->ripas;

	if (granule_refs(rec_ref) != 0 || !pa_equal(rec->rd, rd))
		return rmi_return(RMI_ERROR_REC, 0);
	if (!request->pending || change->base != request->next.value ||
	    change->top > request->top.value)
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Serves the request of a REC; change holds the range that the host names. */
static uint64_t set_ripas_do(struct rtt_realm *realm, struct rec *rec,
			     struct change *change, uint64_t *results)
{
	uint32_t vmid = realm->s2.vmid;
	uint64_t status, next;
	struct rtt_walk walk;

	change->ripas = rec->ripas.ripas;
	change->change_destroyed = rec->ripas.change_destroyed;
	rtt_realm_walk(realm, ipa_make(change->base), RTT_LEVEL_MAX, &walk);
	status = ripas_change_do(&walk, vmid, change, &next);
	if (status == RMI_SUCCESS) {
		rec->ripas.next = ipa_make(next);
		results[0] = next;
	}
	return status;
}

uint64_t rmi_rtt_set_ripas(struct rmm *rmm, const uint64_t *args,
			   uint64_t *results)
{
	struct change change = { .base = args[2], .top = args[3] };
	pa_t rd = pa_make(args[0]);
	struct granule_ref rd_ref, rec_ref;
	struct rtt_realm realm;
	struct rec *rec;
	uint64_t status;

	if (change.top <= change.base || !is_aligned(change.top, GRANULE_SIZE))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!granule_lock_pair(
		    rmm, (struct granule_want){ rd, GRANULE_RD },
		    (struct granule_want){ pa_make(args[1]), GRANULE_REC },
		    &rd_ref, &rec_ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	rtt_realm_take(&rd_ref, &realm);
	rec = granule_map(&rec_ref);
	status = set_ripas_check(&rec_ref, rec, rd, &change);
	if (status == RMI_SUCCESS)
		status = set_ripas_do(&realm, rec, &change, results);
	granule_unmap(&rec_ref, rec);
	granule_unlock(&rec_ref);
	rtt_realm_unlock(&realm);
	return status;
}
