/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells which virtio devices a plan has, and where the guest finds them. */
#include <stdio.h>

#include "abi/guest_map.h"
#include "toolstack/api/guest.h"

static void words_copy(struct words words, char name[32])
{
	(void)snprintf(name, 32, "%.*s", (int)words.length, words.at);
}

static void device_name(const struct domain *domain,
			const struct domain_virtio *virtio, char name[32])
{
	name[0] = '\0';
	switch (virtio->kind) {
	case DOMAIN_VIRTIO_DISK:
		words_copy(domain->disks[virtio->index].vdev, name);
		break;
	case DOMAIN_VIRTIO_VIF:
		(void)snprintf(name, 32, "%d",
			       domain->vifs[virtio->index].devid);
		break;
	case DOMAIN_VIRTIO_P9:
		words_copy(domain->folders[virtio->index].tag, name);
		break;
	case DOMAIN_VIRTIO_FOREIGN:
		(void)snprintf(name, 32, "%s", virtio->type);
		break;
	case DOMAIN_VIRTIO_CONSOLE:
	case DOMAIN_VIRTIO_RNG:
	case DOMAIN_VIRTIO_HVC:
		break;
	}
}

bool reeve_plan_device(const struct reeve_plan *plan, size_t index,
		       struct reeve_device *out)
{
	static const char *const kinds[] = {
		[DOMAIN_VIRTIO_DISK] = "disk",
		[DOMAIN_VIRTIO_VIF] = "vif",
		[DOMAIN_VIRTIO_CONSOLE] = "channels",
		[DOMAIN_VIRTIO_P9] = "p9",
		[DOMAIN_VIRTIO_RNG] = "rng",
		[DOMAIN_VIRTIO_HVC] = "console",
		[DOMAIN_VIRTIO_FOREIGN] = "virtio",
	};
	const struct domain *domain = plan->guest->domain;

	if (index >= domain->virtio_mmio_count)
		return false;
	*out = (struct reeve_device){
		.kind = kinds[domain->virtio_mmio[index].kind],
		.ipa = GUEST_VIRTIO_MMIO_BASE + index * GUEST_VIRTIO_MMIO_STEP,
		.size = GUEST_VIRTIO_MMIO_STEP,
		.interrupt = GUEST_VIRTIO_MMIO_SPI + (unsigned)index,
		.untrusted = domain->realm,
	};
	device_name(domain, &domain->virtio_mmio[index], out->name);
	return true;
}
