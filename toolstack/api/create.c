/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a plan's guest on a host. */
#include <string.h>

#include "toolstack/api/attached.h"
#include "toolstack/api/guest.h"
#include "toolstack/api/host.h"
#include "toolstack/devices/look.h"
#include "toolstack/engine/build.h"
#include "toolstack/engine/fit.h"
#include "toolstack/engine/machine/machine.h"
#include "toolstack/host/record.h"
#include "toolstack/report/report.h"

/* Records what was predicted, which only `reeve list` shows: if that cannot be
 * written, the guest is none the worse. */
static void prediction_keep(const struct reeve_host *host,
			    const struct reeve_domain *domain,
			    struct reeve_report *report)
{
	struct reeve_report *why = reeve_report_new();

	if (why == NULL ||
	    record_rim_write(&host->folder, domain, why) == REEVE_OK) {
		reeve_report_free(why);
		return;
	}
	report_add(report, REEVE_WARNING, NULL, NULL, NULL,
		   "reeve list will not show the measurement of domain %u: %s",
		   domain->domid,
		   reeve_report_count(why) > 0 ? reeve_report_get(why, 0)->message
					       : "out of memory");
	reeve_report_free(why);
}

/* Asks the host about the domain that it has just made. If a measurement was
 * predicted, adds it to *out and records it. */
static int created_domain_read(struct reeve_host *host,
			       const struct reeve_measurement *predicted,
			       struct reeve_domain *out,
			       struct reeve_report *report)
{
	unsigned domid = host->ops->built(host->engine);
	int result = host->ops->next(host->engine, domid, out, report);

	if (result != REEVE_OK)
		return result;
	if (out->domid != domid) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
				    "the host has lost the domain that it made");
	}
	if (predicted == NULL)
		return REEVE_OK;
	out->rim_size = (unsigned)predicted->size;
	memcpy(out->rim, predicted->rim, sizeof(out->rim));
	prediction_keep(host, out, report);
	return REEVE_OK;
}

/* A Realm's prediction, and the domain that a build has made. */
struct build_result {
	const struct reeve_measurement *predicted;
	struct reeve_domain *domain;
};

/* Names the devices that are plugged: used[k] is the slot of device k. */
static void devices_of(const struct domain *domain, const unsigned *used,
		       struct engine_domain *wanted)
{
	wanted->device_count = domain->virtio_mmio_count;
	for (size_t i = 0; i < wanted->device_count; i++) {
		wanted->devices[i] = (struct engine_device){
			.slot = used[i],
			.virtio_id = plug_virtio_id(domain->virtio_mmio[i].kind),
		};
	}
}

static int guest_build(struct reeve_host *host, const struct reeve_plan *plan,
		       const struct engine_domain *wanted,
		       const struct reeve_measurement *predicted,
		       struct reeve_domain *out, struct reeve_report *report)
{
	struct engine_realm realm;
	int result = engine_build(host->ops, host->engine, wanted, plan->image,
				  &realm, report);

	if (result != REEVE_OK)
		return result;
	result = created_domain_read(host, predicted, out, report);
	/* The first failure is the one to return. */
	if (result != REEVE_OK)
		(void)host->ops->destroy(host->engine, report);
	return result;
}

/* Takes the devices out again. As in devices_unplug(), no watch ends it: the
 * user may have interrupted what failed. The caller sets the engine's watch
 * again. If a disk of another guest does not answer for long, the next guest
 * with devices that is made takes them out. */
static void guest_unplug(struct reeve_host *host, struct devices *devices,
			 const unsigned *used, size_t count,
			 struct reeve_report *report)
{
	machine_watch(host->engine, NULL);
	if (attached_hold(host, NULL, report) != REEVE_OK)
		return;
	/* The failure that led here is the one to return. */
	(void)devices_unplug(devices, used, count, report);
	attached_let_go(host);
}

/* Refuses a name that is taken before the guest's devices are looked at. The
 * hypervisor refuses it too, but a second guest of one configuration would
 * first be told that its disks and sockets are in use. */
static int name_check(struct reeve_host *host, const char *name,
		      struct reeve_report *report)
{
	struct reeve_domain domain;
	unsigned dying;
	int result = host_find_name(host, name, &domain, &dying, report);

	if (result == REEVE_ERR_NO_DOMAIN)
		return REEVE_OK;
	if (result != REEVE_OK)
		return result;
	return report_error(report, REEVE_ERR_ENGINE, NULL, NULL,
			    "choose another name, or rename or destroy that "
			    "domain",
			    "there is a domain \"%s\" already", name);
}

/* Has the devices of the host, for which it may have to wait: another guest of
 * the same name can have been made meanwhile. */
static int named_open(struct reeve_host *host, const struct domain *domain,
		      const struct reeve_watch *watch, struct devices **devices,
		      struct devices_slots *slots, struct reeve_report *report)
{
	int result = name_check(host, domain->name, report);

	if (result == REEVE_OK)
		result = look_devices(domain, watch, report);
	if (result == REEVE_OK)
		result = attached_open(host, watch, devices, slots, report);
	if (result != REEVE_OK)
		return result;
	result = name_check(host, domain->name, report);
	if (result != REEVE_OK) {
		attached_let_go(host);
		devices_close(*devices);
	}
	return result;
}

/* Plugs the guest's devices, and builds it with them. If that fails, they are
 * taken out again, once the hypervisor has let go of them. */
static int guest_build_plugged(struct reeve_host *host,
			       const struct reeve_plan *plan,
			       struct engine_domain *wanted,
			       const struct reeve_watch *watch,
			       const struct build_result *to,
			       struct reeve_report *report)
{
	struct plug_guest guest = { .domain = plan->guest->domain };
	size_t count = guest.domain->virtio_mmio_count;
	unsigned used[ENGINE_DEVICES];
	struct devices_slots slots;
	struct devices *devices;
	int result =
		named_open(host, guest.domain, watch, &devices, &slots, report);

	if (result != REEVE_OK)
		return result;
	memcpy(guest.uuid, wanted->uuid, sizeof(guest.uuid));
	result = devices_plug(devices, &guest, &slots, used, report);
	attached_let_go(host);
	if (result == REEVE_OK) {
		devices_of(guest.domain, used, wanted);
		result = guest_build(host, plan, wanted, to->predicted,
				     to->domain, report);
		if (result != REEVE_OK)
			guest_unplug(host, devices, used, count, report);
	}
	devices_close(devices);
	return result;
}

static int guest_make(struct reeve_host *host, const struct reeve_plan *plan,
		      const struct reeve_watch *watch,
		      const struct build_result *to, struct reeve_report *report)
{
	const struct domain *domain = plan->guest->domain;
	struct engine_domain wanted = engine_domain_of(domain, plan->image);

	if (devices_plugged(domain) == 0) {
		const unsigned used[ENGINE_DEVICES] = { DEVICES_NO_SLOT };

		devices_of(domain, used, &wanted);
		return guest_build(host, plan, &wanted, to->predicted,
				   to->domain, report);
	}
	return guest_build_plugged(host, plan, &wanted, watch, to, report);
}

int reeve_domain_create(struct reeve_host *host, const struct reeve_plan *plan,
			const struct reeve_measurement *predicted,
			const struct reeve_watch *watch,
			struct reeve_domain *out, struct reeve_report *report)
{
	struct engine_info info;
	struct reeve_domain domain;
	int result;

	host->ops->info(host->engine, &info);
	result = engine_fit(&info, plan->guest->domain, report);
	if (result != REEVE_OK)
		return result;
	machine_watch(host->engine, watch);
	result = guest_make(host, plan, watch,
			    &(struct build_result){ predicted, &domain },
			    report);
	machine_watch(host->engine, host->watch);
	if (result == REEVE_OK)
		*out = domain;
	else if (result != REEVE_ERR_HOST) /* that one does not answer */
		host_memory_give_back(host, NULL);
	return result;
}

enum reeve_action reeve_guest_action(const struct reeve_guest *guest,
				     enum reeve_reason reason)
{
	const struct domain *domain = guest->domain;
	int action = domain->on_crash;

	if (reason == REEVE_POWEROFF)
		action = domain->on_poweroff;
	if (reason == REEVE_REBOOT)
		action = domain->on_reboot;
	switch (action) {
	case DOMAIN_ACTION_RESTART:
	case DOMAIN_ACTION_COREDUMP_RESTART:
		return REEVE_ACTION_RESTART;
	case DOMAIN_ACTION_RENAME_RESTART:
		return REEVE_ACTION_RENAME_RESTART;
	case DOMAIN_ACTION_PRESERVE:
		return REEVE_ACTION_PRESERVE;
	default:
		return REEVE_ACTION_DESTROY;
	}
}
