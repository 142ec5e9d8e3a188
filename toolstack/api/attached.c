/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices of domains on a host: has them while a guest is made, takes out
 * what a guest has left, and tells what there is. */
#include "toolstack/api/attached.h"

#include <string.h>

#include "abi/virtio.h"
#include "toolstack/devices/ask.h"
#include "toolstack/host/clock.h"
#include "toolstack/host/watch.h"
#include "toolstack/report/report.h"

/* How long a disk with requests may answer none of them. */
#define ANSWER_PATIENCE_MS 3000
#define ANSWER_POLL_MS     20

/* ---- Disks that do not answer ------------------------------------------- */

static bool disk_is_silent(const struct reeve_domain_device *disk,
			   uint64_t answered)
{
	return disk->in_flight > 0 &&
	       disk->requests - disk->in_flight == answered;
}

static int tell_silent(const struct reeve_domain *domain,
		       const struct reeve_domain_device *disk,
		       struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    "mend what its image is on, and try again",
			    "the disk in slot %u, of the domain \"%s\", does not "
			    "answer, and QEMU would stop the whole host if it "
			    "changed devices now",
			    disk->slot, domain->name);
}

/* Waits until the disk has answered a request, if it has any. */
static int disk_await(struct reeve_host *host, const struct reeve_watch *watch,
		      const struct reeve_domain *domain,
		      struct reeve_domain_device *disk,
		      struct reeve_report *report)
{
	struct reeve_report *unheard = reeve_report_new();
	uint64_t answered = disk->requests - disk->in_flight;
	int64_t deadline = clock_ms() + ANSWER_PATIENCE_MS;
	int result = REEVE_OK;

	if (unheard == NULL)
		return REEVE_ERR_MEMORY;
	while (result == REEVE_OK && disk_is_silent(disk, answered)) {
		if (clock_ms() >= deadline)
			result = tell_silent(domain, disk, report);
		else if (!watch_go_on(watch, "waiting for a disk", 0, 0))
			result = REEVE_ERR_STOPPED;
		else
			clock_pause(ANSWER_POLL_MS);
		/* A domain that was dying is gone when it has the answer. */
		if (result == REEVE_OK &&
		    host->ops->device(host->engine, domain->domid, disk->index,
				      disk, unheard) != REEVE_OK)
			disk->in_flight = 0;
	}
	reeve_report_free(unheard);
	return result;
}

static int domain_disks_await(struct reeve_host *host,
			      const struct reeve_watch *watch,
			      const struct reeve_domain *domain,
			      struct reeve_report *report)
{
	struct reeve_domain_device device;
	int result = REEVE_OK;

	for (unsigned i = 0; result == REEVE_OK && i < domain->devices; i++) {
		result = host->ops->device(host->engine, domain->domid, i,
					   &device, report);
		if (result == REEVE_OK && device.virtio_id == VIRTIO_ID_BLOCK)
			result = disk_await(host, watch, domain, &device,
					    report);
	}
	return result;
}

int attached_await_others(struct reeve_host *host,
			  const struct reeve_watch *watch, unsigned domid,
			  struct reeve_report *report)
{
	struct reeve_domain domain = { 0 };
	int result;

	while ((result = host->ops->next(host->engine, domain.domid + 1,
					 &domain, report)) == REEVE_OK) {
		if (domain.domid != domid)
			result = domain_disks_await(host, watch, &domain,
						    report);
		if (result != REEVE_OK)
			return result;
	}
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

/* ---- Disks that are held ------------------------------------------------ */

/* So long the disks are held at most. Devices are plugged in less. */
#define HOLD_MS      10000
#define HOLD_POLL_MS 5

static int tell_held_silent(struct reeve_host *host,
			    const struct engine_hold *hold,
			    struct reeve_report *report)
{
	struct reeve_domain_device disk = { 0 };
	struct reeve_domain domain = { 0 };
	int result = host->ops->next(host->engine, hold->domid, &domain, report);

	if (result == REEVE_OK) {
		result = host->ops->device(host->engine, hold->domid,
					   hold->device, &disk, report);
	}
	return result == REEVE_OK ? tell_silent(&domain, &disk, report) : result;
}

/* Waits until QEMU has answered all requests of disks. Gives up when it answers
 * none for a while. */
static int held_await(struct reeve_host *host, const struct reeve_watch *watch,
		      struct reeve_report *report)
{
	int64_t deadline = clock_ms() + ANSWER_PATIENCE_MS;
	uint64_t least = UINT64_MAX;
	struct engine_hold hold;
	int result;

	while ((result = host->ops->hold(host->engine, HOLD_MS, &hold,
					 report)) == REEVE_OK &&
	       hold.in_flight > 0) {
		if (hold.in_flight < least) {
			least = hold.in_flight;
			deadline = clock_ms() + ANSWER_PATIENCE_MS;
		}
		if (clock_ms() >= deadline)
			return tell_held_silent(host, &hold, report);
		if (!watch_go_on(watch, "waiting for a disk", 0, 0))
			return REEVE_ERR_STOPPED;
		clock_pause(HOLD_POLL_MS);
	}
	return result;
}

int attached_hold(struct reeve_host *host, const struct reeve_watch *watch,
		  struct reeve_report *report)
{
	int result = held_await(host, watch, report);

	if (result != REEVE_OK)
		attached_let_go(host);
	return result;
}

/* A failure means that the connection has ended, and so the hold has. */
void attached_let_go(struct reeve_host *host)
{
	struct reeve_report *unheard = reeve_report_new();
	struct engine_hold hold;

	if (unheard != NULL)
		(void)host->ops->hold(host->engine, 0, &hold, unheard);
	reeve_report_free(unheard);
}

/* ---- Slots -------------------------------------------------------------- */

static int domain_slots_read(struct reeve_host *host,
			     const struct reeve_watch *watch,
			     const struct reeve_domain *domain,
			     struct devices_slots *slots,
			     struct reeve_report *report)
{
	struct reeve_domain_device device;
	int result = REEVE_OK;

	for (unsigned i = 0; result == REEVE_OK && i < domain->devices; i++) {
		result = host->ops->device(host->engine, domain->domid, i,
					   &device, report);
		if (result != REEVE_OK)
			return result;
		if (device.slot != REEVE_NO_SLOT)
			slots->owned[device.slot] = true;
		if (device.virtio_id == VIRTIO_ID_BLOCK)
			result = disk_await(host, watch, domain, &device,
					    report);
	}
	return result;
}

/*
 * Asks the hypervisor which slots there are, and which of them belong to a
 * domain. Fails if the disk of one does not answer: to add or remove a disk,
 * QEMU waits until no request of any disk is under way, with its big lock held,
 * and the whole host would stand still.
 */
static int slots_read(struct reeve_host *host, const struct reeve_watch *watch,
		      struct devices_slots *slots, struct reeve_report *report)
{
	struct reeve_domain domain = { 0 };
	struct reeve_host_info info;
	int result = host->ops->host(host->engine, &info, report);

	*slots = (struct devices_slots){ .count = info.slots };
	if (result != REEVE_OK)
		return result;
	while ((result = host->ops->next(host->engine, domain.domid + 1,
					 &domain, report)) == REEVE_OK) {
		result = domain_slots_read(host, watch, &domain, slots, report);
		if (result != REEVE_OK)
			return result;
	}
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

int attached_open(struct reeve_host *host, const struct reeve_watch *watch,
		  struct devices **out, struct devices_slots *slots,
		  struct reeve_report *report)
{
	int result = devices_open(&host->folder, watch, out, report);

	if (result != REEVE_OK)
		return result;
	result = slots_read(host, watch, slots, report);
	if (result == REEVE_OK)
		result = devices_flush(*out, slots, report);
	if (result == REEVE_OK)
		result = attached_hold(host, watch, report);
	if (result == REEVE_OK) {
		result = devices_reap(*out, slots, report);
		if (result != REEVE_OK)
			attached_let_go(host);
	}
	if (result != REEVE_OK)
		devices_close(*out);
	return result;
}

void attached_reap(struct reeve_host *host, const struct reeve_watch *watch,
		   struct reeve_report *report)
{
	struct reeve_report *why = reeve_report_new();
	struct devices_slots slots;
	struct devices *devices;

	if (why == NULL)
		return;
	if (attached_open(host, watch, &devices, &slots, why) == REEVE_OK) {
		attached_let_go(host);
		devices_close(devices);
	} else {
		report_add(report, REEVE_WARNING, NULL, NULL,
			   "the next guest with devices that is made takes them "
			   "out",
			   "the guest's devices are still in QEMU: %s",
			   reeve_report_count(why) > 0
				   ? reeve_report_get(why, 0)->message
				   : "it was not waited for");
	}
	reeve_report_free(why);
}

/* ---- Telling ------------------------------------------------------------ */

struct telling {
	struct qmp *qmp;
	const struct reeve_domain *domain;
	void (*visit)(void *context, const struct reeve_attached *attached);
	void *context;
	struct reeve_report *report;
};

static unsigned virtio_id_of(enum reeve_attached_kind kind)
{
	static const unsigned ids[] = {
		[REEVE_ATTACHED_DISK] = VIRTIO_ID_BLOCK,
		[REEVE_ATTACHED_VIF] = VIRTIO_ID_NET,
		[REEVE_ATTACHED_CHANNEL] = VIRTIO_ID_CONSOLE,
	};

	return ids[kind];
}

static struct reeve_attached attached_of(const struct telling *telling,
					 const struct reeve_domain_device *device)
{
	return (struct reeve_attached){
		.device = *device,
		.untrusted = telling->domain->realm,
	};
}

static int disk_tell(const struct telling *telling,
		     const struct reeve_domain_device *device)
{
	struct reeve_attached attached = attached_of(telling, device);
	int result = ask_disk(telling->qmp, device->slot, &attached,
			      telling->report);

	if (result == REEVE_OK)
		telling->visit(telling->context, &attached);
	return result;
}

static int vif_tell(const struct telling *telling,
		    const struct reeve_domain_device *device)
{
	struct reeve_attached attached = attached_of(telling, device);
	int result =
		ask_vif(telling->qmp, device->slot, &attached, telling->report);

	if (result == REEVE_OK)
		telling->visit(telling->context, &attached);
	return result;
}

static int channels_tell(const struct telling *telling,
			 const struct reeve_domain_device *device)
{
	int result = REEVE_OK;

	for (unsigned part = 1; result == REEVE_OK; part++) {
		struct reeve_attached attached = attached_of(telling, device);

		result = ask_channel(telling->qmp, device->slot, part,
				     &attached, telling->report);
		if (result == REEVE_OK)
			telling->visit(telling->context, &attached);
	}
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

static int device_tell(const struct telling *telling,
		       const struct reeve_domain_device *device)
{
	switch (device->virtio_id) {
	case VIRTIO_ID_BLOCK:
		return disk_tell(telling, device);
	case VIRTIO_ID_NET:
		return vif_tell(telling, device);
	default:
		return channels_tell(telling, device);
	}
}

/* Connects to QEMU, which looks at the images if it is asked about disks. */
static int telling_open(struct reeve_host *host, const struct telling *telling,
			enum reeve_attached_kind kind, struct devices **devices)
{
	int result = devices_open(&host->folder, host->watch, devices,
				  telling->report);

	return result == REEVE_OK && kind == REEVE_ATTACHED_DISK
		       ? devices_look(*devices, telling->report)
		       : result;
}

/* Tells of the devices of that kind. Connects to QEMU for the first. */
static int kind_tell(struct reeve_host *host, struct telling *telling,
		     enum reeve_attached_kind kind, struct devices **devices)
{
	int result = REEVE_OK;

	for (unsigned i = 0; result == REEVE_OK && i < telling->domain->devices;
	     i++) {
		struct reeve_domain_device device;

		result = host->ops->device(host->engine, telling->domain->domid,
					   i, &device, telling->report);
		if (result != REEVE_OK ||
		    device.virtio_id != virtio_id_of(kind) ||
		    device.slot == REEVE_NO_SLOT)
			continue;
		if (*devices == NULL)
			result = telling_open(host, telling, kind, devices);
		if (result != REEVE_OK)
			return result;
		telling->qmp = devices_qmp(*devices);
		result = device_tell(telling, &device);
	}
	return result;
}

int reeve_domain_attached(struct reeve_host *host,
			  const struct reeve_domain *domain,
			  enum reeve_attached_kind kind,
			  void (*visit)(void *context,
					const struct reeve_attached *attached),
			  void *context, struct reeve_report *report)
{
	struct telling telling = {
		.domain = domain,
		.visit = visit,
		.context = context,
		.report = report,
	};
	struct devices *devices = NULL;
	int result = kind_tell(host, &telling, kind, &devices);

	devices_close(devices);
	return result;
}
