/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio devices of a domain, which lie in slots of the host. A domain
 * without any has no such record, and the functions below do nothing for it.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_DEVICES_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/virtio/hvc.h"
#include "hypervisor/core/virtio/virtio.h"

/* How many pages and how many blocks of 2 MiB that a Realm shares are kept, so
 * that the RMM need not be asked again. Guarded by domain->memory_lock. */
#define DEVICE_CACHE 512

/* Pages of registers that the guest can read without an exit. */
#define DEVICE_PAGES                                                           \
	((CONTROL_DEVICES * GUEST_VIRTIO_MMIO_STEP + GUEST_PAGE_SIZE - 1) /    \
	 GUEST_PAGE_SIZE)

struct device_page {
	bool begun; /* a vCPU has it shown, or tried to */
	pa_t pa;
	uint8_t *shown; /* where it is mapped; NULL: it is not shown */
};

struct domain_devices {
	struct domain *domain;
	struct virtio_ops ops;
	struct virtio_ops hvc_ops; /* of the console without a slot */
	struct hvc hvc;
	/* Devices whose slots are on, from the first on; the last one may be
	 * of no use. */
	unsigned opened;
	bool has_disk; /* one of them is a disk, or may be one */
	unsigned count; /* devices that were made */
	bool started; /* their thread was */
	struct spinlock next_lock; /* guards next_ns */
	uint64_t next_ns; /* when the thread comes by itself */
	bool ends; /* it was told to look whether they can be ended */
	/* The end of the last time in which the disks of all domains were held
	 * to empty the slots; 0: there was none. */
	uint64_t hold_end_ns;
	uint64_t hold_least; /* requests under way, the fewest in that time */
	struct virtio_device *devices[CONTROL_DEVICES];
	struct granules_range pages; /* of this record */
	struct granules_range thread;
	struct granules_range memory[CONTROL_DEVICES];
	struct granules_range shared[CONTROL_DEVICES]; /* with the device */
	struct device_page registers[DEVICE_PAGES];
	bool show_failed; /* a page of them is not shown, as the log says */
	uint64_t memory_changes; /* struct virtio_ops; guarded as the next ones */
	struct stage2_run shared_pages[DEVICE_CACHE]; /* size 0: none */
	struct stage2_run shared_blocks[DEVICE_CACHE];
};

/* device_has_slot() returns true if the guest's device is a device of QEMU's in
 * a slot. domain_devices_slots() returns the number of such devices. */
static inline bool device_has_slot(const struct control_create *create,
				   unsigned index)
{
	return create->devices[index].slot != CONTROL_SLOT_CONSOLE;
}
unsigned domain_devices_slots(const struct control_create *create);

/* Returns true if a device of the domain is a disk of QEMU's. */
bool domain_device_is_disk(const struct domain *domain, unsigned index);

/* Returns how many pages the record and the thread need. */
uint64_t domain_devices_pages(const struct domains *domains,
			      const struct control_create *create);

/*
 * Opens the devices that domain->create names. Returns CONTROL_OK or a refusal;
 * domain_devices_abandon() and domain_devices_close() undo what was done in
 * both cases. No other thread can find the domain yet.
 */
enum control_status domain_devices_open(struct domain *domain, char *text);

/* Empties the slots of a domain whose devices were never started. Returns false
 * if that has to wait until a disk of another domain has answered its
 * requests: then domain_devices_stop() is to be called. */
bool domain_devices_abandon(struct domain *domain);

/* Frees all memory. The slots are empty. devices may be NULL. */
void domain_devices_close(struct domain *domain, struct domain_devices *devices);

/* Fills in how to drive the virtio console without a slot. */
void domain_hvc_open(struct domain *domain, struct virtio_backend *backend);

/* Has domain_devices_work() called soon. */
void domain_devices_kick(struct domain *domain);

/* Starts the thread that carries requests. */
void domain_devices_start(struct domain *domain);

/*
 * Ends the use of the host's devices, which access no memory any more then,
 * empties their slots, and ends the thread. No vCPU runs. Returns false if a
 * device, or a disk of another domain, still has requests, with the reason in
 * domain->text; domain_ops.work_kick() is called when it is worth another try.
 */
bool domain_devices_stop(struct domain *domain);

/* Carries what there is to carry. The thread of the devices calls it after each
 * slot_ops.thread_kick(). Returns the time (host_ops.now_ns) at which it is to
 * be called again at the latest. */
uint64_t domain_devices_work(struct domain *domain);

/* Carries what interrupts have noted, and what is due. A vCPU calls it after
 * each exit: the thread need not come then. */
void domain_devices_poll(struct domain *domain);

/*
 * Lets the guest read the registers of its devices around an address without
 * exits from now on. Returns false if there is no such device, or nothing to be
 * done. A vCPU calls it for a read that came out.
 */
bool domain_devices_show(struct domain *domain, ipa_t ipa);
/* Ends that, before the guest's memory is freed. No vCPU runs. */
void domain_devices_hide(struct domain *domain);

/* For memory.c. Addresses are IPAs in RAM. domain_devices_release() breaks the
 * devices that need memory that is about to be taken back; no lock is held. The
 * others are called with domain->memory_lock held: the end of what may be taken
 * of [base, top), in whole pages; what is known about shared pages. */
void domain_devices_release(struct domain *domain, ipa_t base, ipa_t top);
ipa_t domain_devices_free_up_to(const struct domain *domain, ipa_t base,
				ipa_t top);
bool domain_devices_recall(const struct domain *domain, ipa_t page,
			   struct stage2_run *memory);
void domain_devices_remember(struct domain *domain,
			     const struct stage2_run *shared);
void domain_devices_forget(struct domain *domain, ipa_t base, ipa_t top);

#endif
