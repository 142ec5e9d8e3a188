/* SPDX-License-Identifier: BSD-3-Clause */
/* Building a domain from its content, and destroying it. */
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/rmi/failure_text.h"
#include "lib/log.h"
#include "lib/pstate.h"

/* ---- Building: Realms ---- */

static void plan_fill(struct domain *domain, struct realm_ram *ram,
		      struct realm_segment *segments, struct realm_plan *plan)
{
	*ram = (struct realm_ram){ ipa_make(GUEST_RAM0_BASE), domain->ram_size };
	for (unsigned i = 0; i < domain->segment_count; i++) {
		segments[i] = (struct realm_segment){
			.ipa = domain->segments[i].ipa,
			.size = domain->segments[i].size,
			.source = domain->segments[i].pages.base,
		};
	}
	*plan = (struct realm_plan){
		.ram = ram,
		.ram_count = 1,
		.segments = segments,
		.segment_count = domain->segment_count,
		.vcpus = domain->vcpu_count,
		.pc = domain->entry.pc,
		.gprs = { domain->entry.x0 },
		.hash_algo = (uint8_t)domain->create.hash_algo,
		.cancelled = &domain->cancelled,
	};
	memcpy(plan->rpv, domain->create.rpv, sizeof(plan->rpv));
}

/* Notes the REC and the run page of each vCPU. */
static void recs_note(struct domain *domain)
{
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		uint64_t offset = i * PAGE_SIZE;

		domain->vcpus[i].rec = pa_add(domain->realm.recs.base, offset);
		domain->vcpus[i].run = pa_add(domain->run_pages.base, offset);
	}
}

static bool realm_make(struct domain *domain)
{
	const struct host *host = domain->domains->config.host;
	struct realm_segment segments[CONTROL_SEGMENTS];
	struct realm_plan plan;
	struct realm_ram ram;

	plan_fill(domain, &ram, segments, &plan);
	if (!realm_build_reserved(host, &plan, &domain->realm) ||
	    !realm_activate(&domain->realm)) {
		domain->failure = domain->realm.failure;
		return false;
	}
	recs_note(domain);
	return true;
}

/* ---- Building: ordinary guests ---- */

/* Maps the granted pages of a segment, which become RAM of the guest. Those
 * that stay in *segment are not mapped. */
static bool segment_map(struct domain *domain, struct domain_segment *segment)
{
	struct granules_range *left = &segment->pages;
	ipa_t ipa = segment->ipa;

	while (left->count > 0) {
		if (!stage2_map(&domain->stage2, ipa, left->base,
				STAGE2_PAGE_LEVEL))
			return false;
		granules_transfer(&domain->own, GRANULES_SHARED, GRANULES_GUEST,
				  1);
		left->base = pa_add(left->base, PAGE_SIZE);
		left->count--;
		ipa = ipa_add(ipa, PAGE_SIZE);
	}
	return true;
}

static bool guest_make(struct domain *domain)
{
	struct vcpu *boot = &domain->vcpus[0];

	failure_step(&domain->failure, "mapping the guest's content");
	if (!stage2_init(&domain->stage2, &domain->own))
		return false;
	for (unsigned i = 0; i < domain->segment_count; i++) {
		if (!segment_map(domain, &domain->segments[i]))
			return false;
	}
	boot->regs.pc = domain->entry.pc;
	boot->regs.gprs[0] = domain->entry.x0;
	boot->regs.pstate = PSTATE_EL1H_MASKED;
	debug_reset(&boot->debug);
	boot->reset = true;
	return true;
}

/* ---- Building ---- */

static void threads_start(struct domain *domain)
{
	uint64_t size = domain->domains->config.thread_pages * PAGE_SIZE;

	while (domain->threads < domain->vcpu_count) {
		domain->ops->vcpu_start(domain->ops->ctx,
					&domain->vcpus[domain->threads],
					pa_add(domain->thread_pages.base,
					       domain->threads * size));
		domain->threads++;
	}
}

/* Frees the granted pages that did not become RAM, and makes the promise
 * smaller by them. */
static void staging_free(struct domain *domain)
{
	struct domains *domains = domain->domains;
	uint64_t pages;

	for (unsigned i = 0; i < domain->segment_count; i++) {
		granules_free(&domain->own, GRANULES_SHARED,
			      domain->segments[i].pages);
		domain->segments[i].pages.count = 0;
	}
	pages = domain_cost(domain);
	spinlock_acquire(&domains->lock);
	domains->promised -= domain->promised - pages;
	domain->promised = pages;
	spinlock_release(&domains->lock);
}

/* Sets the state after a build, unless the domain became DYING meanwhile. */
static void build_finish(struct domain *domain, bool done)
{
	char text[CONTROL_TEXT_SIZE] = { 0 };

	if (!done)
		failure_text(&domain->failure, text, sizeof(text));
	if (!done && domain_state(domain) == CONTROL_BUILDING)
		log_line("domain %u failed: %s", domain->domid, text);
	spinlock_acquire(&domain->lock);
	if (domain->state == CONTROL_BUILDING) {
		memcpy(domain->text, text, sizeof(text));
		if (done)
			domain->session = NULL;
		domain_state_set(domain, done ? CONTROL_PAUSED : CONTROL_FAILED);
	}
	spinlock_release(&domain->lock);
}

static void domain_build_work(struct domain *domain)
{
	bool done;

	domain_memory_lock(domain);
	failure_clear(&domain->failure);
	done = domain->is_realm ? realm_make(domain) : guest_make(domain);
	if (done) {
		threads_start(domain);
		domain_devices_start(domain);
	}
	staging_free(domain);
	domain_memory_unlock(domain);
	build_finish(domain, done);
}

/* ---- Destroying ---- */

static void threads_end(struct domain *domain)
{
	domain_kick_all(domain);
	while (domain->threads > 0) {
		spinlock_acquire(&domain->lock);
		domain->threads--;
		spinlock_release(&domain->lock);
		domain->ops->vcpu_end(domain->ops->ctx,
				      &domain->vcpus[domain->threads]);
	}
}

static void own_range_free(struct domain *domain, struct granules_range *range)
{
	granules_free(&domain->own, GRANULES_SHARED, *range);
	range->count = 0;
}

static void own_free(struct domain *domain)
{
	if (!domain->is_realm) {
		domain->ops->tlb_flush(domain->ops->ctx, domain->vmid);
		stage2_destroy(&domain->stage2);
	}
	for (unsigned i = 0; i < domain->segment_count; i++)
		own_range_free(domain, &domain->segments[i].pages);
	own_range_free(domain, &domain->thread_pages);
	own_range_free(domain, &domain->run_pages);
	own_range_free(domain, &domain->irq_pages);
	own_range_free(domain, &domain->vcpu_pages);
}

/* A step of the end of a domain. The caller holds domains->lock. */
typedef void final_step(struct domain *domain);

/*
 * Waits until no thread uses a domain (domain_get()), and calls a step before
 * any thread can begin to. Without that, a thread that found the domain earlier
 * could access vCPUs or pages that are freed.
 */
static void when_alone(struct domain *domain, final_step *step)
{
	struct domains *domains = domain->domains;
	const struct host_ops *host = domain_host(domain);
	bool done = false;

	while (!done) {
		spinlock_acquire(&domains->lock);
		done = domain->users == 0;
		if (done)
			step(domain);
		spinlock_release(&domains->lock);
		if (!done)
			host->relax(host->ctx, true);
	}
}

/* The domain is DYING: a thread that finds it from now on only reads it. */
static void leave_alone(struct domain *domain)
{
	(void)domain;
}

/* A thread that finds the domain from now on sees no vCPU and no device. */
static void parts_hide(struct domain *domain)
{
	domain->vcpu_count = 0;
	domain->devices = NULL;
}

static void place_free(struct domain *domain)
{
	domain->domains->promised -= domain->promised;
	domain->domains->dma_promised -= domain->dma_promised;
	domain_state_set(domain, 0);
	domain->domid = 0;
}

static void destroy_refused(struct domain *domain)
{
	char text[CONTROL_TEXT_SIZE] = { 0 };

	failure_text(&domain->realm.failure, text, sizeof(text));
	log_line("domain %u stays for now: %s", domain->domid, text);
	spinlock_acquire(&domain->lock);
	memcpy(domain->text, text, sizeof(text));
	spinlock_release(&domain->lock);
}

/*
 * If a device has requests that are not answered yet, or the RMM refuses to
 * destroy the Realm, the domain stays DYING, with the reason as its text, and
 * the next domains_work() tries again.
 */
static void domain_destroy_work(struct domain *domain)
{
	struct domain_devices *devices = domain->devices;
	bool gone;

	when_alone(domain, leave_alone);
	threads_end(domain);
	if (!domain_devices_stop(domain))
		return;
	domain_memory_lock(domain);
	gone = realm_destroy(&domain->realm);
	domain_memory_unlock(domain);
	if (!gone) {
		destroy_refused(domain);
		return;
	}
	when_alone(domain, parts_hide);
	domain_devices_close(domain, devices);
	own_free(domain);
	when_alone(domain, place_free);
}

/* ---- The worker ---- */

/* Returns the state of the domain in a place of the table; 0: there is none. */
static uint32_t place_state(struct domains *domains, unsigned place)
{
	uint32_t state;

	spinlock_acquire(&domains->lock);
	state = domain_state(&domains->table[place]);
	spinlock_release(&domains->lock);
	return state;
}

void domains_work(struct domains *domains)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (place_state(domains, i) == CONTROL_BUILDING)
			domain_build_work(&domains->table[i]);
		if (place_state(domains, i) == CONTROL_DYING)
			domain_destroy_work(&domains->table[i]);
	}
}
