/* SPDX-License-Identifier: BSD-3-Clause */
/* Unmapping a range of a Realm's IPA space. */
#include "hypervisor/core/realm/realm_unmap.h"

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_map.h"
#include "lib/number.h"

/* An unmapping that has come to `at`. */
struct unmap {
	enum granules_kind kind;
	ipa_t at;
	ipa_t top;
	int split; /* see entry_pass() */
};

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

/* Finds out whether a block is mapped at an IPA of the shared half. Returns
 * false, noted, if the RMM does not tell. */
static bool shared_block_look(struct realm *realm, ipa_t at, bool *mapped)
{
	struct rtt_look look;

	if (!ask_rtt_read_entry(&realm->rmi, realm->rd.base, at, &look))
		return rmi_refused(&realm->rmi);
	*mapped = look.state == RMI_ENTRY_ASSIGNED && look.level < RTT_DEEPEST;
	return true;
}

/*
 * Goes on where the walk stopped at an entry that is above the level of pages
 * and extends beyond the range. In the protected half nothing is mapped there,
 * so next is the end of that entry. In the shared half it may map a block, of
 * which a part is to go: then the block is split, and next is `at` again.
 * unmap->split is the level of the last split since there was progress; it has
 * to get deeper each time, or the RMM could keep the hypervisor in a loop.
 * Returns false, noted, if the command was refused for another reason.
 */
static bool entry_pass(struct realm *realm, struct unmap *unmap, ipa_t *next)
{
	ipa_t at = unmap->at;
	ipa_t top = unmap->top;
	const struct rmi *rmi = &realm->rmi;
	int level = rmi_index(rmi);
	bool mapped = false;
	uint64_t size;

	if (rmi->gave_up || rmi_status(rmi) != RMI_ERROR_RTT ||
	    level < realm->layout.start_level || level >= RTT_DEEPEST)
		return rmi_refused(&realm->rmi);
	size = rtt_entry_size(level);
	next->value = align_down(at.value, size) + size;
	if (is_aligned(at.value, size) && next->value <= top.value)
		return rmi_refused(&realm->rmi);
	if (unmap->kind == GRANULES_GUEST &&
	    !shared_block_look(realm, at, &mapped))
		return false;
	if (!mapped)
		return true;
	if (level <= unmap->split)
		return rmi_protocol_error(&realm->rmi, "a split without effect");
	unmap->split = level;
	*next = at;
	return realm_table_create(realm, at, level);
}

/*
 * One command unmaps the pages of one table, or one run of them that are
 * physically consecutive. The loop ends early when no page of that kind is
 * charged any more.
 */
bool realm_unmap_kind(struct realm *realm, enum granules_kind kind, ipa_t at,
		      ipa_t top)
{
	struct unmap unmap = { kind, at, top, realm_above_root(realm) };
	ipa_t next;

	while (realm_charged(realm, kind) > 0 && unmap.at.value < top.value) {
		if (!realm_may_free(realm))
			return false;
		if (unmap_once(realm, kind, unmap.at, top, &next)) {
			if (!realm_progress_check(realm, unmap.at, top, next))
				return false;
		} else if (!entry_pass(realm, &unmap, &next)) {
			return false;
		}
		if (next.value != unmap.at.value)
			unmap.split = realm_above_root(realm);
		unmap.at = next;
	}
	return true;
}
