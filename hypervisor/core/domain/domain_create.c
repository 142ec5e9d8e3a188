/* SPDX-License-Identifier: BSD-3-Clause */
/* Creating a domain: checks, a place in the table, memory for its records. */
#include <string.h>

#include "abi/guest_map.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_devices.h"
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

static bool has_rtc(const struct control_create *create)
{
	return (create->flags & CONTROL_CREATE_RTC) != 0;
}

static bool has_pvpanic(const struct control_create *create)
{
	return (create->flags & CONTROL_CREATE_PVPANIC) != 0;
}

static void defaults_fill(struct control_create *create)
{
	create->nr_spis = (create->nr_spis + SPI_STEP - 1) / SPI_STEP * SPI_STEP;
	if (create->nr_spis == 0)
		create->nr_spis = SPI_STEP;
	if (create->weight == 0)
		create->weight = WEIGHT_DEFAULT;
	if (domain_devices_slots(create) > 0)
		create->flags |= CONTROL_CREATE_DMA;
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

/* The pages that a new domain is promised. */
struct promise {
	uint64_t pages; /* of domains_config.pages */
	uint64_t dma; /* of domains_config.dma_pages */
};

static struct promise promise_choose(const struct domains *domains,
				     const struct control_create *create)
{
	struct promise promise = {
		.pages = domain_overhead(domains, create),
		.dma = domain_dma_choose(domains, create),
	};

	/* A Realm may own all of its RAM, and share none. */
	if (is_realm(create) || promise.dma == 0)
		promise.pages += create->ram_size / PAGE_SIZE;
	return promise;
}

/* Returns how many MiB so many pages are, rounded up. */
static unsigned long long mib_up(uint64_t pages)
{
	return (pages + 0xff) >> 8;
}

/* The caller holds domains->lock. */
static enum control_status promise_check(const struct domains *domains,
					 const struct promise *promise,
					 char *text)
{
	uint64_t unused = domains_unpromised(domains);
	uint64_t dma_unused = domains_dma_unpromised(domains);

	if (promise->pages > unused) {
		return control_refuse(
			text, CONTROL_E_MEMORY,
			"it needs %llu MiB with its tables, and the host has "
			"%llu MiB free%s",
			mib_up(promise->pages), (unsigned long long)unused >> 8,
			domains->config.dma_pages == 0
				? ""
				: " that devices cannot access");
	}
	if (promise->dma > dma_unused) {
		return control_refuse(text, CONTROL_E_MEMORY,
				      "it needs %llu MiB that devices can "
				      "access, and the host has %llu MiB of "
				      "them free",
				      mib_up(promise->dma),
				      (unsigned long long)dma_unused >> 8);
	}
	return CONTROL_OK;
}

/* The console slots of a new domain, or CONTROL_NO_CONSOLE. */
struct consoles {
	uint32_t uart;
	uint32_t hvc;
};

/* Takes the next free console slot from *slot on, or returns
 * CONTROL_NO_CONSOLE. */
static uint32_t console_take(const bool taken[CONTROL_CONSOLES], uint32_t *slot)
{
	while (*slot < CONTROL_CONSOLES && taken[*slot])
		(*slot)++;
	return *slot < CONTROL_CONSOLES ? (*slot)++ : CONTROL_NO_CONSOLE;
}

static bool has_hvc(const struct control_create *create)
{
	return domain_devices_slots(create) < create->device_count;
}

/* Chooses a console slot for each device that needs one. Returns false if there
 * are too few. The caller holds domains->lock. */
static bool consoles_choose(const struct domains *domains,
			    const struct control_create *create,
			    struct consoles *consoles)
{
	bool taken[CONTROL_CONSOLES] = { false };
	uint32_t slot = 0;

	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		const struct domain *domain = &domains->table[i];

		if (domain->domid != 0 && domain->console < CONTROL_CONSOLES)
			taken[domain->console] = true;
		if (domain->domid != 0 && domain->hvc < CONTROL_CONSOLES)
			taken[domain->hvc] = true;
	}
	*consoles = (struct consoles){ CONTROL_NO_CONSOLE, CONTROL_NO_CONSOLE };
	if (has_vuart(create))
		consoles->uart = console_take(taken, &slot);
	if (has_hvc(create))
		consoles->hvc = console_take(taken, &slot);
	return (!has_vuart(create) || consoles->uart != CONTROL_NO_CONSOLE) &&
	       (!has_hvc(create) || consoles->hvc != CONTROL_NO_CONSOLE);
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

		if (!device_has_slot(create, i))
			continue;
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
		.has_rtc = has_rtc(create),
		.has_pvpanic = has_pvpanic(create),
		.console = CONTROL_NO_CONSOLE,
		.hvc = CONTROL_NO_CONSOLE,
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
	struct promise promise = promise_choose(domains, create);
	struct consoles consoles;
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
	if (!consoles_choose(domains, create, &consoles)) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "all %u consoles are taken",
				      CONTROL_CONSOLES);
	}
	status = slots_check(domains, create, text);
	if (status != CONTROL_OK)
		return status;
	status = promise_check(domains, &promise, text);
	if (status != CONTROL_OK)
		return status;
	*out = &domains->table[i];
	domain_init(*out, domains, create, session);
	(*out)->console = consoles.uart;
	(*out)->hvc = consoles.hvc;
	(*out)->promised = promise.pages;
	(*out)->dma_promised = promise.dma;
	domains->promised += promise.pages;
	domains->dma_promised += promise.dma;
	(*out)->domid = ++domains->last_domid;
	return CONTROL_OK;
}

enum control_status domain_promise_more(struct domain *domain, uint64_t pages,
					uint64_t dma, char *text)
{
	struct promise promise = { pages, dma };
	enum control_status status =
		promise_check(domain->domains, &promise, text);

	if (status != CONTROL_OK)
		return status;
	domain->promised += pages;
	domain->dma_promised += dma;
	domain->device_pages += pages;
	domain->domains->promised += pages;
	domain->domains->dma_promised += dma;
	return CONTROL_OK;
}

void *domain_array_alloc(struct domain *domain, uint64_t bytes, bool dma,
			 struct granules_range *range)
{
	const struct host_ops *host = domain_host(domain);
	struct granules_want want =
		granules_run(GRANULES_SHARED, pages_for(bytes));
	void *array;

	want.becomes_guest = dma;
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
	domain->realm.granules.dma_max = domain->dma_promised;
	return true;
}

static bool arrays_alloc(struct domain *domain)
{
	const struct control_create *create = &domain->create;
	struct vgic_irq *irqs = domain_array_alloc(
		domain, create->nr_spis * sizeof(struct vgic_irq), false,
		&domain->irq_pages);

	if (irqs == NULL)
		return false;
	domain->vcpus =
		domain_array_alloc(domain, create->vcpus * sizeof(struct vcpu),
				   false, &domain->vcpu_pages);
	if (domain->vcpus == NULL)
		return false;
	vgic_init(&domain->vgic, domain, domain->domains->config.lr_count, irqs,
		  create->nr_spis);
	domain_vcpus_init(domain);
	if (domain->has_vuart)
		vuart_init(&domain->vuart, domain);
	if (domain->has_rtc)
		vrtc_init(&domain->vrtc, create->rtc_offset);
	return true;
}

/* Undoes place_alloc(), arrays_alloc() and runs_alloc(). No other thread can
 * have found the domain yet: it has no state. */
static void place_release(struct domains *domains, struct domain *domain)
{
	domain_devices_close(domain, domain->devices);
	domain->devices = NULL;
	(void)realm_destroy(&domain->realm); /* the RMM knows nothing of it */
	granules_free(&domain->own, GRANULES_SHARED, domain->run_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->thread_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->irq_pages);
	granules_free(&domain->own, GRANULES_SHARED, domain->vcpu_pages);
	spinlock_acquire(&domains->lock);
	domains->promised -= domain->promised;
	domains->dma_promised -= domain->dma_promised;
	domain->domid = 0;
	spinlock_release(&domains->lock);
}

/* Undoes what there is of a domain whose devices cannot be had. If their slots
 * cannot be emptied now, it is a domain that is DYING until they can. */
static void without_devices_undo(struct domains *domains, struct domain *domain)
{
	if (domain_devices_abandon(domain)) {
		place_release(domains, domain);
		return;
	}
	domain_destroy(domain);
	domain_put(domain);
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
	status = domain_devices_open(domain, text);
	if (status != CONTROL_OK) {
		without_devices_undo(domains, domain);
		return status;
	}
	if (!domain->is_realm)
		domain->own.dma_max = domain->dma_promised;
	if (domain->console != CONTROL_NO_CONSOLE)
		domain->ops->console_take(domain->ops->ctx, domain->console);
	if (domain->hvc != CONTROL_NO_CONSOLE)
		domain->ops->console_take(domain->ops->ctx, domain->hvc);
	domain->created_ns = domain->ops->now_ns(domain->ops->ctx);
	domain_state_set(domain, CONTROL_LOADING);
	*out = domain;
	return CONTROL_OK;
}
