/* SPDX-License-Identifier: BSD-3-Clause */
/* The reply about a domain's memory: its pages by kind, and the use of its
 * IPAs. */
#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "hypervisor/core/rmi/failure_text.h"
#include "lib/number.h"

/* How many entries are read for one request. The bound keeps the session's
 * thread and the domain's memory_lock from being occupied for long. */
#define LOOKS 512

/* ---- Pages by kind ---- */

static const uint8_t kinds[GRANULE_KINDS] = {
	[GRANULES_RD] = CONTROL_PAGE_RD,
	[GRANULES_ROOT] = CONTROL_PAGE_RTT,
	[GRANULES_RTT] = CONTROL_PAGE_RTT,
	[GRANULES_REC] = CONTROL_PAGE_REC,
	[GRANULES_DATA] = CONTROL_PAGE_DATA,
	[GRANULES_DONATED] = CONTROL_PAGE_DONATED,
	[GRANULES_ABANDONED] = CONTROL_PAGE_ABANDONED,
	[GRANULES_SHARED] = CONTROL_PAGE_HOST,
	[GRANULES_GUEST] = CONTROL_PAGE_GUEST,
};

static void pages_fill(const struct domain *domain,
		       struct control_memory *memory)
{
	for (unsigned kind = 0; kind < GRANULE_KINDS; kind++) {
		memory->pages[kinds[kind]] +=
			domain->own.account.held[kind] +
			domain->realm.granules.account.held[kind];
	}
}

/* ---- The use of an IPA ---- */

/* An entry of a table, which tells the same of all pages that it covers. */
struct entry {
	uint32_t kind; /* enum control_run_kind; 0: nothing to tell */
	int level;
};

static uint32_t protected_kind(const struct rtt_look *look)
{
	if (look->ripas == RMI_RIPAS_DESTROYED)
		return CONTROL_RUN_DESTROYED;
	if (look->ripas == RMI_RIPAS_EMPTY)
		return CONTROL_RUN_EMPTY;
	return look->state == RMI_ENTRY_ASSIGNED ? CONTROL_RUN_POPULATED
						 : CONTROL_RUN_UNTOUCHED;
}

/* Returns false, noted in realm->failure, if the RMM refused or broke the
 * protocol. */
static bool realm_entry(struct domain *domain, ipa_t ipa, struct entry *out)
{
	struct realm *realm = &domain->realm;
	struct rtt_look look;

	if (!realm_look(realm, ipa, &look))
		return false;
	if (look.level < realm->layout.start_level || look.level > RTT_DEEPEST)
		return rmi_protocol_error(&realm->rmi, "a level that is none");
	out->level = look.level;
	if (ipa.value < realm_alias(realm, ipa_make(0)).value)
		out->kind = protected_kind(&look);
	else if (look.state == RMI_ENTRY_ASSIGNED)
		out->kind = CONTROL_RUN_SHARED;
	else
		out->kind = 0;
	return true;
}

static void guest_entry(struct domain *domain, ipa_t ipa, struct entry *out)
{
	struct stage2_entry found = stage2_look(&domain->stage2, ipa);

	out->level = found.level;
	out->kind = found.mapped ? CONTROL_RUN_POPULATED : CONTROL_RUN_UNTOUCHED;
}

/* Returns false as realm_entry() does. */
static bool entry_look(struct domain *domain, ipa_t ipa, struct entry *out)
{
	if (domain->is_realm)
		return realm_entry(domain, ipa, out);
	guest_entry(domain, ipa, out);
	return true;
}

/*
 * Cuts [at, *end), which has one kind, behind a page that devices have, or
 * before the next such page. Returns the kind of what is left.
 */
static uint32_t pins_cut(const struct domain *domain, uint64_t at,
			 uint64_t *end, uint32_t kind)
{
	uint64_t half = domain->is_realm
				? realm_alias(&domain->realm, ipa_make(0)).value
				: 0;
	uint64_t pinned;

	if (at < half || kind == 0 || kind == CONTROL_RUN_UNTOUCHED)
		return kind;
	pinned = half + domain_devices_free_up_to(domain, ipa_make(at - half),
						  ipa_make(*end - half))
				.value;
	if (pinned >= *end)
		return kind;
	if (pinned > at) {
		*end = pinned;
		return kind;
	}
	*end = at + PAGE_SIZE;
	return CONTROL_RUN_PINNED;
}

/* ---- Runs ---- */

/* Appends a run for [ipa, end), or makes the last run longer. Returns false if
 * there is no room for a further run. */
static bool run_append(struct control_memory *memory, uint64_t ipa,
		       uint64_t end, uint32_t kind)
{
	uint32_t pages = (uint32_t)((end - ipa) / PAGE_SIZE);
	struct control_run *last = NULL;

	if (kind == 0)
		return true;
	if (memory->count > 0)
		last = &memory->runs[memory->count - 1];
	if (last != NULL && last->kind == kind &&
	    last->ipa + last->pages * PAGE_SIZE == ipa) {
		last->pages += pages;
		return true;
	}
	if (memory->count == CONTROL_RUNS)
		return false;
	memory->runs[memory->count++] = (struct control_run){ ipa, pages, kind };
	return true;
}

/* A range of IPAs of RAM. A Realm has two: RAM itself, and its aliases. */
struct window {
	uint64_t base;
	uint64_t end;
};

/*
 * Appends the runs of one window from *at on, and advances *at. *looks is how
 * many further entries may be read; it becomes 0 when there is no room for more
 * runs. Returns false, noted in realm->failure, if an entry cannot be read.
 */
static bool window_fill(struct domain *domain, const struct window *window,
			uint64_t *at, unsigned *looks,
			struct control_memory *memory)
{
	struct entry entry = { 0 };
	uint64_t size;
	uint64_t end;

	if (*at < window->base && *looks > 0)
		*at = window->base;
	while (*at < window->end && *looks > 0) {
		if (!entry_look(domain, ipa_make(*at), &entry))
			return false;
		(*looks)--;
		size = rtt_entry_size(entry.level);
		end = smaller(align_down(*at, size) + size, window->end);
		entry.kind = pins_cut(domain, *at, &end, entry.kind);
		if (!run_append(memory, *at, end, entry.kind)) {
			*looks = 0;
			return true;
		}
		*at = end;
	}
	return true;
}

static bool runs_fill(struct domain *domain, uint64_t at,
		      struct control_memory *memory)
{
	const uint64_t ram_end = GUEST_RAM0_BASE + domain->ram_size;
	const uint64_t half = memory->shared_base;
	const struct window windows[] = {
		{ GUEST_RAM0_BASE, ram_end },
		{ half + GUEST_RAM0_BASE, half + ram_end },
	};
	unsigned count = domain->is_realm ? 2 : 1;
	unsigned looks = LOOKS;

	for (unsigned i = 0; i < count; i++) {
		if (!window_fill(domain, &windows[i], &at, &looks, memory))
			return false;
	}
	memory->next = at < windows[count - 1].end ? at : 0;
	return true;
}

static bool has_memory(const struct domain *domain)
{
	switch (domain_state(domain)) {
	case CONTROL_PAUSED:
	case CONTROL_RUNNING:
	case CONTROL_SHUTDOWN:
		return true;
	default:
		return false;
	}
}

/* The caller has the domain from domain_get(), so it is not destroyed
 * meanwhile. */
enum control_status control_memory(struct domain *domain, uint64_t from,
				   struct control_memory *memory, char *text)
{
	bool done;

	if (!has_memory(domain)) {
		return control_refuse(
			text, CONTROL_E_STATE,
			"domain %u is not built, or is being destroyed",
			domain->domid);
	}
	domain_memory_lock(domain);
	pages_fill(domain, memory);
	if (domain->is_realm) {
		memory->shared_base =
			realm_alias(&domain->realm, ipa_make(0)).value;
	}
	done = runs_fill(domain, from, memory);
	if (!done)
		failure_text(&domain->realm.failure, text, CONTROL_TEXT_SIZE);
	domain_memory_unlock(domain);
	return done ? CONTROL_OK : CONTROL_E_RMM;
}
