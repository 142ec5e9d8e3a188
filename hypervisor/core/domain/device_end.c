/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a domain's devices: they are reset, and their slots are emptied,
 * under a hold if one of them has a disk. Both may have to wait.
 */
#include "hypervisor/core/domain/domain_devices.h"

#include <string.h>

#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"

/* For so long the disks of all domains are held while a slot is to be emptied;
 * between two attempts they go on for longer, so that a disk which does not
 * answer does not keep all others waiting. */
#define HOLD_NS       UINT64_C(1000000000)
#define HOLD_PAUSE_NS UINT64_C(4000000000)
/* The time that is left of a hold when the slots are emptied, for QEMU to do
 * that: tens of milliseconds for a disk. */
#define EMPTY_NS UINT64_C(500000000)

/* ---- The slots ---- */

static void hold_begin(struct domain_devices *devices, uint64_t now)
{
	devices->hold_end_ns = now + HOLD_NS;
	devices->hold_least = UINT64_MAX;
}

/* Tries to hold the disks of all domains, as QEMU waits for each of them when a
 * slot with a disk is emptied. Returns true if they have no requests. *busy
 * names one that has, if it was looked at. */
static bool others_hold(struct domain *domain, struct control_hold *busy)
{
	const struct host_ops *host = domain_host(domain);
	struct domain_devices *devices = domain->devices;
	uint64_t now = host->now_ns(host->ctx);

	if (!devices->has_disk)
		return true;
	if (devices->hold_end_ns == 0 ||
	    now >= devices->hold_end_ns + HOLD_PAUSE_NS)
		hold_begin(devices, now);
	if (now >= devices->hold_end_ns - EMPTY_NS ||
	    !disks_hold(domain->domains, domain, devices->hold_end_ns, busy))
		return false;
	if (busy->in_flight == 0)
		return host->now_ns(host->ctx) < devices->hold_end_ns - EMPTY_NS;
	/* As long as QEMU answers some, it is waited for. */
	if (busy->in_flight < devices->hold_least) {
		devices->hold_least = busy->in_flight;
		devices->hold_end_ns = now + HOLD_NS;
	}
	return false;
}

/* Empties the slots. The disks of all domains are held, if one has a disk. */
static void slots_empty(struct domain *domain)
{
	const struct slot_ops *slots = slots_of(domain);
	struct domain_devices *devices = domain->devices;

	for (unsigned i = 0; i < devices->opened; i++) {
		if (device_has_slot(&domain->create, i))
			slots->close(slots->ctx, slot_of(domain, i));
	}
	devices->opened = 0;
	devices->has_disk = false;
	disks_let_go(domain->domains, domain);
}

bool domain_devices_abandon(struct domain *domain)
{
	struct control_hold busy;

	if (domain->devices == NULL)
		return true;
	if (!others_hold(domain, &busy))
		return false;
	slots_empty(domain);
	return true;
}

void domain_devices_close(struct domain *domain, struct domain_devices *devices)
{
	if (devices == NULL)
		return;
	for (unsigned i = 0; i < CONTROL_DEVICES; i++) {
		granules_free(&domain->own, GRANULES_SHARED, devices->shared[i]);
		granules_free(&domain->own, GRANULES_SHARED, devices->memory[i]);
	}
	granules_free(&domain->own, GRANULES_SHARED, devices->thread);
	granules_free(&domain->own, GRANULES_SHARED, devices->pages);
}

/* ---- The end of a domain that ran ---- */

static void stop_text_set(struct domain *domain, const char *text)
{
	spinlock_acquire(&domain->lock);
	memcpy(domain->text, text, sizeof(domain->text));
	spinlock_release(&domain->lock);
}

/* Returns true if all devices are reset. Otherwise text says which one is
 * not. */
static bool devices_are_reset(struct domain *domain, char *text)
{
	const struct domain_devices *devices = domain->devices;
	bool reset = true;

	for (unsigned i = 0; i < devices->count; i++) {
		if (virtio_stop(devices->devices[i]))
			continue;
		(void)control_refuse(text, CONTROL_E_STATE,
				     "device %u, in slot %u, has requests that "
				     "are not answered yet",
				     i, slot_of(domain, i));
		reset = false;
	}
	return reset;
}

/* Returns true if the slots can be emptied. Otherwise text says what it waits
 * for, if it is known. */
static bool slots_are_ready(struct domain *domain, char *text)
{
	struct control_hold busy = { 0 };

	if (others_hold(domain, &busy))
		return true;
	if (busy.in_flight == 0) {
		memcpy(text, domain->text, CONTROL_TEXT_SIZE);
		return false;
	}
	(void)control_refuse(text, CONTROL_E_STATE,
			     "device %u of domain %u has requests that are not "
			     "answered yet",
			     busy.device, busy.domid);
	return false;
}

bool domain_devices_stop(struct domain *domain)
{
	const struct slot_ops *slots = slots_of(domain);
	struct domain_devices *devices = domain->devices;
	char text[CONTROL_TEXT_SIZE] = { 0 };
	bool stopped;

	if (devices == NULL)
		return true;
	stopped = devices_are_reset(domain, text) &&
		  slots_are_ready(domain, text);
	stop_text_set(domain, text);
	if (!stopped) {
		/* From now on the thread looks whether it is worth another try.
		 * None of the domain's own devices need wake it. */
		domain_devices_start(domain);
		if (!devices->ends)
			domain_devices_kick(domain);
		devices->ends = true;
		return false;
	}
	if (devices->started) {
		slots->thread_end(slots->ctx, domain);
		devices->started = false;
	}
	slots_empty(domain);
	domain_devices_hide(domain);
	return true;
}
