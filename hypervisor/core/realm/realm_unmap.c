/* SPDX-License-Identifier: BSD-3-Clause */
/* Unmapping a range of a Realm's IPA space. */
#include "hypervisor/core/realm/realm_unmap.h"

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "lib/number.h"

/* Unmaps and frees a first part of [at, top), and sets next to its end. */
static bool unmap_once(struct realm *realm, enum granules_kind kind, ipa_t at,
		       ipa_t top, ipa_t *next)
{
	struct rmi *rmi = &realm->rmi;
	pa_t rd = realm->rd.base;
	bool done;

	if (kind == GRANULES_DATA)
		done = ask_rtt_data_unmap(rmi, rd, at, top, next);
	else
		done = ask_rtt_unprot_unmap(rmi, rd, at, top, next);
	return realm_account_result(realm, done);
}

/*
 * Sets next to the end of the entry at which the walk stopped, if that entry is
 * above the level of pages and extends beyond the range: nothing is mapped
 * there then. Returns false, noted, if the command was refused for another
 * reason.
 */
static bool entry_skip(struct realm *realm, ipa_t at, ipa_t top, ipa_t *next)
{
	const struct rmi *rmi = &realm->rmi;
	int level = rmi_index(rmi);
	uint64_t size;

	if (rmi->gave_up || rmi_status(rmi) != RMI_ERROR_RTT ||
	    level < realm->layout.start_level || level >= RTT_DEEPEST)
		return rmi_refused(&realm->rmi);
	size = rtt_entry_size(level);
	next->value = align_down(at.value, size) + size;
	if (is_aligned(at.value, size) && next->value <= top.value)
		return rmi_refused(&realm->rmi);
	return true;
}

/*
 * One command unmaps the pages of one table, or one run of them that are
 * physically consecutive. The loop ends early when no page of that kind is
 * charged any more.
 */
bool realm_unmap_kind(struct realm *realm, enum granules_kind kind, ipa_t at,
		      ipa_t top)
{
	ipa_t next;

	while (realm_charged(realm, kind) > 0 && at.value < top.value) {
		if (!realm_may_free(realm))
			return false;
		if (unmap_once(realm, kind, at, top, &next)) {
			if (!realm_progress_check(realm, at, top, next))
				return false;
		} else if (!entry_skip(realm, at, top, &next)) {
			return false;
		}
		at = next;
	}
	return true;
}
