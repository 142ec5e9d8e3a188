/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest's virtio device, whose requests are carried to a device of the host
 * and back. The guest sees the registers of virtio over MMIO (virtio 1.2, 4.2)
 * and has its rings in its own memory. The carrier reads each descriptor once,
 * into a copy, checks it, finds the host's pages behind it, and writes it to a
 * ring of its own, which the host's device (backend.h) reads. Buffers are not
 * copied. It does not know what a request says, so one carrier serves all kinds
 * of devices.
 *
 * A guest whose rings make no sense, and a host's device whose answers make
 * none, break the device: it says DEVICE_NEEDS_RESET, the log says why, and
 * nothing else stops.
 *
 * Pages of the guest in a request that is under way are pinned: the host's
 * device may access them at any time. virtio_pinned() finds them. They are
 * unpinned when the answer has come, or when the host's device says that it is
 * reset.
 *
 * Requests are carried by the vCPU that notifies the device, answers by the
 * vCPU whose run the host's interrupt ended (virtio_poll()), and either by a
 * thread of the domain (virtio_work()), which other interrupts wake. No part of
 * this waits for the host's device: what cannot be done yet is done at a later
 * call. So a device that hangs holds its own guest only.
 *
 * Locks, in the order in which they are acquired: the device's lock; the
 * guest's memory (virtio_ops.memory_lock); spinlocks. The first two may be held
 * over RMI commands, so that no spinlock may be held when they are acquired.
 * Pages are pinned with both held, so that who holds the memory's lock sees no
 * page become pinned.
 */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_VIRTIO_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "hypervisor/core/host.h"
#include "hypervisor/core/virtio/backend.h"
#include "lib/addr.h"

#define VIRTIO_PIECES 1024 /* pieces of a request, the most */
#define VIRTIO_TEXT   128 /* what broke a device, with its NUL */
#define VIRTIO_WINDOW 0x200 /* bytes of the registers */

/* How long the carrier may leave rings unread after it found several requests
 * at once (virtio_work.c). */
#define VIRTIO_POLL_NS UINT64_C(500000)

/* Consecutive memory of the host around an address of the guest. */
struct virtio_run {
	uint64_t address; /* of its first byte, as the guest names it */
	ipa_t ipa; /* the byte's own address: a Realm's pages have two names */
	pa_t pa;
	uint64_t size; /* bytes */
};

/* The functions that a device needs from its domain. */
struct virtio_ops {
	void *ctx;
	const struct host_ops *host;
	/* Acquire and release the lock of the guest's memory. */
	void (*memory_lock)(void *ctx);
	void (*memory_unlock)(void *ctx);
	/*
	 * Finds the host's memory around an address of the guest, which devices
	 * may access: the address's page at least, at most the 2 MiB that it
	 * lies in, whole pages. It stays where it is until memory_changes has
	 * another value. Returns NULL, or why there is none, in words that
	 * follow "0x..., which". The lock is held.
	 */
	const char *(*memory_find)(void *ctx, uint64_t address,
				   struct virtio_run *run);
	/* Counts how often memory was taken back. Read with the lock held. */
	const uint64_t *memory_changes;
	/* Sets the level of the interrupt of the device with that index. */
	void (*line_set)(void *ctx, unsigned index, bool level);
	/* Has virtio_work(), or virtio_poll(), called soon. Interrupt handlers
	 * call it too. */
	void (*kick)(void *ctx);
	/* Has one of them called at that time (host_ops.now_ns), or before. */
	void (*come_by)(void *ctx, uint64_t ns);
	/* Returns the time (host_ops.now_ns) until which requests of the device
	 * with that index stay where they are, in the guest's rings. A time in
	 * the past: they are carried. When it changes to an earlier one,
	 * virtio_work() is called. */
	uint64_t (*held_until)(void *ctx, unsigned index);
	/* Tells a person that a device broke. */
	void (*broken)(void *ctx, unsigned index, const char *why);
};

struct virtio_device;

/* The facts of a device at its creation. */
struct virtio_plan {
	const struct virtio_ops *ops; /* stays valid */
	const struct virtio_backend *backend; /* is copied */
	unsigned index;
	uint32_t id; /* VIRTIO_ID_* */
	unsigned queues; /* as virtio_probe() returned them */
	void *memory; /* virtio_memory_size(queues) bytes, all zero */
	/* virtio_shared_size(queues) bytes that the host's device can access:
	 * the address of the first page, and where they are mapped. */
	pa_t shared_base;
	void *shared;
};

/*
 * Resets a host's device, and checks that it can be carried. Returns NULL, and
 * in *queues how many queues of it are used, or what is wrong in words that
 * follow "the device".
 */
const char *virtio_probe(const struct virtio_backend *backend, unsigned *queues);

/* Return how many bytes of memory a device needs: for the hypervisor alone, and
 * shared with the host's device. */
size_t virtio_memory_size(unsigned queues);
size_t virtio_shared_size(unsigned queues);

/* Makes a device in plan->memory, which it returns. */
struct virtio_device *virtio_device_init(const struct virtio_plan *plan);

/* The result of an access to the registers. */
enum virtio_access {
	VIRTIO_ACCESS_NONE, /* there is no such register: an external abort */
	VIRTIO_ACCESS_DONE,
	/* Not yet: the vCPU is to make the access again. Only a write of 0 to
	 * Status, while requests are under way, has this result. */
	VIRTIO_ACCESS_LATER,
};

/* Carries out an access of the guest. offset is below VIRTIO_WINDOW. */
enum virtio_access virtio_access(struct virtio_device *device, uint64_t offset,
				 unsigned size, bool write, uint64_t *value);

/* Acquire and release the device's lock. Work that came meanwhile, to a thread
 * that did not wait for the lock, is left to the thread of the domain. */
void virtio_lock(struct virtio_device *device);
void virtio_unlock(struct virtio_device *device);

/*
 * virtio_show() has the registers shown from now on in VIRTIO_WINDOW bytes of
 * memory, aligned to 4, which the guest can read but not write: its reads need
 * not come to virtio_access() then. virtio_hide() ends that. The caller holds
 * the device's lock.
 */
void virtio_show(struct virtio_device *device, uint8_t *window);
void virtio_hide(struct virtio_device *device);

/* Asks the host's device why it interrupted, and notes it. Returns false if it
 * did not. The handler of the interrupt calls it. */
bool virtio_interrupt(struct virtio_device *device);

/* Carries what an interrupt has noted, if it has, and all that there is if the
 * time of virtio_next() has come. Another thread that is at the device does it
 * instead. */
void virtio_poll(struct virtio_device *device);

/* Returns the time (host_ops.now_ns) at which virtio_work() or virtio_poll() is
 * to be called at the latest, as of the last round; UINT64_MAX: after a kick
 * only. */
uint64_t virtio_next(const struct virtio_device *device);

/*
 * Carries what there is to carry, both ways. Returns the time (host_ops.now_ns)
 * at which it is to be called again at the latest; UINT64_MAX: when there is a
 * kick.
 */
uint64_t virtio_work(struct virtio_device *device);

/*
 * Ends the use of the host's device: it is reset, and nothing is pinned any
 * more. The registers are not accessed at the same time. Returns false if that
 * has to wait for requests under way; it is then to be called again.
 */
bool virtio_stop(struct virtio_device *device);

/*
 * Pages in [base, end) are about to be taken from the guest. A device whose
 * rings lie there breaks. One with requests under way there is reset, unless
 * that would wait; then the caller has to.
 */
void virtio_release(struct virtio_device *device, ipa_t base, ipa_t end);

/* Returns the lowest pinned address in [base, end), or end. The caller holds
 * the lock of the guest's memory. */
ipa_t virtio_pinned(const struct virtio_device *device, ipa_t base, ipa_t end);

/* The present state of a device, for a person. Other threads change the
 * counters meanwhile: each is right, but they may be from different moments. */
struct virtio_state {
	bool broken; /* why is the reason */
	bool stopping; /* a reset waits for requests under way */
	uint32_t status;
	uint32_t queues; /* that the driver has set up */
	uint64_t features; /* agreed on */
	uint64_t requests; /* taken from the guest */
	uint64_t in_flight; /* of those, not answered yet */
	uint64_t pages_pinned; /* by those; a page counts each time */
	uint64_t exits; /* accesses to the registers */
	uint64_t notifications; /* of the host's device */
	uint64_t interrupts; /* of the guest */
	char why[VIRTIO_TEXT];
};

void virtio_state_read(struct virtio_device *device, struct virtio_state *state);

/* Returns how many requests are under way, and adds the pages that they pin.
 * Needs no lock. */
uint64_t virtio_in_flight(const struct virtio_device *device, uint64_t *pages);

#endif
