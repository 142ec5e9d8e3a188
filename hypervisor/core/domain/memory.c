/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Populating the RAM of domains that run. All pages of a domain were promised
 * to it, so a page is always free. Only the consecutive pages of a block may be
 * missing; then single pages are populated instead.
 */
#include "hypervisor/core/domain/memory.h"

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "hypervisor/core/rmi/failure_text.h"
#include "lib/number.h"
#include "lib/pgtable.h"

static enum memory_result memory_failed(struct domain *domain,
					const struct rmi_failure *failure)
{
	char text[CONTROL_TEXT_SIZE];

	failure_text(failure, text, sizeof(text));
	domain_stop(domain, CONTROL_CRASH, "%s", text);
	return MEMORY_BROKEN;
}

/* Returns true if the whole block around an IPA is RAM. */
static bool block_in_ram(const struct domain *domain, ipa_t ipa)
{
	return domain_has_ram(domain, ipa_align_down(ipa, PGTABLE_BLOCK).value,
			      PGTABLE_BLOCK);
}

/* ---- Realms: the protected half ---- */

/* Populates an untouched page, with its block if possible. look is the entry at
 * which the walk for it ends. */
static bool realm_ram_populate(struct domain *domain, ipa_t ipa,
			       const struct rtt_look *look)
{
	struct realm *realm = &domain->realm;

	if (look->level <= REALM_BLOCK_LEVEL && block_in_ram(domain, ipa)) {
		if (realm_populate(realm, ipa_align_down(ipa, PGTABLE_BLOCK),
				   REALM_BLOCK_LEVEL))
			return true;
		if (realm->failure.kind != RMI_FAILURE_MEMORY)
			return false;
	}
	return realm_populate(realm, ipa, REALM_PAGE_LEVEL);
}

/*
 * Nothing is done if another vCPU changed the page meanwhile, so that it is
 * RIPAS EMPTY or populated: the RMM handles the access when it is made again.
 */
static enum memory_result realm_protected_fault(struct domain *domain, ipa_t ipa)
{
	struct realm *realm = &domain->realm;
	struct rtt_look look;

	if (!domain_has_ram(domain, ipa.value, 1))
		return MEMORY_NONE;
	if (!realm_look(realm, ipa, &look))
		return memory_failed(domain, &realm->failure);
	if (look.ripas == RMI_RIPAS_DESTROYED) {
		domain_stop(domain, CONTROL_CRASH,
			    "it touched memory at 0x%llx whose content is lost",
			    (unsigned long long)ipa.value);
		return MEMORY_BROKEN;
	}
	if (look.state == RMI_ENTRY_ASSIGNED || look.ripas != RMI_RIPAS_RAM)
		return MEMORY_READY;
	if (!realm_ram_populate(domain, ipa, &look))
		return memory_failed(domain, &realm->failure);
	return MEMORY_READY;
}

/* ---- Realms: the shared half ---- */

/*
 * Shares the page at an IPA, with its block if devices may use it and all of
 * the block can be shared: the pool of a Realm's bounce buffers would take an
 * exit for each page else. look is the entry at which the walk for the page
 * ends, in the protected half, and EMPTY.
 */
static bool realm_page_share(struct domain *domain, ipa_t ipa,
			     const struct rtt_look *look)
{
	struct realm *realm = &domain->realm;
	ipa_t alias = realm_alias(realm, ipa);
	struct rtt_look there;

	if (domain->devices != NULL && look->level <= REALM_BLOCK_LEVEL &&
	    block_in_ram(domain, ipa)) {
		if (!realm_look(realm, alias, &there))
			return false;
		if (there.level <= REALM_BLOCK_LEVEL &&
		    realm_share(realm, ipa_align_down(alias, PGTABLE_BLOCK),
				REALM_BLOCK_LEVEL))
			return true;
		if (realm->failure.kind != RMI_FAILURE_NONE &&
		    realm->failure.kind != RMI_FAILURE_MEMORY)
			return false;
	}
	return realm_share(realm, alias, REALM_PAGE_LEVEL);
}

static enum memory_result realm_shared_fault(struct domain *domain, ipa_t alias)
{
	struct realm *realm = &domain->realm;
	ipa_t ipa =
		ipa_make(alias.value - realm_alias(realm, ipa_make(0)).value);
	struct rtt_look look;

	if (!domain_has_ram(domain, ipa.value, 1))
		return MEMORY_NONE;
	if (!realm_look(realm, ipa, &look))
		return memory_failed(domain, &realm->failure);
	if (look.ripas != RMI_RIPAS_EMPTY)
		return MEMORY_NONE;
	if (!realm_page_share(domain, ipa, &look))
		return memory_failed(domain, &realm->failure);
	return MEMORY_READY;
}

/* A Realm cannot access an IPA beyond its IPA space, but a faulty RMM may tell
 * one. */
enum memory_result memory_realm_fault(struct domain *domain, ipa_t ipa)
{
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	ipa_t page = ipa_align_down(ipa, GUEST_PAGE_SIZE);
	enum memory_result result = MEMORY_NONE;

	domain_memory_lock(domain);
	if (page.value < half)
		result = realm_protected_fault(domain, page);
	else if (page.value < 2 * half)
		result = realm_shared_fault(domain, page);
	domain_memory_unlock(domain);
	return result;
}

/* ---- Realms: RIPAS ---- */

/* The hypervisor's part of a change of RIPAS: frees the pages that became
 * EMPTY, and the shared pages whose IPAs became RAM. */
static bool ripas_follow(struct domain *domain, ipa_t base, ipa_t top,
			 uint8_t ripas)
{
	struct realm *realm = &domain->realm;
	bool done;

	if (ripas == RMI_RIPAS_EMPTY) {
		done = realm_unmap(realm, base, top);
	} else {
		domain_devices_forget(domain, base, top);
		done = realm_unshare(realm, realm_alias(realm, base),
				     realm_alias(realm, top));
	}
	return done && realm->failure.kind == RMI_FAILURE_NONE;
}

static bool realm_ripas_change(struct domain *domain,
			       const struct ripas_range *range, uint8_t ripas)
{
	struct realm *realm = &domain->realm;
	ipa_t reached;
	bool done = realm_ripas_set(realm, range, &reached);
	bool changed = reached.value > range->base.value;

	if (done && changed)
		done = ripas_follow(domain, range->base, reached, ripas);
	if (!done)
		(void)memory_failed(domain, &realm->failure);
	return done && changed;
}

/* Does what can be done now, with the lock held. */
static enum memory_change
realm_ripas_try(struct domain *domain, struct ripas_range *range, uint8_t ripas)
{
	if (ripas == RMI_RIPAS_RAM)
		range->top = domain_devices_free_up_to(domain, range->base,
						       range->top);
	if (range->top.value == range->base.value)
		return MEMORY_LATER;
	return realm_ripas_change(domain, range, ripas) ? MEMORY_CHANGED
							: MEMORY_KEPT;
}

enum memory_change memory_ripas_change(struct domain *domain, struct vcpu *vcpu,
				       ipa_t base, ipa_t top, uint8_t ripas)
{
	uint64_t end = GUEST_RAM0_BASE + domain->ram_size;
	struct ripas_range range = { vcpu->rec, base, top };
	enum memory_change change;

	if (!domain_has_ram(domain, base.value, 1) || top.value <= base.value ||
	    !is_aligned(base.value | top.value, GUEST_PAGE_SIZE) ||
	    ripas > RMI_RIPAS_RAM)
		return MEMORY_KEPT;
	if (range.top.value > end)
		range.top = ipa_make(end);
	if (ripas == RMI_RIPAS_RAM)
		domain_devices_release(domain, range.base, range.top);
	domain_memory_lock(domain);
	change = realm_ripas_try(domain, &range, ripas);
	domain_memory_unlock(domain);
	return change;
}

/* ---- Ordinary guests ---- */

/* Returns false, noted in domain->failure, if pages ran out. */
static bool guest_populate(struct domain *domain, ipa_t ipa, int level)
{
	uint64_t count = rtt_entry_size(level) / GUEST_PAGE_SIZE;
	struct granules_want want = {
		.kind = GRANULES_GUEST, .unit = count, .units = 1, .align = count
	};
	struct granules_range range;

	failure_clear(&domain->failure);
	failure_step(&domain->failure, "supplying memory");
	if (!granules_alloc(&domain->own, &want, &range))
		return false;
	host_pages_zero(domain_host(domain), range.base, range.count);
	if (stage2_map(&domain->stage2,
		       ipa_align_down(ipa, rtt_entry_size(level)), range.base,
		       level))
		return true;
	granules_free(&domain->own, GRANULES_GUEST, range);
	return false;
}

static enum memory_result guest_fault(struct domain *domain, ipa_t ipa)
{
	struct stage2_entry entry = stage2_look(&domain->stage2, ipa);

	if (entry.mapped)
		return MEMORY_READY;
	if (entry.level <= STAGE2_BLOCK_LEVEL && block_in_ram(domain, ipa) &&
	    guest_populate(domain, ipa, STAGE2_BLOCK_LEVEL))
		return MEMORY_READY;
	if (guest_populate(domain, ipa, STAGE2_PAGE_LEVEL))
		return MEMORY_READY;
	return memory_failed(domain, &domain->failure);
}

enum memory_result memory_guest_fault(struct domain *domain, ipa_t ipa)
{
	enum memory_result result;

	if (!domain_has_ram(domain, ipa.value, 1))
		return MEMORY_NONE;
	domain_memory_lock(domain);
	result = guest_fault(domain, ipa);
	domain_memory_unlock(domain);
	return result;
}

/* ---- Registers that the guest reads ---- */

static struct granules *page_owner(struct domain *domain)
{
	return domain->is_realm ? &domain->realm.granules : &domain->own;
}

bool memory_page_take(struct domain *domain, struct granules_range *page)
{
	struct granules_want want = granules_run(GRANULES_SHARED, 1);
	struct granules *owner = page_owner(domain);

	failure_clear(owner->failure);
	failure_step(owner->failure, "showing registers");
	if (!granules_alloc(owner, &want, page))
		return false;
	host_pages_zero(domain_host(domain), page->base, 1);
	return true;
}

static bool guest_page_show(struct domain *domain, ipa_t ipa,
			    struct granules_range *page)
{
	if (!stage2_map_readable(&domain->stage2, ipa, page->base))
		return false;
	granules_transfer(&domain->own, GRANULES_SHARED, GRANULES_GUEST, 1);
	page->count = 0;
	return true;
}

bool memory_page_show(struct domain *domain, ipa_t ipa,
		      struct granules_range *page)
{
	struct realm *realm = &domain->realm;

	return domain->is_realm
		       ? realm_page_show(realm, realm_alias(realm, ipa), page)
		       : guest_page_show(domain, ipa, page);
}

/* A guest that got the page later would read what is not written any more. */
void memory_page_drop(struct domain *domain, struct granules_range *page,
		      char *text)
{
	struct granules *owner = page_owner(domain);

	text[0] = '\0';
	if (domain->is_realm && realm_is_unsure(&domain->realm))
		(void)memory_failed(domain, owner->failure);
	else
		failure_text(owner->failure, text, CONTROL_TEXT_SIZE);
	granules_free(owner, GRANULES_SHARED, *page);
	page->count = 0;
}

/* ---- For devices ---- */

/* Returns the largest part of RAM around a page that is shared as a whole: look
 * and there are the entries of both halves, and EMPTY or assigned as far as
 * they reach. */
static struct stage2_run shared_around(const struct domain *domain, ipa_t page,
				       const struct rtt_look *look,
				       const struct rtt_look *there)
{
	bool block = look->level <= REALM_BLOCK_LEVEL &&
		     there->level == REALM_BLOCK_LEVEL &&
		     block_in_ram(domain, page);
	uint64_t size = block ? PGTABLE_BLOCK : GUEST_PAGE_SIZE;
	ipa_t ipa = ipa_align_down(page, size);
	uint64_t offset = ipa.value % rtt_entry_size(there->level);

	return (struct stage2_run){ ipa, pa_add(there->pa, offset), size };
}

/* Finds the Non-secure page that a Realm shares at an IPA of its RAM. */
static const char *realm_page_find(struct domain *domain, ipa_t page,
				   struct stage2_run *memory)
{
	struct realm *realm = &domain->realm;
	struct rtt_look look, there;

	if (domain_devices_recall(domain, page, memory))
		return NULL;
	if (!realm_look(realm, page, &look)) {
		(void)memory_failed(domain, &realm->failure);
		return "cannot be looked at";
	}
	if (look.ripas != RMI_RIPAS_EMPTY)
		return "the Realm does not share";
	if (!realm_page_share(domain, page, &look) ||
	    !realm_shared_find(realm, realm_alias(realm, page), &there)) {
		(void)memory_failed(domain, &realm->failure);
		return "cannot be populated";
	}
	*memory = shared_around(domain, page, &look, &there);
	domain_devices_remember(domain, memory);
	return NULL;
}

/* Finds the page of an ordinary guest at an IPA of its RAM. */
static const char *guest_page_find(struct domain *domain, ipa_t page,
				   struct stage2_run *memory)
{
	if (!stage2_around(&domain->stage2, page, memory) &&
	    (guest_fault(domain, page) != MEMORY_READY ||
	     !stage2_around(&domain->stage2, page, memory)))
		return "cannot be populated";
	return NULL;
}

/* Both names of a Realm's page mean the same one. */
static uint64_t device_address_to_ipa(const struct domain *domain,
				      uint64_t address)
{
	uint64_t half;

	if (!domain->is_realm)
		return address;
	half = realm_alias(&domain->realm, ipa_make(0)).value;
	return address >= half && address < 2 * half ? address - half : address;
}

const char *memory_device_find(struct domain *domain, uint64_t address,
			       struct virtio_run *run)
{
	uint64_t ipa = device_address_to_ipa(domain, address);
	ipa_t page = ipa_align_down(ipa_make(ipa), GUEST_PAGE_SIZE);
	struct stage2_run memory;
	const char *why;

	if (!domain_has_ram(domain, ipa, 1))
		return "is no RAM of the guest";
	why = domain->is_realm ? realm_page_find(domain, page, &memory)
			       : guest_page_find(domain, page, &memory);
	if (why != NULL)
		return why;
	*run = (struct virtio_run){ address - (ipa - memory.ipa.value),
				    memory.ipa, memory.pa, memory.size };
	return NULL;
}
