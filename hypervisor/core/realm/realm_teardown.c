/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Destroying a Realm. Every step looks at what the Realm holds and does nothing
 * if it is done already, so that all of it can be repeated until it succeeds.
 */
#include "hypervisor/core/realm/realm_teardown.h"

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_unmap.h"
#include "lib/ipa.h"
#include "lib/number.h"

static bool recs_destroy(struct realm *realm)
{
	while (realm->rec_count > 0) {
		pa_t rec = pa_add(realm->recs.base,
				  (realm->rec_count - 1) *
					  (uint64_t)RMI_GRANULE_SIZE);

		if (!realm_may_free(realm))
			return false;
		if (!realm_account_result(realm,
					  ask_rec_destroy(&realm->rmi, rec)))
			return rmi_refused(&realm->rmi);
	}
	return true;
}

/* Unmaps and frees all pages in one half of the IPA space. */
static bool half_unmap(struct realm *realm, enum granules_kind kind,
		       uint64_t base)
{
	uint64_t size = ipa_shared_start(realm->layout.ipa_bits);

	if (!realm_unmap_kind(realm, kind, ipa_make(base), ipa_make(base + size)))
		return false;
	if (realm_charged(realm, kind) != 0) {
		return rmi_protocol_error(&realm->rmi,
					  "not all pages came back");
	}
	return true;
}

static bool content_unmap(struct realm *realm)
{
	return half_unmap(realm, GRANULES_DATA, 0) &&
	       half_unmap(realm, GRANULES_GUEST,
			  ipa_shared_start(realm->layout.ipa_bits));
}

/* Destroys the tables of one level. The RMM tells, with success and with
 * RMI_ERROR_RTT, up to where there is nothing to destroy. */
static bool level_destroy(struct realm *realm, int level)
{
	ipa_t at = ipa_make(0);
	ipa_t end = ipa_make(UINT64_C(1) << realm->layout.ipa_bits);
	ipa_t next;
	bool done;

	while (realm_charged(realm, GRANULES_RTT) > 0 && at.value < end.value) {
		if (!realm_may_free(realm))
			return false;
		done = realm_account_result(
			realm, ask_rtt_destroy(&realm->rmi, realm->rd.base, at,
					       level, &next));
		if (!done && (realm->rmi.gave_up ||
			      rmi_status(&realm->rmi) != RMI_ERROR_RTT ||
			      rmi_index(&realm->rmi) >= level))
			return rmi_refused(&realm->rmi);
		/* The last root table may reach beyond the IPA space. */
		if (next.value <= at.value ||
		    !is_aligned(next.value, rtt_entry_size(level - 1))) {
			return rmi_protocol_error(&realm->rmi,
						  "no progress in the range");
		}
		at = next;
	}
	return true;
}

static bool tables_destroy(struct realm *realm)
{
	for (int level = RTT_DEEPEST; level > realm->layout.start_level;
	     level--) {
		if (!level_destroy(realm, level))
			return false;
	}
	if (realm_charged(realm, GRANULES_RTT) != 0) {
		return rmi_protocol_error(&realm->rmi,
					  "not all tables came back");
	}
	return true;
}

static bool realm_terminate(struct realm *realm)
{
	if (!ask_realm_terminate(&realm->rmi, realm->rd.base))
		return rmi_refused(&realm->rmi);
	return true;
}

static bool realm_remove(struct realm *realm)
{
	if (!realm_may_free(realm))
		return false;
	if (!realm_account_result(
		    realm, ask_realm_destroy(&realm->rmi, realm->rd.base)))
		return rmi_refused(&realm->rmi);
	realm->active = false;
	return true;
}

/* Destroys all that the RMM keeps of the Realm, down to the RD. */
static bool contents_destroy(struct realm *realm)
{
	if (!realm->created)
		return true;
	return recs_destroy(realm) && content_unmap(realm) &&
	       realm_terminate(realm) && tables_destroy(realm) &&
	       realm_remove(realm);
}

static bool unused_free(struct realm *realm)
{
	return realm_free_checked(realm, GRANULES_RTT, &realm->tables) &&
	       realm_free_checked(realm, GRANULES_DATA, &realm->data) &&
	       realm_free_checked(realm, GRANULES_GUEST, &realm->lent);
}

static bool objects_free(struct realm *realm)
{
	return realm_free_checked(realm, GRANULES_SHARED, &realm->reserve) &&
	       realm_free_checked(realm, GRANULES_REC, &realm->recs) &&
	       realm_free_checked(realm, GRANULES_ROOT, &realm->roots) &&
	       realm_free_checked(realm, GRANULES_RD, &realm->rd);
}

/* Frees the list and parameter pages, which no command needs any more. Pages
 * that are still charged then are lost in the RMM: they are abandoned. */
static bool account_close(struct realm *realm)
{
	realm->granules.list = pa_make(0);
	realm_free(realm, GRANULES_SHARED, &realm->shared);
	granules_transfer(&realm->granules, GRANULES_DONATED, GRANULES_ABANDONED,
			  realm_charged(realm, GRANULES_DONATED));
	if (realm->granules.account.total == 0)
		return true;
	return failure_note_reason(
		&realm->failure, RMI_FAILURE_PROTOCOL,
		"the RMM keeps memory of a Realm that is gone");
}

bool realm_dismantle(struct realm *realm)
{
	failure_step(&realm->failure, "taking the Realm apart");
	granules_retry(&realm->granules);
	return realm_op_finish(realm) && unused_free(realm) &&
	       contents_destroy(realm) && objects_free(realm) &&
	       account_close(realm);
}

bool realm_destroy(struct realm *realm)
{
	failure_clear(&realm->failure);
	return realm_dismantle(realm);
}
