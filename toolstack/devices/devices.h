/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The devices of a host's guests, as one process at a time changes them. It has
 * them from the moment at which it looks for free slots until the hypervisor
 * knows to whom they belong: so whatever is plugged and belongs to no domain,
 * while this process has the devices, was left behind by one that was killed.
 */
#ifndef REEVE_TOOLSTACK_DEVICES_DEVICES_H
#define REEVE_TOOLSTACK_DEVICES_DEVICES_H

#include "toolstack/devices/plug.h"
#include "toolstack/host/folder.h"

struct devices;

/* The slot of a device that is in none: the hypervisor serves it. */
#define DEVICES_NO_SLOT 0xffffU

/* The slots of a host, and which of them belong to a domain. */
struct devices_slots {
	unsigned count;
	bool owned[PLUG_SLOTS_MAX];
};

/* Gets the devices of the host in a folder, for which it may have to wait.
 * watch must outlive it. Returns 0, REEVE_ERR_HOST or REEVE_ERR_STOPPED. */
int devices_open(const struct folder *folder, const struct reeve_watch *watch,
		 struct devices **out, struct reeve_report *report);
void devices_close(struct devices *devices); /* NULL is fine */

/* Returns the connection to QEMU. */
struct qmp *devices_qmp(const struct devices *devices);

/* Looks whether all files that QEMU has open answer: to tell of its disks, it
 * looks at them, and the whole host waits. REEVE_ERR_HOST: one does not. */
int devices_look(struct devices *devices, struct reeve_report *report);

/* Prepares devices_reap(), so that QEMU waits for no image then. Returns as
 * plug_flush() does. */
int devices_flush(struct devices *devices, const struct devices_slots *slots,
		  struct reeve_report *report);
/* Takes out all that is plugged and belongs to no domain. */
int devices_reap(struct devices *devices, const struct devices_slots *slots,
		 struct reeve_report *report);

/*
 * Plugs all devices of a guest into slots that belong to no domain, which
 * devices_reap() has emptied. used[k] becomes the slot of device k, or
 * DEVICES_NO_SLOT if that is not plugged. On failure
 * nothing of the guest is plugged. Returns as plug_device() does, or
 * REEVE_ERR_HOST: there are too few free slots.
 */
int devices_plug(struct devices *devices, const struct plug_guest *guest,
		 const struct devices_slots *slots, unsigned *used,
		 struct reeve_report *report);
/* Returns how many devices of a guest are to be plugged. */
size_t devices_plugged(const struct domain *domain);
/* Takes the first count devices of a guest out again, the last one first. No
 * watch ends that early. */
int devices_unplug(struct devices *devices, const unsigned *used, size_t count,
		   struct reeve_report *report);

#endif
