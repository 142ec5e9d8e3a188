/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the devices: passthrough, virtio-mmio, and the interrupts that they
 * need. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "toolstack/domain/read.h"
#include "toolstack/domain/spec.h"

#define SPI_BASE   32
#define DOMID_LAST 0x7fef /* Xen reserves the ids above */

/* Replaces a mode by its meaning on Arm, as libxl does. */
static void passthrough_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	bool devices = domain->pci.count > 0 || domain->dtdev.count > 0;

	domain->passthrough_chosen =
		domain->passthrough != DOMAIN_PASSTHROUGH_DEFAULT &&
		domain->passthrough != DOMAIN_PASSTHROUGH_DISABLED;
	switch (domain->passthrough) {
	case DOMAIN_PASSTHROUGH_DEFAULT:
		domain->passthrough = devices ? DOMAIN_PASSTHROUGH_SHARE_PT
					      : DOMAIN_PASSTHROUGH_DISABLED;
		break;
	case DOMAIN_PASSTHROUGH_ENABLED:
		domain->passthrough = DOMAIN_PASSTHROUGH_SHARE_PT;
		break;
	case DOMAIN_PASSTHROUGH_SYNC_PT:
		key_refuse(reader, KEY_passthrough, "write \"share_pt\"",
			   "Arm has no separate IOMMU tables to keep in step");
		break;
	case DOMAIN_PASSTHROUGH_DISABLED:
		if (devices) {
			key_refuse(reader, KEY_passthrough,
				   "remove it, or remove pci and dtdev",
				   "disabled, and yet devices are to be passed "
				   "through");
		}
		break;
	}
}

/* Adds a device; the list has room for it. */
static struct domain_virtio *
virtio_put(struct domain *domain, enum domain_virtio_kind kind, size_t index)
{
	struct domain_virtio *device =
		&domain->virtio_mmio[domain->virtio_mmio_count++];

	*device = (struct domain_virtio){ .kind = kind, .index = index };
	return device;
}

/* On Xen only some disks are virtio. */
static void virtio_disks_add(struct reader *reader)
{
	const struct domain *domain = reader->domain;
	bool all = !reader_is_for_xen(reader);

	for (size_t i = 0; i < domain->disk_count; i++) {
		if (all || domain->disks[i].protocol == DISK_PROTOCOL_VIRTIO)
			virtio_put(reader->domain, DOMAIN_VIRTIO_DISK, i);
	}
}

static void virtio_others_add(struct domain *domain)
{
	for (size_t i = 0; i < domain->vif_count; i++)
		virtio_put(domain, DOMAIN_VIRTIO_VIF, i);
	if (domain->channel_count > 0)
		virtio_put(domain, DOMAIN_VIRTIO_CONSOLE, 0);
	for (size_t i = 0; i < domain->folder_count; i++)
		virtio_put(domain, DOMAIN_VIRTIO_P9, i);
	if (domain->rng)
		virtio_put(domain, DOMAIN_VIRTIO_RNG, 0);
	if (domain->hvc)
		virtio_put(domain, DOMAIN_VIRTIO_HVC, 0);
}

/* Copies the type. It has a comma of its own: "virtio,deviceID". */
static char *virtio_type(const char *text)
{
	size_t length;
	const char *type = spec_part(text, "type", &length);
	size_t family = strlen("virtio,");

	return strndup(type, family + strcspn(type + family, ","));
}

/* Returns the domain id of the back end. Only the host can resolve a name, so a
 * name gives 0, which is right for Domain-0. */
static uint32_t backend_domid(const char *text)
{
	size_t length;
	const char *backend = spec_part(text, "backend", &length);
	unsigned long domid;
	char *end;

	if (backend == NULL)
		return 0;
	domid = strtoul(backend, &end, 10);
	if (end != backend + length || domid > DOMID_LAST)
		return 0;
	return (uint32_t)domid;
}

static void virtio_add(struct reader *reader, const char *text)
{
	struct domain_virtio *device =
		virtio_put(reader->domain, DOMAIN_VIRTIO_FOREIGN, 0);

	device->type = virtio_type(text);
	if (device->type == NULL) {
		reader->no_memory = true;
		return;
	}
	device->backend_domid = backend_domid(text);
	device->grant = device->backend_domid != 0;
	if (spec_part_is(text, "grant_usage", "0"))
		device->grant = false;
	if (spec_part_is(text, "grant_usage", "1"))
		device->grant = true;
}

/* Returns the key of the last devices in the list: those that found no room. */
static enum key_id virtio_last_key(const struct domain *domain)
{
	static const enum key_id keys[] = {
		[DOMAIN_VIRTIO_DISK] = KEY_disk,
		[DOMAIN_VIRTIO_VIF] = KEY_vif,
		[DOMAIN_VIRTIO_CONSOLE] = KEY_channel,
		[DOMAIN_VIRTIO_P9] = KEY_p9,
		[DOMAIN_VIRTIO_RNG] = KEY_rng,
		[DOMAIN_VIRTIO_FOREIGN] = KEY_virtio,
	};

	enum domain_virtio_kind last =
		domain->virtio_mmio[domain->virtio_mmio_count - 1].kind;

	return last == DOMAIN_VIRTIO_HVC ? domain_cmdline_key(domain, 0)
					 : keys[last];
}

/* A guest whose command line names hvc0 gets that console, as on Xen; a Realm
 * only if it may have devices. */
static void hvc_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	bool may = !domain->realm ||
		   domain->realm_devices == DOMAIN_DEVICES_UNTRUSTED;

	domain->hvc = may && !reader_is_for_xen(reader) &&
		      domain_cmdline_names_hvc(domain);
}

static void virtio_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	size_t most = domain->disk_count + domain->vif_count +
		      (domain->channel_count > 0) + domain->folder_count +
		      domain->rng + domain->hvc + domain->virtio.count;

	if (most == 0 || domain_is_refused(domain, KEY_virtio))
		return;
	domain->virtio_mmio = calloc(most, sizeof(*domain->virtio_mmio));
	if (domain->virtio_mmio == NULL) {
		reader->no_memory = true;
		return;
	}
	virtio_disks_add(reader);
	if (!reader_is_for_xen(reader))
		virtio_others_add(domain);
	for (size_t i = 0; i < domain->virtio.count; i++)
		virtio_add(reader, domain->virtio.items[i].text);
	if (domain->virtio_mmio_count > GUEST_VIRTIO_MMIO_SPIS) {
		key_refuse(reader, virtio_last_key(domain),
			   domain->hvc ? "use fewer of them, or another console "
					 "than hvc0, which is one"
				       : "use fewer of them",
			   "%zu virtio devices are more than the %d that fit",
			   domain->virtio_mmio_count, GUEST_VIRTIO_MMIO_SPIS);
	}
}

/* ---- Interrupts -------------------------------------------------------- */

/* Names the device of the platform that has the interrupt, or returns NULL if
 * none has it. */
static const char *irq_owner(const struct domain *domain, int64_t irq)
{
	int64_t virtio_end =
		GUEST_VIRTIO_MMIO_SPI + (int64_t)domain->virtio_mmio_count;

	if (domain->vuart == DOMAIN_VUART_SBSA && irq == GUEST_PL011_SPI)
		return "the UART (vuart)";
	if (irq >= GUEST_VIRTIO_MMIO_SPI && irq < virtio_end)
		return "a virtio device";
	return NULL;
}

/* Checks an interrupt that is passed through. Returns the number of SPIs that
 * the guest needs to have it. */
static int64_t irq_settle(struct reader *reader, const struct cfg_value *item)
{
	int64_t irq = strtol(item->text, NULL, 10);
	const char *owner = irq_owner(reader->domain, irq);

	if (owner != NULL) {
		report_add(reader->report, REEVE_ERROR, &item->place,
			   key_name(KEY_irqs), "remove the one or the other",
			   "interrupt %" PRId64 " belongs to %s", irq, owner);
	}
	return irq - SPI_BASE + 1;
}

static int64_t spis_needed(struct reader *reader)
{
	const struct domain *domain = reader->domain;
	int64_t need = 0;

	if (domain->vuart == DOMAIN_VUART_SBSA)
		need = GUEST_PL011_SPI - SPI_BASE + 1;
	if (domain->virtio_mmio_count > 0) {
		need = GUEST_VIRTIO_MMIO_SPI - SPI_BASE +
		       (int64_t)domain->virtio_mmio_count;
	}
	if (domain_is_refused(domain, KEY_irqs))
		return need;
	for (size_t i = 0; i < domain->irqs.count; i++) {
		int64_t spis = irq_settle(reader, &domain->irqs.items[i]);

		if (spis > need)
			need = spis;
	}
	return need;
}

static void spis_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	int64_t need = spis_needed(reader);

	if (domain->nr_spis == DOMAIN_UNSET)
		domain->nr_spis = need;
	if (domain->nr_spis < need) {
		key_refuse(reader, KEY_nr_spis, "raise it, or leave it out",
			   "%" PRId64 " is less than the %" PRId64
			   " that the devices need",
			   domain->nr_spis, need);
	}
}

/* ---- The rest ---------------------------------------------------------- */

/* Warns of the obsolete way to write the arguments. */
static void bootloader_args_settle(struct reader *reader)
{
	const struct domain *domain = reader->domain;
	const struct cfg_setting *setting =
		domain->origins[KEY_bootloader_args].setting;

	if (domain->bootloader_args.count > 0 &&
	    setting->value.form != CFG_LIST) {
		key_warn(reader, KEY_bootloader_args, "write a list",
			 "a string here is obsolete; it is split at blanks");
	}
}

void domain_settle_devices(struct reader *reader)
{
	struct domain *domain = reader->domain;

	passthrough_settle(reader);
	device_lists_settle(reader);
	hvc_settle(reader);
	virtio_settle(reader);
	spis_settle(reader);
	bootloader_args_settle(reader);
	domain->arm_sci_smc = spec_part_is(domain->arm_sci, "type", "scmi_smc");
}
