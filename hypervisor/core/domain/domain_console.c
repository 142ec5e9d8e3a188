/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices of a domain at console slots: its UART and its virtio console. */
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"

/* Returns the domain that has a console slot, which stays until domain_put().
 * Returns NULL if no domain has it or the domain is DYING. */
static struct domain *console_owner(struct domains *domains, unsigned slot)
{
	struct domain *found = NULL;

	spinlock_acquire(&domains->lock);
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		struct domain *domain = &domains->table[i];

		if (domain_is_there(domain) &&
		    (domain->console == slot || domain->hvc == slot) &&
		    domain_state(domain) != CONTROL_DYING)
			found = domain;
	}
	if (found != NULL)
		found->users++;
	spinlock_release(&domains->lock);
	return found;
}

size_t domain_console_input(struct domains *domains, unsigned slot,
			    const uint8_t *bytes, size_t size)
{
	struct domain *domain = console_owner(domains, slot);
	size_t taken;

	if (domain == NULL)
		return size;
	taken = domain->hvc == slot
			? hvc_input(&domain->devices->hvc, bytes, size)
			: vuart_input(&domain->vuart, bytes, size);
	domain_put(domain);
	return taken;
}

void domain_console_drained(struct domains *domains, unsigned slot)
{
	struct domain *domain = console_owner(domains, slot);

	if (domain == NULL)
		return;
	if (domain->hvc == slot)
		domain_devices_kick(domain);
	else
		vuart_drained(&domain->vuart);
	domain_put(domain);
}

/* ---- struct hvc_ops: ctx is the domain ---- */

static unsigned hvc_room(void *ctx)
{
	const struct domain *domain = ctx;

	return domain->ops->console_room(domain->ops->ctx, domain->hvc);
}

static void hvc_put(void *ctx, uint8_t byte)
{
	const struct domain *domain = ctx;

	domain->ops->console_put(domain->ops->ctx, domain->hvc, byte);
}

static void hvc_ready(void *ctx)
{
	const struct domain *domain = ctx;

	domain->ops->console_ready(domain->ops->ctx, domain->hvc);
}

void domain_hvc_open(struct domain *domain, struct virtio_backend *backend)
{
	hvc_init(&domain->devices->hvc,
		 &(struct hvc_ops){ .ctx = domain,
				    .host = domain_host(domain),
				    .room = hvc_room,
				    .put = hvc_put,
				    .ready = hvc_ready },
		 backend);
}
