/* SPDX-License-Identifier: BSD-3-Clause */
/* Creating a domain: checks, a place in the table, memory for its records. */
#include <string.h>

#include "abi/guest_map.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/rmi/rtt_layout.h"

#define WEIGHT_DEFAULT 256
#define SPI_STEP       32

static bool is_realm(const struct control_create *create)
{
	return (create->flags & CONTROL_CREATE_REALM) != 0;
}

static bool has_vuart(const struct control_create *create)
{
	return (create->flags & CONTROL_CREATE_VUART) != 0;
}

static void defaults_fill(struct control_create *create)
{
	create->nr_spis = (create->nr_spis + SPI_STEP - 1) / SPI_STEP * SPI_STEP;
	if (create->nr_spis == 0)
		create->nr_spis = SPI_STEP;
	if (create->weight == 0)
		create->weight = WEIGHT_DEFAULT;
}

/* Refuses a Realm that the RMM or this build of the hypervisor cannot offer. */
static enum control_status realm_check(const struct domains_config *config,
				       const struct control_create *create,
				       char *text)
{
	const struct host_info *info = &config->host->info;
	struct rtt_layout layout;

	if (config->rmm_text != NULL) {
		return control_refuse(text, CONTROL_E_UNSUPPORTED,
				      "this host runs no Realms: %s",
				      config->rmm_text);
	}
	if (create->vcpus > info->max_recs) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "the RMM allows a Realm %u vCPUs",
				      info->max_recs);
	}
	if (create->hash_algo >= 32 ||
	    !(info->hashes & 1U << create->hash_algo)) {
		return control_refuse(
			text, CONTROL_E_UNSUPPORTED,
			"the RMM does not offer the hash algorithm");
	}
	if (!rtt_layout_choose(GUEST_RAM0_BASE + create->ram_size,
			       info->ipa_bits, &layout)) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "the RMM cannot address so much RAM");
	}
	if (has_vuart(create) && !config->debug) {
		return control_refuse(
			text, CONTROL_E_UNSUPPORTED,
			"a Realm gets a vuart only on a host started with "
			"--debug-console");
	}
	return CONTROL_OK;
}

static enum control_status memory_refuse(char *text, uint64_t needed,
					 uint64_t unused)
{
	return control_refuse(
		text, CONTROL_E_MEMORY,
		"it needs %llu MiB with its tables, and the host has %llu MiB "
		"free",
		(unsigned long long)(needed + 0xff) >> 8,
		(unsigned long long)unused >> 8);
}

/* Returns a free console slot, or CONTROL_NO_CONSOLE. The caller holds
 * domains->lock. */
static uint32_t console_choose(const struct domains *domains)
{
	bool taken[CONTROL_CONSOLES] = { false };

	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (domains->table[i].domid != 0 &&
		    domains->table[i].console < CONTROL_CONSOLES)
			taken[domains->table[i].console] = true;
	}
	for (uint32_t slot = 0; slot < CONTROL_CONSOLES; slot++) {
		if (!taken[slot])
			return slot;
	}
	return CONTROL_NO_CONSOLE;
}

/* Returns the domain that has a slot, or NULL. The caller holds
 * domains->lock. */
static const struct domain *slot_owner(const struct domains *domains,
				       unsigned slot)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		const struct domain *domain = &domains->table[i];

		if (domain->domid == 0)
			continue;
		for (unsigned k = 0; k < domain->create.device_count; k++) {
			if (domain->create.devices[k].slot == slot)
				return domain;
		}
	}
	return NULL;
}

/* Refuses slots that the host does not have, or that belong to a domain. The
 * caller holds domains->lock. */
static enum control_status slots_check(const struct domains *domains,
				       const struct control_create *create,
				       char *text)
{
	for (unsigned i = 0; i < create->device_count; i++) {
		unsigned slot = create->devices[i].slot;
		const struct domain *owner = slot_owner(domains, slot);

		if (slot >= domains->config.slots) {
			return control_refuse(
				text, CONTROL_E_LIMIT,
				"this host has no slot %u: it has %u for "
				"devices of guests",
				slot, domains->config.slots);
		}
		if (owner != NULL) {
			return control_refuse(text, CONTROL_E_EXISTS,
					      "slot %u belongs to domain %u",
					      slot, owner->domid);
		}
	}
	return CONTROL_OK;
}

/* Fills in a domain that has no pages yet. */
static void domain_init(struct domain *domain, struct domains *domains,
			const struct control_create *create, const void *session)
{
	*domain = (struct domain){
		.domains = domains,
		.ops = domains->config.ops,
		.is_realm = is_realm(create),
		.has_vuart = has_vuart(create),
		.console = CONTROL_NO_CONSOLE,
		.ram_size = create->ram_size,
		.weight = create->weight,
		.vmid = 1 + (unsigned)(domain - domains->table),
		.session = session,
		.users = 1,
		.time_stopped = true,
		.create = *create,
	};
	granules_init(&domain->own, domains->config.host->ops, &domain->failure);
}

/* Gives a domain its place in the table, its console and its promise of pages,
 * if all of these are free. The caller holds domains->lock. */
static enum control_status place_alloc(struct domains *domains,
				       const struct control_create *create,
				       const void *session, struct domain **out,
				       char *text)
{
	uint64_t pages =
		domain_overhead(domains, create) + create->ram_size / PAGE_SIZE;
	uint64_t unused = domains->config.pages - domains->promised;
	uint32_t console = console_choose(domains);
	enum control_status status;
	unsigned i = 0;

	if (!domains_name_free(domains, create->name)) {
		return control_refuse(text, CONTROL_E_EXISTS,
				      "there is a domain \"%s\" already",
				      (const char *)create->name);
	}
	while (i < CONTROL_DOMAINS && domains->table[i].domid != 0)
		i++;
	if (i == CONTROL_DOMAINS) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "there are %u domains, the most at once",
				      CONTROL_DOMAINS);
	}
	if (has_vuart(create) && console == CONTROL_NO_CONSOLE) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "all %u consoles are taken",
				      CONTROL_CONSOLES);
	}
	status = slots_check(domains, create, text);
	if (status != CONTROL_OK)
		return status;
	if (pages > unused)
		return memory_refuse(text, pages, unused);
	*out = &domains->table[i];
	domain_init(*out, domains, create, session);
	(*out)->console = has_vuart(create) ? console : CONTROL_NO_CONSOLE;
	(*out)->promised = pages;
	domains->promised += pages;
	(*out)->domid = ++domains->last_domid;
	return CONTROL_OK;
}

/* Allocates zeroed pages for an array, *range. Returns NULL if there are not so
 * many consecutive pages. */
static void *array_alloc(struct domain *domain, uint64_t bytes,
			 struct granules_range *range)
{
	const struct host_ops *host = domain_host(domain);
	struct granules_want want =
		granules_run(GRANULES_SHARED, pages_for(bytes));
	void *array;

	if (!granules_alloc(&domain->own, &want, range))
		return NULL;
	array = host->page_map(host->ctx, range->base);
	memset(array, 0, want.unit * PAGE_SIZE);
	return array;
}

static void domain_vcpus_init(struct domain *domain)
{
	domain->vcpu_count = domain->create.vcpus;
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		domain->vcpus[i].domain = domain;
		domain->vcpus[i].index = i;
		domain->vcpus[i].online = i == 0;
		vgic_cpu_init(&domain->vcpus[i]);
	}
}

/* Allocates the pages for threads, and those of a Realm that have to be
 * consecutive. */
static bool runs_alloc(struct domain *domain)
{
	const struct domains_config *config = &domain->domains->config;
	uint64_t vcpus = domain->create.vcpus;
	struct granules_want threads = {
		.kind = GRANULES_SHARED,
		.unit = vcpus * config->thread_pages,
		.units = 1,
		.align = config->thread_pages,
	};
	struct granules_want run = granules_run(GRANULES_SHARED, vcpus);

	if (!granules_alloc(&domain->own, &threads, &domain->thread_pages))
		return false;
	if (!domain->is_realm)
		return true;
	if (!granules_alloc(&domain->own, &run, &domain->run_pages) ||
	    !realm_reserve(config->host, GUEST_RAM0_BASE + domain->ram_size,
			   domain->create.vcpus, &domain->realm))
		return false;
	domain->realm.granules.donation_max = domain_donations(&domain->create);
	return true;
}

static bool arrays_alloc(struct domain *domain)
{
	const struct control_create *create = &domain->create;
	struct vgic_irq *irqs =
		array_alloc(domain, create->nr_spis * sizeof(struct vgic_irq),
			    &domain->irq_pages);

	if (irqs == NULL)
		return false;
	domain->vcpus = array_alloc(domain, create->vcpus * sizeof(struct vcpu),
				    &domain->vcpu_pages);
	if (domain->vcpus == NULL)
		return false;
	vgic_init(&domain->vgic, domain, domain->domains->config.lr_count, irqs,
		  create->nr_spis);
	domain_vcpus_init(domain);
	if (domain->has_vuart)
		vuart_init(&domain->vuart, domain);
	return true;
}

/* Undoes place_alloc(), arrays_alloc() and runs_alloc(). No other thread can
 * have found the domain yet: it has no state. */
static void place_release(struct domains *domains, struct domain *domain)
{
	(void)realm_destroy(&domain->realm); /* the RMM knows nothing of it */
	granules_free(&domain->own, GRANULES_SHARED, domain->run_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->thread_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->irq_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->vcpu_pages);
	spinlock_acquire(&domains->lock);
	domains->promised -= domain->promised;
	domain->domid = 0;
	spinlock_release(&domains->lock);
}

enum control_status domain_create(struct domains *domains,
				  const struct control_create *create,
				  const void *session, struct domain **out,
				  char *text)
{
	struct control_create asked = *create;
	enum control_status status;
	struct domain *domain = NULL;

	defaults_fill(&asked);
	if (is_realm(&asked)) {
		status = realm_check(&domains->config, &asked, text);
		if (status != CONTROL_OK)
			return status;
	}
	spinlock_acquire(&domains->lock);
	status = place_alloc(domains, &asked, session, &domain, text);
	spinlock_release(&domains->lock);
	if (domain == NULL)
		return status;
	if (!arrays_alloc(domain) || !runs_alloc(domain)) {
		place_release(domains, domain);
		return control_refuse(
			text, CONTROL_E_MEMORY,
			"the host has no run of free pages for its vCPUs");
	}
	if (domain->console != CONTROL_NO_CONSOLE)
		domain->ops->console_take(domain->ops->ctx, domain->console);
	domain->created_ns = domain->ops->now_ns(domain->ops->ctx);
	domain_state_set(domain, CONTROL_LOADING);
	*out = domain;
	return CONTROL_OK;
}
