/* SPDX-License-Identifier: BSD-3-Clause */
/* Granting pages for a domain's content, and beginning its build. */
#include "abi/guest_map.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "lib/number.h"

/* Pages zeroed at a time: 2 MiB. */
#define ZERO_BATCH 512

/* The caller holds domain->memory_lock. */
static enum control_status segment_check(const struct domain *domain,
					 const struct control_segment *segment,
					 char *text)
{
	uint64_t end = GUEST_RAM0_BASE + domain->ram_size;
	uint64_t first = GUEST_RAM0_BASE;
	const struct domain_segment *last;

	if (domain_state(domain) != CONTROL_LOADING) {
		return control_refuse(text, CONTROL_E_STATE,
				      "domain %u is not being loaded",
				      domain->domid);
	}
	if (domain->segment_count == CONTROL_SEGMENTS) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "a domain has at most %u segments",
				      CONTROL_SEGMENTS);
	}
	if (domain->segment_count > 0) {
		last = &domain->segments[domain->segment_count - 1];
		first = last->ipa.value + last->pages.count * PAGE_SIZE;
	}
	if (segment->ipa < first || segment->ipa >= end ||
	    segment->size > end - segment->ipa) {
		return control_refuse(
			text, CONTROL_E_REQUEST,
			"a segment is outside of RAM, or not after the one "
			"before");
	}
	return CONTROL_OK;
}

/* Makes the promise as large as the content now requires, or refuses the
 * content if the host has not so many pages left. */
static enum control_status promise_renew(struct domain *domain, char *text)
{
	struct domains *domains = domain->domains;
	uint64_t pages = domain_cost(domain);
	uint64_t unused;

	spinlock_acquire(&domains->lock);
	unused = domains_unpromised(domains) + domain->promised;
	if (pages <= unused) {
		domains->promised += pages - domain->promised;
		domain->promised = pages;
	}
	spinlock_release(&domains->lock);
	if (pages <= unused)
		return CONTROL_OK;
	return control_refuse(
		text, CONTROL_E_MEMORY,
		"with its content it needs %llu MiB while it is built, and the "
		"host has %llu MiB free",
		(unsigned long long)(pages + 0xff) >> 8,
		(unsigned long long)unused >> 8);
}

/* Zeroes pages in parts, and lets other threads run between them. */
static void pages_zero(struct domain *domain, struct granules_range pages)
{
	const struct host_ops *host = domain_host(domain);

	for (uint64_t i = 0; i < pages.count; i += ZERO_BATCH) {
		host_pages_zero(host, pa_add(pages.base, i * PAGE_SIZE),
				smaller(pages.count - i, ZERO_BATCH));
		host->relax(host->ctx, false);
	}
}

static enum control_status segment_alloc(struct domain *domain,
					 const struct control_segment *segment,
					 char *text)
{
	struct domain_segment *taken = &domain->segments[domain->segment_count];
	struct granules_want want =
		granules_run(GRANULES_SHARED, pages_for(segment->size));
	enum control_status status;

	want.becomes_guest = !domain->is_realm;
	taken->ipa = ipa_make(segment->ipa);
	taken->size = segment->size;
	taken->pages.count = want.unit;
	domain->segment_count++;
	status = promise_renew(domain, text);
	if (status == CONTROL_OK) {
		if (granules_alloc(&domain->own, &want, &taken->pages))
			return CONTROL_OK;
		status = control_refuse(
			text, CONTROL_E_MEMORY,
			"the host has not %llu KiB in a row for content",
			(unsigned long long)want.unit * (PAGE_SIZE >> 10));
	}
	domain->segment_count--;
	taken->pages.count = 0;
	(void)promise_renew(domain, text); /* smaller than before: it fits */
	failure_clear(&domain->failure);
	return status;
}

enum control_status domain_grant(struct domain *domain,
				 const struct control_segment *segment,
				 struct control_grant *grant, char *text)
{
	enum control_status status;
	struct granules_range pages;

	domain_memory_lock(domain);
	status = segment_check(domain, segment, text);
	if (status == CONTROL_OK)
		status = segment_alloc(domain, segment, text);
	if (status == CONTROL_OK) {
		pages = domain->segments[domain->segment_count - 1].pages;
		pages_zero(domain, pages);
		grant->pa = pages.base.value;
		grant->size = pages.count * PAGE_SIZE;
	}
	domain_memory_unlock(domain);
	return status;
}

enum control_status domain_build(struct domain *domain,
				 const struct control_build *build, char *text)
{
	bool done;

	domain_memory_lock(domain);
	spinlock_acquire(&domain->lock);
	done = domain->state == CONTROL_LOADING;
	if (done) {
		domain->entry = *build;
		domain_state_set(domain, CONTROL_BUILDING);
	}
	spinlock_release(&domain->lock);
	domain_memory_unlock(domain);
	if (!done) {
		return control_refuse(text, CONTROL_E_STATE,
				      "domain %u is not being loaded",
				      domain->domid);
	}
	domain->ops->work_kick(domain->ops->ctx);
	return CONTROL_OK;
}
