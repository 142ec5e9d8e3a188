/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filling in the replies about the host, a domain and a vCPU. Other threads
 * change the counters meanwhile: each counter is right, but they may be from
 * different moments.
 */
#include <string.h>

#include "abi/guest_map.h"
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "lib/number.h"

/* Copies a text into a zeroed reply, and cuts it before the last zero. */
static void text_copy(uint8_t *to, const char *from)
{
	for (unsigned i = 0; i + 1 < CONTROL_TEXT_SIZE && from[i] != '\0'; i++)
		to[i] = (uint8_t)from[i];
}

static uint64_t pages_delegated(const struct realm_account *account)
{
	uint64_t pages = 0;

	for (unsigned kind = 0; kind < GRANULE_KINDS; kind++) {
		if (granules_is_delegated(kind))
			pages += account->held[kind];
	}
	return pages;
}

/* ---- The host ---- */

static void devices_count(const struct domain *domain, struct control_host *host)
{
	const struct domain_devices *devices = domain->devices;

	for (unsigned i = 0; devices != NULL && i < devices->count; i++)
		host->requests_in_flight += virtio_in_flight(
			devices->devices[i], &host->pages_pinned);
}

/* Totals over all domains. */
static void table_fill(struct domains *domains, struct control_host *host)
{
	uint32_t consoles = CONTROL_CONSOLES;
	uint32_t slots = domains->config.slots;

	spinlock_acquire(&domains->lock);
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		const struct domain *domain = &domains->table[i];

		if (domain->domid == 0)
			continue;
		if (domain_is_there(domain))
			host->domains++;
		if (domain->console != CONTROL_NO_CONSOLE)
			consoles--;
		if (domain->hvc != CONTROL_NO_CONSOLE)
			consoles--;
		slots -= domain_devices_slots(&domain->create);
		if (domain_is_there(domain))
			devices_count(domain, host);
		host->granules_delegated +=
			pages_delegated(&domain->realm.granules.account);
	}
	host->dma_free =
		(domains->config.dma_pages - domains->dma_promised) * PAGE_SIZE;
	host->memory_free =
		(domains->config.pages - domains->promised) * PAGE_SIZE +
		host->dma_free;
	spinlock_release(&domains->lock);
	host->consoles_free = consoles;
	host->slots = domains->config.slots;
	host->slots_free = slots;
}

static void rmm_fill(const struct domains_config *config,
		     struct control_host *host)
{
	const struct host_info *info = &config->host->info;

	memcpy(host->features, info->features, sizeof(host->features));
	host->rmi_lower = (uint32_t)info->version_lower;
	host->rmi_higher = (uint32_t)info->version_higher;
	host->ipa_bits = info->ipa_bits;
	host->max_recs = info->max_recs;
	host->hashes = info->hashes;
	host->granules_delegated +=
		pages_delegated(&config->host->granules.account);
	if (config->rmm_text == NULL)
		host->flags |= CONTROL_HOST_REALM;
	else
		text_copy(host->rmm_text, config->rmm_text);
}

void control_host_fill(struct domains *domains, struct control_host *host)
{
	const struct domains_config *config = &domains->config;
	const struct domain_ops *ops = config->ops;

	host->version = CONTROL_VERSION;
	host->flags = config->debug ? CONTROL_HOST_DEBUG : 0;
	host->cores = config->cores;
	host->dma_total = config->dma_pages * PAGE_SIZE;
	host->memory_total = config->pages * PAGE_SIZE + host->dma_total;
	if (ops->dma_faults != NULL)
		ops->dma_faults(ops->ctx, host);
	host->pages_used = ops->pages_used(ops->ctx);
	host->uptime_ns = ops->now_ns(ops->ctx);
	table_fill(domains, host);
	rmm_fill(config, host);
}

/* ---- A domain ---- */

static void life_fill(struct domain *domain, struct control_domain *info)
{
	struct domains *domains = domain->domains;

	spinlock_acquire(&domains->lock);
	memcpy(info->name, domain->create.name, sizeof(info->name));
	info->pages_promised = domain->promised + domain->dma_promised;
	spinlock_release(&domains->lock);
	spinlock_acquire(&domain->lock);
	info->state = domain->state;
	info->reason = domain->reason;
	memcpy(info->text, domain->text, sizeof(info->text));
	spinlock_release(&domain->lock);
}

static void vcpus_fill(const struct domain *domain, struct control_domain *info)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		const struct vcpu *vcpu = &domain->vcpus[i];

		info->vcpus_online += vcpu->online;
		waiting += vcpu->online && vcpu->waits;
		info->cpu_ns += vcpu->cpu_ns;
		for (unsigned kind = 0; kind < CONTROL_EXIT_KINDS; kind++)
			info->exits += vcpu->exits[kind];
	}
	info->blocked =
		info->state == CONTROL_RUNNING && waiting == info->vcpus_online;
}

static void memory_fill(const struct domain *domain, struct control_domain *info)
{
	const struct realm_account *account = &domain->realm.granules.account;

	info->pages_held = domain_pages_held(domain);
	info->granules_delegated = pages_delegated(account);
	info->pages_shared = account->held[GRANULES_GUEST];
	info->rmi_calls = domain->realm.rmi.calls + domain->realm.granules.calls;
}

/* Counts, while a domain is BUILDING, the pages of content that are loaded;
 * while it is DYING, the pages that are free again. */
static void progress_fill(const struct domain *domain,
			  struct control_domain *info)
{
	const struct realm_account *account = &domain->realm.granules.account;

	if (info->state == CONTROL_DYING) {
		info->progress_all = domain->pages_dying;
		info->progress_done =
			info->progress_all -
			smaller(info->pages_held, info->progress_all);
	}
	if (info->state == CONTROL_BUILDING) {
		for (unsigned i = 0; i < domain->segment_count; i++)
			info->progress_all += domain->segments[i].pages.count;
		info->progress_done = smaller(account->held[GRANULES_DATA],
					      info->progress_all);
	}
}

void control_domain_fill(struct domain *domain, struct control_domain *info)
{
	const struct domain_ops *ops = domain->ops;

	info->domid = domain->domid;
	info->flags = domain->create.flags;
	info->vcpus = domain->create.vcpus;
	info->console = domain->console;
	info->hvc = domain->hvc != CONTROL_NO_CONSOLE ? domain->hvc + 1 : 0;
	info->ram_size = domain->ram_size;
	info->uptime_ns = ops->now_ns(ops->ctx) - domain->created_ns;
	info->first_entry_ns =
		__atomic_load_n(&domain->first_entry_ns, __ATOMIC_RELAXED);
	info->hash_algo = domain->create.hash_algo;
	info->devices = domain->create.device_count;
	memcpy(info->uuid, domain->create.uuid, sizeof(info->uuid));
	life_fill(domain, info);
	vcpus_fill(domain, info);
	memory_fill(domain, info);
	progress_fill(domain, info);
}

void control_device_fill(const struct domain *domain, unsigned index,
			 struct control_device *info)
{
	const struct domain_devices *devices = domain->devices;
	struct virtio_state state;

	info->index = index;
	info->slot = domain->create.devices[index].slot;
	info->id = domain->create.devices[index].id;
	/* The domain is about to be gone, or it is DYING because it could not
	 * have all of its devices. */
	if (devices == NULL || index >= devices->count)
		return;
	virtio_state_read(devices->devices[index], &state);
	info->flags = (state.broken ? CONTROL_DEVICE_BROKEN : 0) |
		      (state.stopping ? CONTROL_DEVICE_STOPPING : 0);
	info->status = state.status;
	info->queues = state.queues;
	info->features = state.features;
	info->requests = state.requests;
	info->in_flight = state.in_flight;
	info->pages_pinned = state.pages_pinned;
	info->exits = state.exits;
	info->notifications = state.notifications;
	info->interrupts = state.interrupts;
	text_copy(info->text, state.why);
}

void control_vcpu_fill(const struct vcpu *vcpu, struct control_vcpu *info)
{
	info->index = vcpu->index;
	info->online = vcpu->online;
	info->core = vcpu->core;
	info->running = vcpu->running;
	info->cpu_ns = vcpu->cpu_ns;
	memcpy(info->exits, vcpu->exits, sizeof(info->exits));
}
