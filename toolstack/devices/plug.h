/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plugs QEMU's devices into the slots of a host, and takes them out. All that
 * belongs to a slot has an id that begins with the slot's: the device slotN,
 * its disk node or network slotN, its channels slotN-K. So what is in a slot
 * can be found and taken out by any later process.
 */
#ifndef REEVE_TOOLSTACK_DEVICES_PLUG_H
#define REEVE_TOOLSTACK_DEVICES_PLUG_H

#include "toolstack/devices/qmp.h"
#include "toolstack/domain/domain.h"

/* The most slots of a host that this toolstack looks at. */
#define PLUG_SLOTS_MAX 256

/* A guest whose devices are plugged. */
struct plug_guest {
	const struct domain *domain;
	uint8_t uuid[16]; /* to make addresses of */
};

/*
 * Plugs device index of the guest (domain->virtio_mmio) into an empty slot. On
 * failure the slot is as empty as before, and nothing is watched any more. The
 * report names the entry of the
 * configuration, and its part if one is at fault. Returns 0, REEVE_ERR_CONFIG
 * (the device cannot be had so), REEVE_ERR_ENGINE, or what qmp_call() returns
 * besides.
 */
int plug_device(struct qmp *qmp, const struct plug_guest *guest, size_t index,
		unsigned slot, struct reeve_report *report);

/*
 * Takes out all that is in a slot, in the reverse order, and waits until QEMU
 * has let go of it. An empty slot is fine. Nothing that runs may use the device
 * any more. Returns as qmp_call() does, with a refusal reported.
 */
int plug_empty(struct qmp *qmp, unsigned slot, struct reeve_report *report);

/* Finds the slots in which there is anything but a lonely network: sets used[slot]
 * of PLUG_SLOTS_MAX to true for each. Returns as plug_empty() does. */
int plug_find(struct qmp *qmp, bool *used, struct reeve_report *report);

/* Has what was written to the images in those slots reach its storage: QEMU
 * would wait for that when it closes them. The images have answered before
 * (images.h). Returns as plug_empty() does, or REEVE_ERR_HOST: one does not. */
int plug_flush(struct qmp *qmp, const bool *wanted, struct reeve_report *report);

/* The MAC address of an interface that has none of its own: the same for the
 * same guest and interface, within the block of addresses that Xen's guests
 * have (00:16:3e). */
void plug_mac(const struct plug_guest *guest, int devid, uint8_t mac[6]);

/* Removes a network that was left alone in a slot: nothing lists those. */
int plug_empty_network(struct qmp *qmp, unsigned slot,
		       struct reeve_report *report);

/* Returns true if a device of the guest is one of QEMU's. The hypervisor serves
 * a virtio console by itself. */
bool plug_is_plugged(const struct domain_virtio *virtio);

/* Returns the virtio device id of a device (abi/virtio.h, VIRTIO_ID_*). */
unsigned plug_virtio_id(enum domain_virtio_kind kind);

#endif
