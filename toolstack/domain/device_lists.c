/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the typed lists of devices, and checks what concerns more than one
 * entry: names, numbers and addresses that only one of them can have. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/domain/channel.h"
#include "toolstack/domain/disk.h"
#include "toolstack/domain/entry.h"
#include "toolstack/domain/read.h"
#include "toolstack/domain/vif.h"

#define SHOWN(words) (int)(words).length, (words).at

bool reader_is_for_xen(const struct reader *reader)
{
	return !reader->domain->realm && (reader->flags & DOMAIN_ON_XEN) != 0;
}

struct report_place domain_words_place(const struct cfg_value *entry,
				       struct words words)
{
	if (words.at == NULL)
		return entry->place;
	return cfg_place_in(entry, (size_t)(words.at - entry->text));
}

/* Makes a list of as many elements as the key has entries. Returns NULL if
 * there is none, if an entry was refused, or if memory is short. */
static void *list_new(struct reader *reader, enum key_id id,
		      const struct domain_list *list, size_t size)
{
	void *elements;

	if (list->count == 0 || domain_is_refused(reader->domain, id))
		return NULL;
	elements = calloc(list->count, size);
	if (elements == NULL)
		reader->no_memory = true;
	return elements;
}

static bool words_same(struct words a, struct words b)
{
	return a.at != NULL && b.at != NULL && a.length == b.length &&
	       memcmp(a.at, b.at, a.length) == 0;
}

/* ---- Disks -------------------------------------------------------------- */

static int disk_compare(const void *left, const void *right)
{
	const struct domain_disk *a = left;
	const struct domain_disk *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	/* Two disks of one name stay in the order of the file, so that the
	 * second is the one at fault. */
	return a->entry < b->entry ? -1 : 1;
}

/* Xen tells xvda from hda; a virtio disk has its number only. */
static bool disk_same(const struct reader *reader, const struct domain_disk *a,
		      const struct domain_disk *b)
{
	if (reader_is_for_xen(reader))
		return words_same(a->vdev, b->vdev);
	return a->number == b->number && a->partition == b->partition;
}

static void disk_twin_check(struct reader *reader, size_t index)
{
	const struct domain_disk *disks = reader->domain->disks;

	for (size_t i = 0; i < index; i++) {
		if (disk_same(reader, &disks[i], &disks[index])) {
			words_refuse(reader, KEY_disk, disks[index].entry,
				     disks[index].vdev, "give it another letter",
				     "'%.*s' is the place of another disk, "
				     "'%.*s'",
				     SHOWN(disks[index].vdev),
				     SHOWN(disks[i].vdev));
			return;
		}
	}
}

static void disks_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	const struct domain_list *list = &domain->disk;

	domain->disks = list_new(reader, KEY_disk, list, sizeof(*domain->disks));
	if (domain->disks == NULL)
		return;
	domain->disk_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		(void)disk_read(list->items[i].text, &domain->disks[i]);
		domain->disks[i].entry = &list->items[i];
	}
	if (!reader_is_for_xen(reader)) {
		qsort(domain->disks, domain->disk_count, sizeof(*domain->disks),
		      disk_compare);
	}
	for (size_t i = 1; i < domain->disk_count; i++)
		disk_twin_check(reader, i);
}

/* ---- Network interfaces ------------------------------------------------- */

static bool devid_taken(const struct domain *domain, int devid)
{
	for (size_t i = 0; i < domain->vif_count; i++) {
		if (domain->vifs[i].devid == devid)
			return true;
	}
	return false;
}

/* Numbers the interfaces that have no devid: each gets the lowest that is
 * free, as in xl. All below it are taken from then on. */
static void devids_settle(struct domain *domain)
{
	int devid = 0;

	for (size_t i = 0; i < domain->vif_count; i++) {
		struct domain_vif *vif = &domain->vifs[i];

		if (vif->devid >= 0)
			continue;
		while (devid_taken(domain, devid))
			devid++;
		vif->devid = devid;
	}
}

static int vif_compare(const void *left, const void *right)
{
	const struct domain_vif *a = left;
	const struct domain_vif *b = right;

	return (a->devid > b->devid) - (a->devid < b->devid);
}

/* Checks one interface against one before it in the file. */
static void vif_twin_check(struct reader *reader, const struct domain_vif *one,
			   const struct domain_vif *other)
{
	if (one->devid >= 0 && one->devid == other->devid) {
		words_refuse(reader, KEY_vif, one->entry, one->devid_words,
			     "remove it: interfaces are numbered in their order",
			     "devid %d is that of another interface",
			     one->devid);
	}
	if (one->has_mac && other->has_mac &&
	    memcmp(one->mac, other->mac, sizeof(one->mac)) == 0) {
		words_refuse(reader, KEY_vif, one->entry, one->mac_words,
			     "give each interface an address of its own",
			     "'%.*s' is the address of another interface",
			     SHOWN(one->mac_words));
	}
}

static bool forward_same(const struct vif_forward *a,
			 const struct vif_forward *b)
{
	return a->protocol == b->protocol && a->host_port == b->host_port &&
	       words_same(a->address, b->address);
}

/* Checks a forwarded port against all before it: those of interfaces 0 to
 * index, and of the last one only the first so many. */
static void forward_twin_check(struct reader *reader, size_t index, size_t count)
{
	const struct domain_vif *vifs = reader->domain->vifs;
	const struct vif_forward *one = &vifs[index].forwards[count];

	for (size_t i = 0; i <= index; i++) {
		size_t last = i < index ? vifs[i].forward_count : count;

		for (size_t k = 0; k < last; k++) {
			if (!forward_same(one, &vifs[i].forwards[k]))
				continue;
			words_refuse(reader, KEY_vif, vifs[index].entry,
				     one->all, "choose another port of the host",
				     "port %u of the host is forwarded twice",
				     one->host_port);
			return;
		}
	}
}

static void vifs_check(struct reader *reader)
{
	const struct domain *domain = reader->domain;

	for (size_t i = 0; i < domain->vif_count; i++) {
		for (size_t k = 0; k < i; k++) {
			vif_twin_check(reader, &domain->vifs[i],
				       &domain->vifs[k]);
		}
		for (size_t k = 0; k < domain->vifs[i].forward_count; k++)
			forward_twin_check(reader, i, k);
	}
}

static void vifs_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	const struct domain_list *list = &domain->vif;

	domain->vifs = list_new(reader, KEY_vif, list, sizeof(*domain->vifs));
	if (domain->vifs == NULL)
		return;
	domain->vif_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		(void)vif_read(list->items[i].text, &domain->vifs[i]);
		domain->vifs[i].entry = &list->items[i];
	}
	vifs_check(reader);
	devids_settle(domain);
	qsort(domain->vifs, domain->vif_count, sizeof(*domain->vifs),
	      vif_compare);
}

/* ---- Channels and shared folders ---------------------------------------- */

static void channel_twin_check(struct reader *reader, size_t index)
{
	const struct domain_channel *channels = reader->domain->channels;
	const struct domain_channel *one = &channels[index];

	for (size_t i = 0; i < index; i++) {
		if (words_same(one->name, channels[i].name)) {
			words_refuse(reader, KEY_channel, one->entry, one->name,
				     "give each channel a name of its own",
				     "'%.*s' is the name of another channel",
				     SHOWN(one->name));
		}
		if (words_same(one->path, channels[i].path)) {
			words_refuse(reader, KEY_channel, one->entry, one->path,
				     "give each channel a socket of its own",
				     "'%.*s' is the socket of another channel",
				     SHOWN(one->path));
		}
	}
}

static void channels_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	const struct domain_list *list = &domain->channel;

	domain->channels =
		list_new(reader, KEY_channel, list, sizeof(*domain->channels));
	if (domain->channels == NULL)
		return;
	domain->channel_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		(void)channel_read(list->items[i].text, &domain->channels[i]);
		domain->channels[i].entry = &list->items[i];
		channel_twin_check(reader, i);
	}
}

static void folder_twin_check(struct reader *reader, size_t index)
{
	const struct domain_p9 *folders = reader->domain->folders;

	for (size_t i = 0; i < index; i++) {
		if (words_same(folders[index].tag, folders[i].tag)) {
			words_refuse(reader, KEY_p9, folders[index].entry,
				     folders[index].tag,
				     "give each folder a tag of its own",
				     "'%.*s' is the tag of another folder",
				     SHOWN(folders[index].tag));
		}
	}
}

static void folders_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	const struct domain_list *list = &domain->p9;

	domain->folders =
		list_new(reader, KEY_p9, list, sizeof(*domain->folders));
	if (domain->folders == NULL)
		return;
	domain->folder_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		(void)p9_read(list->items[i].text, &domain->folders[i]);
		domain->folders[i].entry = &list->items[i];
		folder_twin_check(reader, i);
	}
}

void device_lists_settle(struct reader *reader)
{
	disks_settle(reader);
	vifs_settle(reader);
	channels_settle(reader);
	folders_settle(reader);
}
