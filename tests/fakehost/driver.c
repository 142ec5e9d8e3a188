/* SPDX-License-Identifier: BSD-3-Clause */
/* A driver that does what it should. */
#include "tests/fakehost/driver.h"

#include <stddef.h>

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"

#define KNOWN   (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)
#define AGREED  (KNOWN | VIRTIO_STATUS_FEATURES_OK)
#define STARTED (AGREED | VIRTIO_STATUS_DRIVER_OK)

static enum bus_result reg_access(struct domain *domain,
				  struct bus_access *access, uint64_t offset)
{
	access->ipa = ipa_make(GUEST_VIRTIO_MMIO_BASE + offset);
	access->size = sizeof(uint32_t);
	return bus_access(domain_vcpu(domain, 0), access);
}

enum bus_result driver_reg_write(struct domain *domain, uint64_t offset,
				 uint32_t value)
{
	struct bus_access access = { .write = true, .value = value };

	return reg_access(domain, &access, offset);
}

enum bus_result driver_reg_read(struct domain *domain, uint64_t offset,
				uint32_t *value)
{
	struct bus_access access = { .write = false };
	enum bus_result result = reg_access(domain, &access, offset);

	*value = (uint32_t)access.value;
	return result;
}

bool driver_start(const struct driver *driver)
{
	const struct {
		uint64_t offset;
		uint64_t value;
	} writes[] = {
		{ VIRTIO_MMIO_STATUS, KNOWN },
		{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0 },
		{ VIRTIO_MMIO_DRIVER_FEATURES, 1U << VIRTIO_F_EVENT_IDX },
		{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1 },
		{ VIRTIO_MMIO_DRIVER_FEATURES,
		  1U << (VIRTIO_F_VERSION_1 - 32) |
			  1U << (VIRTIO_F_ACCESS_PLATFORM - 32) },
		{ VIRTIO_MMIO_STATUS, AGREED },
		{ VIRTIO_MMIO_QUEUE_SEL, 0 },
		{ VIRTIO_MMIO_QUEUE_NUM, driver->size },
		{ VIRTIO_MMIO_QUEUE_DESC, driver->desc },
		{ VIRTIO_MMIO_QUEUE_DRIVER, driver->avail },
		{ VIRTIO_MMIO_QUEUE_DEVICE, driver->used },
		{ VIRTIO_MMIO_QUEUE_READY, 1 },
		{ VIRTIO_MMIO_STATUS, STARTED },
	};
	uint32_t status;

	if (driver_reg_write(driver->domain, VIRTIO_MMIO_STATUS, 0) != BUS_DONE)
		return false;
	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		if (driver_reg_write(driver->domain, writes[i].offset,
				     (uint32_t)writes[i].value) != BUS_DONE)
			return false;
	}
	return driver_reg_read(driver->domain, VIRTIO_MMIO_STATUS, &status) ==
		       BUS_DONE &&
	       status == STARTED;
}

static void *driver_at(const struct driver *driver, uint64_t address)
{
	return driver->at(driver->ctx, driver->domain, address);
}

bool driver_offer(const struct driver *driver, const struct virtq_desc *desc)
{
	struct virtq_desc *descs = driver_at(driver, driver->desc);
	uint16_t *avail = driver_at(driver, driver->avail);
	uint16_t place;

	if (descs == NULL || avail == NULL)
		return false;
	place = avail[1] % driver->size;
	descs[place] = *desc;
	avail[2 + place] = place;
	avail[1]++;
	(void)driver_reg_write(driver->domain, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	return true;
}
