/* SPDX-License-Identifier: BSD-3-Clause */
/* A guest's emulated devices: a table of address windows. */
#include "hypervisor/core/io/bus.h"

#include <stddef.h>

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/virtio/virtio.h"
#include "lib/ipa.h"
#include "lib/number.h"

_Static_assert(GUEST_VIRTIO_MMIO_STEP == VIRTIO_WINDOW, "virtio windows");

struct window {
	uint64_t base;
	uint64_t size;
	bool (*exists)(const struct domain *domain);
	bool (*access)(struct vcpu *vcpu, uint64_t offset, unsigned size,
		       bool write, uint64_t *value);
};

/* Returns true: every domain has an interrupt controller. */
static bool vgic_exists(const struct domain *domain)
{
	(void)domain;
	return true;
}

static bool vuart_exists(const struct domain *domain)
{
	return domain->has_vuart;
}

static bool vrtc_exists(const struct domain *domain)
{
	return domain->has_rtc;
}

static bool pvpanic_exists(const struct domain *domain)
{
	return domain->has_pvpanic;
}

static const struct window windows[] = {
	{ GUEST_GICV3_GICD_BASE, GUEST_GICV3_GICD_SIZE, vgic_exists,
	  vgic_gicd_access },
	{ GUEST_GICV3_GICR_BASE, GUEST_GICV3_GICR_SIZE, vgic_exists,
	  vgic_gicr_access },
	{ GUEST_PL011_BASE, GUEST_PL011_SIZE, vuart_exists, vuart_access },
	{ GUEST_PL031_BASE, GUEST_PL031_SIZE, vrtc_exists, vrtc_access },
	{ GUEST_PVPANIC_BASE, GUEST_PVPANIC_SIZE, pvpanic_exists,
	  pvpanic_access },
};

static const struct window *window_at(const struct domain *domain,
				      uint64_t address)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		const struct window *window = &windows[i];

		if (address >= window->base &&
		    address - window->base < window->size &&
		    window->exists(domain))
			return window;
	}
	return NULL;
}

static uint64_t shared_bit(const struct domain *domain)
{
	return ipa_shared_start(domain->realm.layout.ipa_bits);
}

bool bus_unprotected(const struct domain *domain, ipa_t ipa)
{
	return (ipa.value & shared_bit(domain)) != 0;
}

ipa_t bus_ipa(const struct domain *domain, ipa_t ipa)
{
	if (!domain->is_realm)
		return ipa;
	return ipa_make(ipa.value & ~shared_bit(domain));
}

/* Returns the virtio device at an address, or NULL. */
static struct virtio_device *virtio_at(const struct domain *domain, ipa_t ipa)
{
	const struct domain_devices *devices = domain->devices;
	uint64_t index = (ipa.value - GUEST_VIRTIO_MMIO_BASE) / VIRTIO_WINDOW;

	if (devices == NULL || ipa.value < GUEST_VIRTIO_MMIO_BASE ||
	    index >= devices->count)
		return NULL;
	return devices->devices[index];
}

/* Returns true for the pages that the virtio devices' registers lie in: a guest
 * that reads without exits has each of them as a whole. */
static bool virtio_page_at(const struct domain *domain, ipa_t ipa)
{
	const struct domain_devices *devices = domain->devices;
	uint64_t count = devices == NULL ? 0 : devices->count;

	return ipa.value >= GUEST_VIRTIO_MMIO_BASE &&
	       ipa.value - GUEST_VIRTIO_MMIO_BASE <
		       align_up(count * VIRTIO_WINDOW, GUEST_PAGE_SIZE);
}

bool bus_has_device(const struct domain *domain, ipa_t ipa)
{
	return virtio_page_at(domain, ipa) ||
	       window_at(domain, ipa.value) != NULL;
}

/* Returns the bits of a value that an access of that many bytes carries. */
static uint64_t access_mask(unsigned size)
{
	if (size >= 8)
		return UINT64_MAX;
	return (UINT64_C(1) << 8 * size) - 1;
}

static enum bus_result window_access(struct vcpu *vcpu,
				     struct bus_access *access)
{
	const struct window *window = window_at(vcpu->domain, access->ipa.value);

	if (window == NULL ||
	    !window->access(vcpu, access->ipa.value - window->base,
			    access->size, access->write, &access->value))
		return BUS_NONE;
	return BUS_DONE;
}

static enum bus_result device_access(struct virtio_device *device,
				     struct bus_access *access)
{
	uint64_t offset =
		(access->ipa.value - GUEST_VIRTIO_MMIO_BASE) % VIRTIO_WINDOW;

	switch (virtio_access(device, offset, access->size, access->write,
			      &access->value)) {
	case VIRTIO_ACCESS_DONE:
		return BUS_DONE;
	case VIRTIO_ACCESS_LATER:
		return BUS_LATER;
	default:
		return BUS_NONE;
	}
}

enum bus_result bus_access(struct vcpu *vcpu, struct bus_access *access)
{
	struct virtio_device *device = virtio_at(vcpu->domain, access->ipa);
	uint64_t mask = access_mask(access->size);
	enum bus_result result;

	access->value &= mask;
	result = device != NULL ? device_access(device, access)
				: window_access(vcpu, access);
	access->value &= mask;
	return result;
}
