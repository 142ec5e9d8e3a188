/* SPDX-License-Identifier: BSD-3-Clause */
/* The holds of disks, and the requests that QEMU has meanwhile. */
#include "hypervisor/core/domain/disk_hold.h"

#include "abi/virtio.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "lib/number.h"

static uint64_t now_ns(const struct domains *domains)
{
	const struct host_ops *host = domains->config.host->ops;

	return host->now_ns(host->ctx);
}

uint64_t disks_held_until(const struct domains *domains)
{
	return __atomic_load_n(&domains->held_until_ns, __ATOMIC_SEQ_CST);
}

/* Sets the end of the last hold. The caller holds domains->lock. */
static void end_update(struct domains *domains)
{
	uint64_t until = 0;

	for (unsigned i = 0; i < DISK_HOLDS; i++) {
		if (domains->holds[i].owner != NULL)
			until = larger(until, domains->holds[i].until_ns);
	}
	__atomic_store_n(&domains->held_until_ns, until, __ATOMIC_SEQ_CST);
}

/* Returns the owner's place, else one that is free or whose time is over, or
 * NULL. The caller holds domains->lock. */
static struct disk_hold *place_find(struct domains *domains, const void *owner,
				    uint64_t now)
{
	struct disk_hold *found = NULL;

	for (unsigned i = 0; i < DISK_HOLDS; i++) {
		struct disk_hold *hold = &domains->holds[i];

		if (hold->owner == owner)
			return hold;
		if (hold->owner == NULL || hold->until_ns <= now)
			found = hold;
	}
	return found;
}

/* ---- What QEMU has ---- */

/* The lock of the device is taken for its state: a thread that did not see the
 * hold yet has carried its requests before, and they are counted. */
static void count_visit(struct domain *domain, void *ctx)
{
	struct control_hold *under_way = ctx;
	const struct domain_devices *devices = domain->devices;
	struct virtio_state state;

	for (unsigned i = 0; devices != NULL && i < devices->count; i++) {
		if (!domain_device_is_disk(domain, i))
			continue;
		virtio_state_read(devices->devices[i], &state);
		if (state.in_flight == 0)
			continue;
		under_way->in_flight += state.in_flight;
		under_way->domid = domain->domid;
		under_way->device = i;
	}
}

/* Calls a function for each domain. */
static void domains_visit(struct domains *domains,
			  void (*visit)(struct domain *domain, void *ctx),
			  void *ctx)
{
	struct domain *domain;
	uint32_t domid = 1;

	while ((domain = domain_get_from(domains, domid)) != NULL) {
		visit(domain, ctx);
		domid = domain->domid + 1;
		domain_put(domain);
	}
}

/* ---- Holding ---- */

static void kick_visit(struct domain *domain, void *ctx)
{
	(void)ctx;
	if (domain->devices != NULL)
		domain_devices_kick(domain);
}

bool disks_hold(struct domains *domains, const void *owner, uint64_t until_ns,
		struct control_hold *under_way)
{
	uint64_t now = now_ns(domains);
	struct disk_hold *hold;
	bool earlier;

	spinlock_acquire(&domains->lock);
	hold = place_find(domains, owner, now);
	earlier = hold != NULL && hold->owner == owner &&
		  until_ns < hold->until_ns;
	if (hold != NULL) {
		*hold = (struct disk_hold){ owner, until_ns };
		end_update(domains);
	}
	spinlock_release(&domains->lock);
	if (hold == NULL)
		return false;
	if (earlier)
		domains_visit(domains, kick_visit, NULL);
	*under_way = (struct control_hold){ 0 };
	domains_visit(domains, count_visit, under_way);
	return true;
}

void disks_let_go(struct domains *domains, const void *owner)
{
	bool any = false;

	spinlock_acquire(&domains->lock);
	for (unsigned i = 0; i < DISK_HOLDS; i++) {
		if (domains->holds[i].owner == owner) {
			domains->holds[i].owner = NULL;
			any = true;
		}
	}
	end_update(domains);
	spinlock_release(&domains->lock);
	if (any)
		domains_visit(domains, kick_visit, NULL);
}
