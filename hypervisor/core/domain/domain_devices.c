/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices of a domain: how they are made of what is in the slots, and how
 * their requests are carried. */
#include "hypervisor/core/domain/domain_devices.h"

#include "abi/guest_map.h"
#include "abi/virtio.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/domain/memory.h"
#include "lib/log.h"
#include "lib/number.h"
#include "lib/spinlock.h"

/* How often a domain that is to end looks whether its slots can be emptied. */
#define END_POLL_NS UINT64_C(20000000)

/* ---- struct virtio_ops: ctx is the domain ---- */

static void devices_memory_lock(void *ctx)
{
	domain_memory_lock(ctx);
}

static void devices_memory_unlock(void *ctx)
{
	domain_memory_unlock(ctx);
}

/* Consecutive memory of a guest with devices lies where they can access it, as a
 * whole or not at all: it is part of one allocation, or of those that its
 * promise covers. */
static const char *devices_memory_find(void *ctx, uint64_t address,
				       struct virtio_run *run)
{
	const struct domain *domain = ctx;
	const struct host_ops *host = domain_host(domain);
	const char *why = memory_device_find(ctx, address, run);

	if (why == NULL &&
	    (!host_dma_reaches(host, run->pa) ||
	     !host_dma_reaches(host, pa_add(run->pa, run->size - 1))))
		return "the host has where no device can access it";
	return why;
}

/* The hypervisor can access all memory that the guest gives to a device, also
 * outside of the DMA window. */
static const char *hvc_memory_find(void *ctx, uint64_t address,
				   struct virtio_run *run)
{
	return memory_device_find(ctx, address, run);
}

static void devices_line_set(void *ctx, unsigned index, bool level)
{
	struct domain *domain = ctx;

	vgic_spi_set(&domain->vgic, GUEST_VIRTIO_MMIO_SPI + index, level);
}

void domain_devices_kick(struct domain *domain)
{
	const struct slot_ops *slots = slots_of(domain);

	slots->thread_kick(slots->ctx, domain);
}

static void devices_kick(void *ctx)
{
	domain_devices_kick(ctx);
}

/* The vCPU that made it necessary polls before it goes on, but the guest may be
 * long in its next run. */
static void devices_come_by(void *ctx, uint64_t ns)
{
	struct domain *domain = ctx;
	struct domain_devices *devices = domain->devices;
	const struct slot_ops *slots = slots_of(domain);

	spinlock_acquire(&devices->next_lock);
	if (ns < devices->next_ns) {
		__atomic_store_n(&devices->next_ns, ns, __ATOMIC_RELAXED);
		slots->thread_until(slots->ctx, domain, ns);
	}
	spinlock_release(&devices->next_lock);
}

static uint64_t devices_held_until(void *ctx, unsigned index)
{
	const struct domain *domain = ctx;

	return domain_device_is_disk(domain, index)
		       ? disks_held_until(domain->domains)
		       : 0;
}

static void devices_broken(void *ctx, unsigned index, const char *why)
{
	const struct domain *domain = ctx;

	if (device_has_slot(&domain->create, index)) {
		log_line("domain %u: device %u, in slot %u, broke: %s",
			 domain->domid, index, slot_of(domain, index), why);
	} else {
		log_line("domain %u: device %u, its console, broke: %s",
			 domain->domid, index, why);
	}
}

bool domain_device_is_disk(const struct domain *domain, unsigned index)
{
	return device_has_slot(&domain->create, index) &&
	       domain->create.devices[index].id == VIRTIO_ID_BLOCK;
}

/* ---- Opening ---- */

unsigned domain_devices_slots(const struct control_create *create)
{
	unsigned count = 0;

	for (unsigned i = 0; i < create->device_count; i++)
		count += device_has_slot(create, i);
	return count;
}

/* The tables that map the pages of registers, in either kind of guest: one for
 * the 2 MiB that they lie in, and one for the 1 GiB. */
#define REGISTER_TABLES 2

uint64_t domain_devices_pages(const struct domains *domains,
			      const struct control_create *create)
{
	if (create->device_count == 0)
		return 0;
	return pages_for(sizeof(struct domain_devices)) +
	       domains->config.thread_pages +
	       pages_for((uint64_t)create->device_count *
			 GUEST_VIRTIO_MMIO_STEP) +
	       REGISTER_TABLES;
}

static bool record_alloc(struct domain *domain)
{
	struct granules_range pages;
	struct domain_devices *devices = domain_array_alloc(
		domain, sizeof(struct domain_devices), false, &pages);

	if (devices == NULL)
		return false;
	devices->domain = domain;
	devices->next_ns = UINT64_MAX;
	devices->pages = pages;
	devices->ops = (struct virtio_ops){
		.ctx = domain,
		.host = domain_host(domain),
		.memory_lock = devices_memory_lock,
		.memory_unlock = devices_memory_unlock,
		.memory_find = devices_memory_find,
		.memory_changes = &devices->memory_changes,
		.line_set = devices_line_set,
		.kick = devices_kick,
		.come_by = devices_come_by,
		.held_until = devices_held_until,
		.broken = devices_broken,
	};
	devices->hvc_ops = devices->ops;
	devices->hvc_ops.memory_find = hvc_memory_find;
	domain->devices = devices;
	return true;
}

static bool thread_alloc(struct domain *domain)
{
	unsigned pages = domain->domains->config.thread_pages;
	struct granules_want want = { .kind = GRANULES_SHARED,
				      .unit = pages,
				      .units = 1,
				      .align = pages };

	return granules_alloc(&domain->own, &want, &domain->devices->thread);
}

/* Promises the domain the pages of one more device. */
static enum control_status device_promise(struct domain *domain, unsigned index,
					  unsigned queues, char *text)
{
	struct domains *domains = domain->domains;
	uint64_t shared = pages_for(virtio_shared_size(queues));
	uint64_t pages = pages_for(virtio_memory_size(queues));
	bool dma = domains->config.dma_pages != 0 &&
		   device_has_slot(&domain->create, index);
	enum control_status status;

	spinlock_acquire(&domains->lock);
	status = domain_promise_more(domain, pages + (dma ? 0 : shared),
				     dma ? shared : 0, text);
	spinlock_release(&domains->lock);
	if (status == CONTROL_OK && dma)
		domain->own.dma_max += shared;
	return status;
}

static enum control_status device_make(struct domain *domain, unsigned index,
				       const struct virtio_backend *backend,
				       unsigned queues, char *text)
{
	struct domain_devices *devices = domain->devices;
	bool has_slot = device_has_slot(&domain->create, index);
	struct virtio_plan plan = {
		.ops = has_slot ? &devices->ops : &devices->hvc_ops,
		.backend = backend,
		.index = index,
		.id = domain->create.devices[index].id,
		.queues = queues,
	};

	plan.memory = domain_array_alloc(domain, virtio_memory_size(queues),
					 false, &devices->memory[index]);
	if (plan.memory != NULL)
		plan.shared =
			domain_array_alloc(domain, virtio_shared_size(queues),
					   has_slot, &devices->shared[index]);
	if (plan.shared == NULL) {
		return control_refuse(
			text, CONTROL_E_MEMORY,
			"the host has no run of free pages for device %u",
			index);
	}
	plan.shared_base = devices->shared[index].base;
	devices->devices[index] = virtio_device_init(&plan);
	devices->count++;
	return CONTROL_OK;
}

/* Lets the backend of a new device interrupt it. */
static void device_attach(struct domain *domain, unsigned index)
{
	const struct slot_ops *slots = slots_of(domain);
	struct domain_devices *devices = domain->devices;

	if (device_has_slot(&domain->create, index))
		slots->attach(slots->ctx, slot_of(domain, index),
			      devices->devices[index]);
	else
		devices->hvc.device = devices->devices[index];
}

/* Opens the slot of a device. If that is on afterwards, it has to be emptied,
 * whatever is in it. */
static enum control_status slot_open(struct domain *domain, unsigned index,
				     struct virtio_backend *backend, char *text)
{
	const struct control_device_plan *want = &domain->create.devices[index];
	const struct slot_ops *slots = slots_of(domain);
	struct domain_devices *devices = domain->devices;
	enum control_status status;
	unsigned kind = 0;

	status = slots->open(slots->ctx, want->slot, backend, &kind, text);
	devices->opened += kind != 0;
	devices->has_disk = devices->has_disk || kind == VIRTIO_ID_BLOCK ||
			    kind == SLOT_STRANGE;
	if (status == CONTROL_OK && kind != want->id) {
		return control_refuse(text, CONTROL_E_STATE,
				      "slot %u has a virtio device %u, not %u",
				      want->slot, kind, want->id);
	}
	return status;
}

static enum control_status backend_open(struct domain *domain, unsigned index,
					struct virtio_backend *backend,
					char *text)
{
	if (device_has_slot(&domain->create, index))
		return slot_open(domain, index, backend, text);
	domain_hvc_open(domain, backend);
	domain->devices->opened++;
	return CONTROL_OK;
}

static enum control_status device_open(struct domain *domain, unsigned index,
				       char *text)
{
	struct virtio_backend backend;
	enum control_status status;
	unsigned queues;
	const char *why;

	status = backend_open(domain, index, &backend, text);
	if (status != CONTROL_OK)
		return status;
	why = virtio_probe(&backend, &queues);
	if (why != NULL) {
		return control_refuse(text, CONTROL_E_UNSUPPORTED,
				      "the device in slot %u %s",
				      slot_of(domain, index), why);
	}
	status = device_promise(domain, index, queues, text);
	if (status == CONTROL_OK)
		status = device_make(domain, index, &backend, queues, text);
	if (status == CONTROL_OK)
		device_attach(domain, index);
	return status;
}

enum control_status domain_devices_open(struct domain *domain, char *text)
{
	enum control_status status = CONTROL_OK;

	if (domain->create.device_count == 0)
		return CONTROL_OK;
	if (!record_alloc(domain) || !thread_alloc(domain)) {
		return control_refuse(
			text, CONTROL_E_MEMORY,
			"the host has no run of free pages for its devices");
	}
	for (unsigned i = 0;
	     i < domain->create.device_count && status == CONTROL_OK; i++)
		status = device_open(domain, i, text);
	return status;
}

/* ---- Work ---- */

void domain_devices_start(struct domain *domain)
{
	const struct slot_ops *slots = slots_of(domain);
	struct domain_devices *devices = domain->devices;

	if (devices == NULL || devices->started)
		return;
	devices->started = true;
	slots->thread_start(slots->ctx, domain, devices->thread.base);
}

uint64_t domain_devices_work(struct domain *domain)
{
	const struct host_ops *host = domain_host(domain);
	struct domain_devices *devices = domain->devices;
	uint64_t next = UINT64_MAX;

	if (domain->hvc != CONTROL_NO_CONSOLE && hvc_work(&devices->hvc))
		domain_devices_kick(domain);
	for (unsigned i = 0; i < devices->count; i++)
		next = smaller(next, virtio_work(devices->devices[i]));
	if (domain_state(domain) == CONTROL_DYING) {
		domain->ops->work_kick(domain->ops->ctx);
		next = smaller(next, host->now_ns(host->ctx) + END_POLL_NS);
	}
	spinlock_acquire(&devices->next_lock);
	__atomic_store_n(&devices->next_ns, next, __ATOMIC_RELAXED);
	spinlock_release(&devices->next_lock);
	return next;
}

/* Returns when the first of the devices needs a round. */
static uint64_t devices_next(const struct domain_devices *devices)
{
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < devices->count; i++)
		next = smaller(next, virtio_next(devices->devices[i]));
	return next;
}

/*
 * Returns true if the thread would come at another time than it has to. It is
 * told so only if it would come too late, or soon for nothing: each change sets
 * a timer.
 */
static bool comes_wrongly(const struct domain *domain, uint64_t next)
{
	const struct host_ops *host = domain_host(domain);
	uint64_t known =
		__atomic_load_n(&domain->devices->next_ns, __ATOMIC_RELAXED);

	if (next <= known)
		return next < known;
	return host->now_ns(host->ctx) + VIRTIO_POLL_NS / 2 > known;
}

/*
 * A thread that works meanwhile, and knows the old time, comes once more.
 * Whoever holds the lock sees what was noted before another caller took it: a
 * time that devices_come_by() was given, and that the domain ends, for which
 * the thread comes more often.
 */
static void next_update(struct domain *domain)
{
	struct domain_devices *devices = domain->devices;
	const struct slot_ops *slots = slots_of(domain);
	uint64_t next;

	if (!comes_wrongly(domain, devices_next(devices)))
		return;
	spinlock_acquire(&devices->next_lock);
	next = devices_next(devices);
	if (comes_wrongly(domain, next) &&
	    domain_state(domain) != CONTROL_DYING) {
		__atomic_store_n(&devices->next_ns, next, __ATOMIC_RELAXED);
		slots->thread_until(slots->ctx, domain, next);
	}
	spinlock_release(&devices->next_lock);
}

void domain_devices_poll(struct domain *domain)
{
	const struct domain_devices *devices = domain->devices;

	if (devices == NULL)
		return;
	for (unsigned i = 0; i < devices->count; i++)
		virtio_poll(devices->devices[i]);
	next_update(domain);
}
