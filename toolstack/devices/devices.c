/* SPDX-License-Identifier: BSD-3-Clause */
/* Has the devices of a host, finds free slots, and takes out what was left. */
#include "toolstack/devices/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/devices/images.h"
#include "toolstack/host/clock.h"
#include "toolstack/host/link.h"
#include "toolstack/host/watch.h"

/* The pause between two attempts to get the devices. */
#define CLAIM_POLL_MS 20

struct devices {
	int lock;
	struct qmp *qmp;
};

/* ---- Opening ------------------------------------------------------------ */

static bool claim_go_on(const struct reeve_watch *watch, long owner)
{
	char step[96];

	(void)snprintf(step, sizeof(step),
		       "waiting for process %ld, which changes devices", owner);
	return watch_go_on(watch, step, 0, 0);
}

/* Takes the lock. A process has it for as long as making a guest's devices
 * takes: it is waited for. */
static int devices_claim(const struct folder *folder,
			 const struct reeve_watch *watch, int *lock,
			 struct reeve_report *report)
{
	struct folder_path path = folder_path(folder, "devices.lock");
	long owner = 0;
	int error;

	while ((error = link_claim(path.text, lock, &owner)) == -EWOULDBLOCK) {
		if (!claim_go_on(watch, owner))
			return REEVE_ERR_STOPPED;
		clock_pause(CLAIM_POLL_MS);
	}
	if (error == 0)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "%s cannot be locked: %s", path.text,
			    strerror(-error));
}

int devices_open(const struct folder *folder, const struct reeve_watch *watch,
		 struct devices **out, struct reeve_report *report)
{
	struct devices *devices = calloc(1, sizeof(*devices));
	int result;

	if (devices == NULL)
		return REEVE_ERR_MEMORY;
	devices->lock = -1;
	result = devices_claim(folder, watch, &devices->lock, report);
	if (result == REEVE_OK) {
		result = qmp_open(folder_path(folder, "qmp.sock").text, watch,
				  &devices->qmp, report);
	}
	if (result != REEVE_OK) {
		devices_close(devices);
		return result;
	}
	*out = devices;
	return REEVE_OK;
}

void devices_close(struct devices *devices)
{
	if (devices == NULL)
		return;
	qmp_close(devices->qmp);
	if (devices->lock >= 0)
		close(devices->lock);
	free(devices);
}

struct qmp *devices_qmp(const struct devices *devices)
{
	return devices->qmp;
}

/* ---- Slots -------------------------------------------------------------- */

int devices_look(struct devices *devices, struct reeve_report *report)
{
	return images_look(qmp_process(devices->qmp), qmp_watched(devices->qmp),
			   report);
}

int devices_flush(struct devices *devices, const struct devices_slots *slots,
		  struct reeve_report *report)
{
	bool plugged[PLUG_SLOTS_MAX];
	int result = plug_find(devices->qmp, plugged, report);
	bool any = false;

	for (unsigned i = 0; i < PLUG_SLOTS_MAX; i++) {
		plugged[i] = plugged[i] && i < slots->count && !slots->owned[i];
		any = any || plugged[i];
	}
	if (result == REEVE_OK && any)
		result = devices_look(devices, report);
	if (result == REEVE_OK && any)
		result = plug_flush(devices->qmp, plugged, report);
	return result;
}

int devices_reap(struct devices *devices, const struct devices_slots *slots,
		 struct reeve_report *report)
{
	bool plugged[PLUG_SLOTS_MAX];
	int result = plug_find(devices->qmp, plugged, report);

	for (unsigned i = 0; result == REEVE_OK && i < slots->count; i++) {
		if (slots->owned[i])
			continue;
		result = plugged[i]
				 ? plug_empty(devices->qmp, i, report)
				 : plug_empty_network(devices->qmp, i, report);
	}
	return result;
}

size_t devices_plugged(const struct domain *domain)
{
	size_t count = 0;

	for (size_t i = 0; i < domain->virtio_mmio_count; i++)
		count += plug_is_plugged(&domain->virtio_mmio[i]);
	return count;
}

/* Chooses slots for the devices, from the lowest on. */
static int slots_choose(const struct devices_slots *slots,
			const struct domain *domain, unsigned *used,
			struct reeve_report *report)
{
	size_t count = devices_plugged(domain);
	size_t chosen = 0;
	unsigned slot = 0;

	for (size_t i = 0; i < domain->virtio_mmio_count; i++) {
		used[i] = DEVICES_NO_SLOT;
		if (!plug_is_plugged(&domain->virtio_mmio[i]))
			continue;
		while (slot < slots->count && slots->owned[slot])
			slot++;
		if (slot < slots->count) {
			used[i] = slot++;
			chosen++;
		}
	}
	if (chosen == count)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    "destroy guests, or use another host",
			    "the guest has %zu devices, and this host has only "
			    "%zu free slots of %u",
			    count, chosen, slots->count);
}

int devices_plug(struct devices *devices, const struct plug_guest *guest,
		 const struct devices_slots *slots, unsigned *used,
		 struct reeve_report *report)
{
	size_t count = guest->domain->virtio_mmio_count;
	int result = slots_choose(slots, guest->domain, used, report);
	size_t done = 0;

	while (result == REEVE_OK && done < count) {
		if (used[done] != DEVICES_NO_SLOT)
			result = plug_device(devices->qmp, guest, done,
					     used[done], report);
		done += result == REEVE_OK;
	}
	/* The first failure is the one to return. */
	if (result != REEVE_OK && result != REEVE_ERR_HOST)
		(void)devices_unplug(devices, used, done, report);
	return result;
}

int devices_unplug(struct devices *devices, const unsigned *used, size_t count,
		   struct reeve_report *report)
{
	int result = REEVE_OK;

	qmp_watch(devices->qmp, NULL);
	while (count > 0) {
		unsigned slot = used[--count];
		int removed = slot != DEVICES_NO_SLOT
				      ? plug_empty(devices->qmp, slot, report)
				      : REEVE_OK;

		if (result == REEVE_OK)
			result = removed;
	}
	return result;
}
