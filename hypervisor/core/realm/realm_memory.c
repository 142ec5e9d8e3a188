/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a Realm that may run. */
#include "hypervisor/core/realm/realm_memory.h"

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_map.h"
#include "hypervisor/core/realm/realm_unmap.h"
#include "lib/ipa.h"

ipa_t realm_alias(const struct realm *realm, ipa_t ipa)
{
	return ipa_add(ipa, ipa_shared_start(realm->layout.ipa_bits));
}

/* Begins each function of this file: forgets the last failure, and ends the
 * operation that may be open since then, before any other command. */
static bool request_begin(struct realm *realm, const char *doing)
{
	failure_clear(&realm->failure);
	failure_step(&realm->failure, doing);
	return realm_op_finish(realm);
}

bool realm_is_unsure(const struct realm *realm)
{
	return realm->rmi.op.open ||
	       realm->failure.kind == RMI_FAILURE_GAVE_UP ||
	       realm->failure.kind == RMI_FAILURE_PROTOCOL;
}

bool realm_look(struct realm *realm, ipa_t ipa, struct rtt_look *out)
{
	if (!request_begin(realm, "looking at a page"))
		return false;
	if (!ask_rtt_read_entry(&realm->rmi, realm->rd.base, ipa, out))
		return rmi_refused(&realm->rmi);
	return true;
}

/* Frees the pages of a mapping that failed. While the operation is open the RMM
 * may still map them; they stay held until the next request or teardown. */
static void mapping_undo(struct realm *realm, enum granules_kind kind,
			 struct granules_range *range)
{
	if (!realm->rmi.op.open) {
		/* If they may not be freed now, teardown does that. */
		(void)realm_free_checked(realm, kind, range);
	}
}

/* ---- The protected half ---- */

bool realm_populate(struct realm *realm, ipa_t ipa, int level)
{
	uint64_t count = rtt_entry_size(level) / RMI_GRANULE_SIZE;
	struct granules_want want = {
		.kind = GRANULES_DATA, .unit = count, .units = 1, .align = count
	};

	if (!request_begin(realm, "supplying memory") ||
	    !realm_free_checked(realm, GRANULES_DATA, &realm->data) ||
	    !realm_alloc(realm, &want, &realm->data))
		return false;
	if (!realm_data_map(realm, ipa, level)) {
		mapping_undo(realm, GRANULES_DATA, &realm->data);
		return false;
	}
	return true;
}

bool realm_unmap(struct realm *realm, ipa_t base, ipa_t top)
{
	return request_begin(realm, "taking memory back") &&
	       realm_unmap_kind(realm, GRANULES_DATA, base, top);
}

/* ---- The shared half ---- */

static bool lent_map(struct realm *realm, ipa_t ipa, int level, bool writable)
{
	int deepest = realm_above_root(realm);

	while (!realm_account_result(
		realm, ask_rtt_unprot_map(&realm->rmi, realm->rd.base, ipa,
					  realm->lent.base, level, writable))) {
		if (!realm_walk_deepen(realm, ipa, level, &deepest))
			return false;
	}
	return true;
}

static bool lent_share(struct realm *realm, ipa_t ipa, int level)
{
	uint64_t count = rtt_entry_size(level) / RMI_GRANULE_SIZE;
	struct granules_want want = {
		.kind = GRANULES_GUEST, .unit = count, .units = 1, .align = count
	};

	if (!realm_alloc(realm, &want, &realm->lent))
		return false;
	host_pages_zero(realm->rmi.ops, realm->lent.base, count);
	if (!lent_map(realm, ipa, level, true)) {
		mapping_undo(realm, GRANULES_GUEST, &realm->lent);
		return false;
	}
	return true;
}

bool realm_share(struct realm *realm, ipa_t ipa, int level)
{
	struct rtt_look look;

	if (!request_begin(realm, "sharing memory") ||
	    !realm_free_checked(realm, GRANULES_GUEST, &realm->lent))
		return false;
	if (!ask_rtt_read_entry(&realm->rmi, realm->rd.base, ipa, &look))
		return rmi_refused(&realm->rmi);
	if (look.state == RMI_ENTRY_ASSIGNED)
		return true;
	return lent_share(realm, ipa, level);
}

bool realm_shared_find(struct realm *realm, ipa_t ipa, struct rtt_look *out)
{
	if (!request_begin(realm, "looking at a shared page"))
		return false;
	if (!ask_rtt_read_entry(&realm->rmi, realm->rd.base, ipa, out))
		return rmi_refused(&realm->rmi);
	if (out->state != RMI_ENTRY_ASSIGNED ||
	    out->level < REALM_BLOCK_LEVEL || out->level > REALM_PAGE_LEVEL)
		return rmi_protocol_error(&realm->rmi, "a page that is gone");
	return true;
}

bool realm_page_show(struct realm *realm, ipa_t ipa, struct granules_range *page)
{
	if (!request_begin(realm, "showing registers") ||
	    !realm_free_checked(realm, GRANULES_GUEST, &realm->lent))
		return false;
	granules_transfer(&realm->granules, GRANULES_SHARED, GRANULES_GUEST, 1);
	realm->lent = *page;
	page->count = 0;
	return lent_map(realm, ipa, REALM_PAGE_LEVEL, false);
}

bool realm_unshare(struct realm *realm, ipa_t base, ipa_t top)
{
	return request_begin(realm, "taking shared memory back") &&
	       realm_unmap_kind(realm, GRANULES_GUEST, base, top);
}

/* ---- RIPAS ---- */

/* Returns true if the last command was refused because the page at which it
 * arrived cannot change its RIPAS, and not for lack of a table. */
static bool entry_keeps(const struct rmi *rmi)
{
	return !rmi->gave_up && rmi_status(rmi) == RMI_ERROR_RTT &&
	       rmi_index(rmi) == RTT_DEEPEST;
}

bool realm_ripas_set(struct realm *realm, const struct ripas_range *range,
		     ipa_t *reached)
{
	struct ripas_range left = *range;
	int deepest = realm_above_root(realm);
	ipa_t next;

	*reached = range->base;
	if (!request_begin(realm, "changing the state of memory"))
		return false;
	while (left.base.value < left.top.value) {
		if (!ask_rtt_set_ripas(&realm->rmi, realm->rd.base, &left,
				       &next)) {
			if (entry_keeps(&realm->rmi))
				return true;
			if (!realm_walk_deepen(realm, left.base, RTT_DEEPEST,
					       &deepest))
				return false;
			continue;
		}
		if (!realm_progress_check(realm, left.base, left.top, next))
			return false;
		left.base = next;
		*reached = next;
		deepest = realm_above_root(realm);
	}
	return true;
}
