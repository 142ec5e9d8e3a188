/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of devices that Xen has and our hosts have not. All devices of our
 * hosts are virtio devices of QEMU, served by the host itself: a part that asks
 * for another protocol, server or script is refused.
 */
#include "toolstack/engine/device_limits.h"

#include <string.h>

#include "abi/control.h"

/* All channels of a guest are ports of one console device. Each port has two
 * queues; so has port 0, which is for a console and unused, and so have the
 * messages about ports (virtio 1.2, 5.3.2). */
#define CHANNELS_MAX ((CONTROL_QUEUES - 4) / 2)

#define SHOWN(words) (int)(words).length, (words).at

struct device_check {
	const struct domain *domain;
	struct reeve_report *report;
	enum key_id key;
	const struct cfg_value *entry;
	int result;
};

/* Reports a part, if it is written. */
static void part_speak(struct device_check *check, enum reeve_severity severity,
		       struct words words, const char *hint, const char *message)
{
	struct report_place place;

	if (words.at == NULL)
		return;
	place = domain_words_place(check->entry, words);
	report_add(check->report, severity, &place, key_name(check->key), hint,
		   "'%.*s' %s", SHOWN(words), message);
	if (severity == REEVE_ERROR)
		check->result = REEVE_ERR_CONFIG;
}

static void part_refuse(struct device_check *check, struct words words,
			const char *hint, const char *message)
{
	part_speak(check, REEVE_ERROR, words, hint, message);
}

static bool words_equal(struct words words, const char *text)
{
	return words.length == strlen(text) &&
	       strncmp(words.at, text, words.length) == 0;
}

static bool words_one_of(struct words words, const char *const *texts)
{
	for (; words.at != NULL && *texts != NULL; texts++) {
		if (words_equal(words, *texts))
			return true;
	}
	return false;
}

/* The only domain that serves devices is the host itself. */
static void backend_check(struct device_check *check, struct words backend)
{
	static const char *const host[] = { "", "0", "Domain-0", "dom0", NULL };

	if (!words_one_of(backend, host)) {
		part_refuse(check, backend, "remove it",
			    "cannot serve devices: on Reeve's hosts the host "
			    "itself does");
	}
}

/* ---- Disks -------------------------------------------------------------- */

/* The choice of the program of Xen that serves a disk changes nothing, as long
 * as that program could read the format. */
static void backendtype_check(struct device_check *check,
			      const struct domain_disk *disk)
{
	bool raw = disk->format == DISK_FORMAT_RAW;
	bool vhd = disk->format == DISK_FORMAT_VHD;

	if (disk->backendtype == DISK_BACKEND_STANDALONE) {
		part_refuse(check, disk->backendtype_words, "remove it",
			    "is a program of your own that would serve the "
			    "disk: Reeve's hosts use QEMU");
	}
	if ((disk->backendtype == DISK_BACKEND_PHY && !raw) ||
	    (disk->backendtype == DISK_BACKEND_TAP && !raw && !vhd)) {
		part_refuse(check, disk->backendtype_words,
			    "remove it, or write backendtype=qdisk",
			    "does not know the disk's format");
	}
}

/* Returns whether a path goes on, behind a comma, like another part of a disk. */
static bool path_has_part(struct words path)
{
	static const char *const parts[] = { "format=", "vdev=", "access=",
					     "backendtype=" };

	for (size_t at = 0; at < path.length; at++) {
		if (path.at[at] != ',')
			continue;
		while (at + 1 < path.length && path.at[at + 1] == ' ')
			at++;
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			size_t length = strlen(parts[i]);

			if (path.length - at - 1 >= length &&
			    memcmp(path.at + at + 1, parts[i], length) == 0)
				return true;
		}
	}
	return false;
}

/* Warns of a target that is read as xl reads it, but was hardly meant so. */
static void disk_target_check(struct device_check *check,
			      const struct domain_disk *disk)
{
	const struct words target = disk->target;

	if (path_has_part(target)) {
		part_speak(check, REEVE_WARNING, target,
			   "write target= last, behind all other parts",
			   "is the whole path: target= takes the rest of the "
			   "text");
	} else if (disk->script.length == 0 && target.length > 0 &&
		   target.at[0] != '/' &&
		   memchr(target.at, '.', target.length) != NULL) {
		part_speak(check, REEVE_WARNING, target,
			   "write the whole path of a file",
			   "is below /dev, as every path that does not begin "
			   "with /");
	}
}

static void disk_parts_check(struct device_check *check,
			     const struct domain_disk *disk)
{
	disk_target_check(check, disk);
	backend_check(check, disk->backend);
	backendtype_check(check, disk);
	if (disk->protocol == DISK_PROTOCOL_XEN) {
		part_refuse(check, disk->protocol_words,
			    "remove it, or write specification=virtio",
			    "is a protocol that Reeve's hosts do not have: all "
			    "disks are virtio");
	}
	if (disk->script.length > 0) {
		part_refuse(check, disk->script,
			    "prepare the disk before, and name its file or "
			    "device",
			    "would run on the host, and Reeve runs no script");
	}
	part_refuse(check, disk->grants, "write 0, or remove it",
		    "needs grant tables, which Reeve's hosts do not have");
	part_refuse(check, disk->colo, "remove it",
		    "is about COLO, which Reeve's hosts do not have");
}

static void disk_name_check(struct device_check *check,
			    const struct domain_disk *disk, size_t index)
{
	struct report_place place = domain_words_place(disk->entry, disk->vdev);

	if (disk->partition != 0) {
		part_refuse(check, disk->vdev,
			    "write xvda, xvdb ...: the guest sees vda, vdb ...",
			    "is a partition, and a virtio disk is a whole disk");
	} else if (disk->number != index && index < 26 &&
		   !domain_is_refused(check->domain, KEY_disk)) {
		report_add(check->report, REEVE_WARNING, &place, "disk",
			   "virtio disks have no gaps; the guest also finds it "
			   "as /dev/disk/by-id/virtio-NAME, with this name",
			   "the guest sees '%.*s' as vd%c", SHOWN(disk->vdev),
			   (char)('a' + index));
	}
}

static void disks_check(struct device_check *check)
{
	const struct domain *domain = check->domain;

	check->key = KEY_disk;
	for (size_t i = 0; i < domain->disk_count; i++) {
		const struct domain_disk *disk = &domain->disks[i];

		check->entry = disk->entry;
		disk_parts_check(check, disk);
		disk_name_check(check, disk, i);
		if (disk->format == DISK_FORMAT_EMPTY) {
			part_refuse(check, disk->vdev,
				    "name an image, or remove it",
				    "is an empty drive, which a virtio disk "
				    "cannot be");
		}
	}
}

/* ---- Network interfaces ------------------------------------------------- */

static void vif_script_check(struct device_check *check,
			     const struct domain_vif *vif)
{
	static const char *const usual[] = { "", "vif-bridge",
					     "/etc/xen/scripts/vif-bridge",
					     NULL };

	if (vif->bridge.at != NULL && words_one_of(vif->script, usual))
		return;
	part_refuse(check, vif->script, "remove it",
		    "would run on the host, and Reeve runs no script");
}

/* Parts that no Arm guest of Xen's sees either. */
static void vif_idle_check(struct device_check *check,
			   const struct domain_vif *vif)
{
	static const char *const models[] = { "", "virtio", "virtio-net",
					      "virtio-net-pci", NULL };

	if (vif->type.at != NULL && words_equal(vif->type, "ioemu")) {
		part_speak(check, REEVE_WARNING, vif->type,
			   "write vif, or remove it",
			   "is for HVM guests: this one gets a virtio "
			   "interface");
	}
	if (!words_one_of(vif->model, models)) {
		part_speak(check, REEVE_WARNING, vif->model, "remove it",
			   "is for HVM guests: this one gets a virtio "
			   "interface");
	}
	part_speak(check, REEVE_WARNING, vif->accel, "remove it",
		   "is obsolete and ignored, as in xl");
	part_speak(check, REEVE_WARNING, vif->ip,
		   "remove it, and set the address in the guest",
		   "is for a script of the host; no rule is made for it");
	if (vif->bridge.at != NULL) {
		part_speak(check, REEVE_WARNING, vif->vifname, "remove it",
			   "is ignored: QEMU's helper names the interface that "
			   "it puts on a bridge");
	}
}

static void vif_parts_check(struct device_check *check,
			    const struct domain_vif *vif)
{
	backend_check(check, vif->backend);
	vif_script_check(check, vif);
	vif_idle_check(check, vif);
	part_refuse(check, vif->gatewaydev,
		    "remove it; without bridge= the guest has a network of its "
		    "own, which needs no route",
		    "is for a script that routes, and Reeve runs none");
	part_refuse(check, vif->rate, "remove it",
		    "cannot be kept: QEMU limits no interface");
	if (vif->vlan.length > 0) {
		part_refuse(check, vif->vlan, "remove it",
			    "is for a script of the host, and Reeve runs none");
	}
	part_refuse(check, vif->colo, "remove it",
		    "is about COLO, which Reeve's hosts do not have");
	if (vif->forward_count > 0 && vif->vifname.at != NULL) {
		part_refuse(check, vif->forwards[0].all,
			    "remove it, or remove vifname",
			    "is for a network of its own, not for an interface "
			    "of the host");
	}
}

static void vifs_check(struct device_check *check)
{
	const struct domain *domain = check->domain;

	check->key = KEY_vif;
	for (size_t i = 0; i < domain->vif_count; i++) {
		check->entry = domain->vifs[i].entry;
		vif_parts_check(check, &domain->vifs[i]);
	}
}

/* ---- The rest ----------------------------------------------------------- */

/* With more queues than it is offered, a guest's driver finds no channel at
 * all. */
static void channels_count_check(struct device_check *check)
{
	const struct domain *domain = check->domain;

	if (domain->channel_count <= CHANNELS_MAX)
		return;
	report_add(check->report, REEVE_ERROR,
		   &domain->channels[CHANNELS_MAX].entry->place,
		   key_name(check->key), "use fewer of them",
		   "%zu channels are more than the %d that a guest of Reeve's "
		   "hosts can have",
		   domain->channel_count, CHANNELS_MAX);
	check->result = REEVE_ERR_CONFIG;
}

static void channels_check(struct device_check *check)
{
	const struct domain *domain = check->domain;

	check->key = KEY_channel;
	channels_count_check(check);
	for (size_t i = 0; i < domain->channel_count; i++) {
		check->entry = domain->channels[i].entry;
		backend_check(check, domain->channels[i].backend);
	}
}

static void folders_check(struct device_check *check)
{
	static const char *const types[] = { "qemu", NULL };
	const struct domain *domain = check->domain;

	check->key = KEY_p9;
	for (size_t i = 0; i < domain->folder_count; i++) {
		const struct domain_p9 *folder = &domain->folders[i];

		check->entry = folder->entry;
		backend_check(check, folder->backend);
		if (!words_one_of(folder->type, types)) {
			part_refuse(check, folder->type,
				    "write type=qemu, or remove it",
				    "is a server of Xen's: on Reeve's hosts "
				    "QEMU serves folders");
		}
		part_refuse(check, folder->limit, "remove it",
			    "cannot be kept: QEMU limits no folder");
	}
}

int device_limits_check(const struct domain *domain, struct reeve_report *report)
{
	struct device_check check = { .domain = domain, .report = report };

	disks_check(&check);
	vifs_check(&check);
	channels_check(&check);
	folders_check(&check);
	return check.result;
}
