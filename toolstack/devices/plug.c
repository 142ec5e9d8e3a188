/* SPDX-License-Identifier: BSD-3-Clause */
/* Plugs a device: first what it works on (node, network, channels), then the
 * device itself. */
#include "toolstack/devices/plug.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/control.h"
#include "abi/virtio.h"
#include "toolstack/devices/backend.h"
#include "toolstack/devices/slot.h"

/* NAME_SIZE is the longest name of a channel, with a NUL. BLANKS_MAX is more
 * than a host has guests with channels, because each has at least one slot. */
#define NAME_SIZE  32
#define BLANKS_MAX 32

/* A device that is being plugged. */
struct plugging {
	struct qmp *qmp;
	const struct plug_guest *guest;
	const struct domain_virtio *virtio;
	struct slot_id slot;
	unsigned number; /* of the slot */
	struct reeve_report *report;
};

/* Reports that QEMU refused to make a part of the entry. */
static int tell_refusal(const struct plugging *plug, enum key_id key,
			const struct cfg_value *entry, struct words words,
			const char *what)
{
	struct report_place place = domain_words_place(entry, words);

	return report_error(plug->report, REEVE_ERR_ENGINE, &place,
			    key_name(key), NULL, "%s: %s", what,
			    qmp_words(plug->qmp));
}

/* ---- The device itself -------------------------------------------------- */

/* Makes the arguments of device_add that all devices of slots have. */
static struct json_object *device_arguments(const struct plugging *plug,
					    const char *driver)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "driver", json_object_new_string(driver));
	json_object_object_add(object, "id",
			       json_object_new_string(plug->slot.text));
	slot_address_add(object, plug->number);
	/* The hypervisor drives virtio 1 only, uses no MSI-X, and the device
	 * must not pass the SMMU by. */
	json_object_object_add(object, "disable-legacy",
			       json_object_new_string("on"));
	json_object_object_add(object, "iommu_platform",
			       json_object_new_boolean(true));
	json_object_object_add(object, "vectors", json_object_new_int(0));
	return object;
}

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_words(struct json_object *object, const char *name,
		      struct words words)
{
	json_object_object_add(
		object, name,
		json_object_new_string_len(words.at, (int)words.length));
}

/* ---- Disks -------------------------------------------------------------- */

static int disk_device(const struct plugging *plug,
		       const struct domain_disk *disk)
{
	struct json_object *device = device_arguments(plug, "virtio-blk-pci");
	int result;

	add_text(device, "drive", plug->slot.text);
	/* A request may have as many pieces, less two: enough for 1 MiB in
	 * pages that are not in a row, which is two requests otherwise. */
	json_object_object_add(device, "queue-size",
			       json_object_new_int(CONTROL_QUEUE_SIZE));
	/* So the guest also finds the disk by its name in the configuration. */
	add_words(device, "serial", disk->vdev);
	json_object_object_add(device, "discard",
			       json_object_new_boolean(!disk->keep));
	/* Where an image's storage is full, QEMU would stop the whole host. */
	add_text(device, "werror", "report");
	add_text(device, "rerror", "report");
	result = qmp_call(plug->qmp, "device_add", device, NULL, plug->report);
	/* Some locks are taken only now. */
	if (result == REEVE_ERR_ENGINE &&
	    backend_disk_is_locked(qmp_words(plug->qmp))) {
		return backend_disk_refused(disk, qmp_words(plug->qmp),
					    plug->report);
	}
	if (result == REEVE_ERR_ENGINE) {
		return tell_refusal(plug, KEY_disk, disk->entry, disk->vdev,
				    "QEMU does not plug the disk");
	}
	return result;
}

static int plug_disk(const struct plugging *plug)
{
	const struct domain_disk *disk =
		&plug->guest->domain->disks[plug->virtio->index];
	struct json_object *node;
	int result = backend_disk(disk, plug->slot.text, &node, plug->report);

	if (result != REEVE_OK)
		return result;
	result = qmp_call(plug->qmp, "blockdev-add", node, NULL, plug->report);
	if (result == REEVE_ERR_ENGINE) {
		return backend_disk_refused(disk, qmp_words(plug->qmp),
					    plug->report);
	}
	return result == REEVE_OK ? disk_device(plug, disk) : result;
}

/* ---- Network interfaces ------------------------------------------------- */

void plug_mac(const struct plug_guest *guest, int devid, uint8_t mac[6])
{
	static const uint8_t xen[] = { 0x00, 0x16, 0x3e };
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < sizeof(guest->uuid); i++)
		hash = (hash ^ guest->uuid[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ (uint64_t)devid) * UINT64_C(0x100000001b3);
	memcpy(mac, xen, sizeof(xen));
	mac[3] = (uint8_t)(hash >> 40 & 0x7f); /* as libxl makes them */
	mac[4] = (uint8_t)(hash >> 32);
	mac[5] = (uint8_t)(hash >> 24);
}

static void add_mac(struct json_object *device, const struct plug_guest *guest,
		    const struct domain_vif *vif)
{
	uint8_t mac[6];
	char text[18];

	memcpy(mac, vif->mac, sizeof(mac));
	if (!vif->has_mac)
		plug_mac(guest, vif->devid, mac);
	(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		       mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	add_text(device, "mac", text);
}

static int vif_device(const struct plugging *plug, const struct domain_vif *vif)
{
	struct json_object *device = device_arguments(plug, "virtio-net-pci");
	int result;

	add_text(device, "netdev", plug->slot.text);
	add_mac(device, plug->guest, vif);
	add_text(device, "romfile", "");
	if (vif->mtu != 0) {
		json_object_object_add(device, "host_mtu",
				       json_object_new_int((int)vif->mtu));
	}
	result = qmp_call(plug->qmp, "device_add", device, NULL, plug->report);
	if (result == REEVE_ERR_ENGINE) {
		return tell_refusal(plug, KEY_vif, vif->entry,
				    (struct words){ 0 },
				    "QEMU does not plug the interface");
	}
	return result;
}

static int plug_vif(const struct plugging *plug)
{
	const struct domain_vif *vif =
		&plug->guest->domain->vifs[plug->virtio->index];
	struct json_object *network;
	int result = backend_vif(vif, plug->slot.text, &network, plug->report);

	if (result != REEVE_OK)
		return result;
	result = qmp_call(plug->qmp, "netdev_add", network, NULL, plug->report);
	if (result == REEVE_ERR_ENGINE) {
		return backend_vif_refused(vif, qmp_words(plug->qmp),
					   plug->report);
	}
	return result == REEVE_OK ? vif_device(plug, vif) : result;
}

/* ---- Channels ----------------------------------------------------------- */

/* Makes the host's end of a channel: a socket or a terminal. */
static int channel_backend(const struct plugging *plug, size_t index)
{
	const struct domain_channel *channel =
		&plug->guest->domain->channels[index];
	struct slot_id id = slot_part_id(plug->number, (unsigned)index + 1);
	struct json_object *chardev;
	int result = backend_channel(channel, id.text, &chardev, plug->report);

	if (result != REEVE_OK)
		return result;
	result = qmp_call(plug->qmp, "chardev-add", chardev, NULL, plug->report);
	if (result == REEVE_ERR_ENGINE) {
		return tell_refusal(plug, KEY_channel, channel->entry,
				    channel->path,
				    "QEMU does not make the channel");
	}
	return result;
}

/* Adds a port of the console device, with a name that ends in blanks. Returns
 * REEVE_ERR_ENGINE, not reported, if QEMU refuses it. */
static int port_add(const struct plugging *plug, size_t index, unsigned blanks)
{
	struct words name = plug->guest->domain->channels[index].name;
	struct slot_id id = slot_part_id(plug->number, (unsigned)index + 1);
	struct json_object *port = json_object_new_object();
	char text[NAME_SIZE + BLANKS_MAX];
	char bus[SLOT_ID_SIZE + 8];

	(void)snprintf(bus, sizeof(bus), "%s.0", plug->slot.text);
	(void)snprintf(text, sizeof(text), "%.*s%*s", (int)name.length, name.at,
		       (int)blanks, "");
	add_text(port, "driver", "virtserialport");
	add_text(port, "id",
		 slot_port_id(plug->number, (unsigned)index + 1).text);
	add_text(port, "bus", bus);
	json_object_object_add(port, "nr", json_object_new_int((int)index + 1));
	add_text(port, "chardev", id.text);
	add_text(port, "name", text);
	return qmp_call(plug->qmp, "device_add", port, NULL, plug->report);
}

/* Makes the guest's end: a port of the console device. QEMU has one name space
 * of ports for all guests. So if another guest has that name, blanks follow it:
 * udev makes the same link for such a name. */
static int channel_port(const struct plugging *plug, size_t index)
{
	const struct domain_channel *channel =
		&plug->guest->domain->channels[index];
	int result = REEVE_ERR_ENGINE;

	for (unsigned blanks = 0; blanks < BLANKS_MAX; blanks++) {
		result = port_add(plug, index, blanks);
		if (result != REEVE_ERR_ENGINE ||
		    strstr(qmp_words(plug->qmp), "already exists by name") ==
			    NULL)
			break;
	}
	if (result != REEVE_ERR_ENGINE)
		return result;
	return tell_refusal(plug, KEY_channel, channel->entry, channel->name,
			    "QEMU does not plug the channel");
}

/* Makes the console device whose ports the channels are. Port 0 is for a
 * console (virtio 1.2, 5.3.2), so that the channels begin at 1. */
static int channels_device(const struct plugging *plug)
{
	const struct domain *domain = plug->guest->domain;
	struct json_object *device = device_arguments(plug, "virtio-serial-pci");
	int result;

	json_object_object_add(
		device, "max_ports",
		json_object_new_int((int)domain->channel_count + 1));
	result = qmp_call(plug->qmp, "device_add", device, NULL, plug->report);
	if (result == REEVE_ERR_ENGINE) {
		return tell_refusal(plug, KEY_channel, domain->channels[0].entry,
				    (struct words){ 0 },
				    "QEMU does not plug the channels");
	}
	return result;
}

static int plug_channels(const struct plugging *plug)
{
	size_t count = plug->guest->domain->channel_count;
	int result = REEVE_OK;

	for (size_t i = 0; result == REEVE_OK && i < count; i++)
		result = channel_backend(plug, i);
	if (result == REEVE_OK)
		result = channels_device(plug);
	for (size_t i = 0; result == REEVE_OK && i < count; i++)
		result = channel_port(plug, i);
	return result;
}

/* ---- Shared folders ----------------------------------------------------- */

static int plug_p9(const struct plugging *plug)
{
	const struct domain_p9 *folder =
		&plug->guest->domain->folders[plug->virtio->index];
	struct json_object *device;
	char id[SHARE_ID];
	int result = backend_p9(folder, id, plug->report);

	if (result != REEVE_OK)
		return result;
	device = device_arguments(plug, "virtio-9p-pci");
	add_text(device, "fsdev", id);
	add_words(device, "mount_tag", folder->tag);
	result = qmp_call(plug->qmp, "device_add", device, NULL, plug->report);
	return result == REEVE_ERR_ENGINE
		       ? backend_p9_refused(folder, qmp_words(plug->qmp),
					    plug->report)
		       : result;
}

/* ---- Entropy ------------------------------------------------------------ */

static int plug_rng(const struct plugging *plug)
{
	const struct report_place *place =
		domain_place(plug->guest->domain, KEY_rng);
	struct json_object *source = json_object_new_object();
	struct json_object *device = device_arguments(plug, "virtio-rng-pci");
	int result;

	add_text(source, "qom-type", "rng-builtin");
	add_text(source, "id", plug->slot.text);
	add_text(device, "rng", plug->slot.text);
	result = qmp_call(plug->qmp, "object-add", source, NULL, plug->report);
	if (result == REEVE_OK) {
		result = qmp_call(plug->qmp, "device_add", device, NULL,
				  plug->report);
	} else {
		json_object_put(device);
	}
	if (result == REEVE_ERR_ENGINE) {
		return report_error(plug->report, REEVE_ERR_ENGINE, place,
				    key_name(KEY_rng), NULL,
				    "QEMU does not plug the entropy device: %s",
				    qmp_words(plug->qmp));
	}
	return result;
}

/* ---- Any ---------------------------------------------------------------- */

unsigned plug_virtio_id(enum domain_virtio_kind kind)
{
	static const unsigned ids[] = {
		[DOMAIN_VIRTIO_DISK] = VIRTIO_ID_BLOCK,
		[DOMAIN_VIRTIO_VIF] = VIRTIO_ID_NET,
		[DOMAIN_VIRTIO_CONSOLE] = VIRTIO_ID_CONSOLE,
		[DOMAIN_VIRTIO_P9] = VIRTIO_ID_9P,
		[DOMAIN_VIRTIO_RNG] = VIRTIO_ID_ENTROPY,
		[DOMAIN_VIRTIO_HVC] = VIRTIO_ID_CONSOLE,
		[DOMAIN_VIRTIO_FOREIGN] = 0,
	};

	return ids[kind];
}

bool plug_is_plugged(const struct domain_virtio *virtio)
{
	return virtio->kind != DOMAIN_VIRTIO_HVC;
}

/* device_limits_check() has refused what no host can plug. */
static int tell_unplugged(const struct plugging *plug)
{
	return report_error(plug->report, REEVE_ERR_ARGUMENT, NULL, NULL, NULL,
			    "this kind of device cannot be plugged");
}

static int plug_by_kind(const struct plugging *plug)
{
	switch (plug->virtio->kind) {
	case DOMAIN_VIRTIO_DISK:
		return plug_disk(plug);
	case DOMAIN_VIRTIO_VIF:
		return plug_vif(plug);
	case DOMAIN_VIRTIO_CONSOLE:
		return plug_channels(plug);
	case DOMAIN_VIRTIO_RNG:
		return plug_rng(plug);
	case DOMAIN_VIRTIO_P9:
		return plug_p9(plug);
	case DOMAIN_VIRTIO_HVC:
	case DOMAIN_VIRTIO_FOREIGN:
		break;
	}
	return tell_unplugged(plug);
}

int plug_device(struct qmp *qmp, const struct plug_guest *guest, size_t index,
		unsigned slot, struct reeve_report *report)
{
	struct plugging plug = {
		.qmp = qmp,
		.guest = guest,
		.virtio = &guest->domain->virtio_mmio[index],
		.slot = slot_id(slot),
		.number = slot,
		.report = report,
	};
	int result = plug_by_kind(&plug);

	/* A host that does not answer is not asked again: the next plug_find()
	 * finds what is left. The first failure is the one to return. */
	if (result != REEVE_OK && result != REEVE_ERR_HOST) {
		qmp_watch(qmp, NULL);
		(void)plug_empty(qmp, slot, report);
	}
	return result;
}
