/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The domains of a host: their life from a control request to their end, and
 * what each consists of. Portable; what moves threads is in struct domain_ops.
 *
 * Locks: a domain's life fields are guarded by domain->lock, the table by
 * domains->lock (taken first); both are spinlocks and held for a few loads and
 * stores only. Anything that issues RMI commands for a Realm after its
 * activation holds domain->memory_busy, a lock that is waited for with
 * host_ops.relax(), and never while a spinlock is held.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "hypervisor/core/host_init.h"
#include "hypervisor/core/realm.h"
#include "hypervisor/core/vcpu.h"
#include "hypervisor/core/vgic.h"
#include "hypervisor/core/vuart.h"
#include "lib/addr.h"
#include "lib/spinlock.h"

struct domains;

/* What the core needs of the port beside struct host_ops. */
struct domain_ops {
	void *ctx;
	/* Nanoseconds since boot, and the counter that guests read (ticks). */
	uint64_t (*now_ns)(void *ctx);
	uint64_t (*counter)(void *ctx);
	/*
	 * vcpu_start: makes the thread of a vCPU, which waits until it is
	 * online and its domain RUNNING. false: no memory. vcpu_kick: the vCPU
	 * leaves the guest, or stops waiting, and looks again at what it is to
	 * do (any core may call it). vcpu_end: waits (letting others run) until
	 * the thread has gone; the domain is SHUTDOWN or DYING and was kicked.
	 */
	bool (*vcpu_start)(void *ctx, struct vcpu *vcpu);
	void (*vcpu_kick)(void *ctx, struct vcpu *vcpu);
	void (*vcpu_end)(void *ctx, struct vcpu *vcpu);
	/* There is work for domains_work(). */
	void (*work_kick)(void *ctx);
	/* The guest wrote a byte to its console; it can take input again. */
	void (*console_put)(void *ctx, unsigned slot, uint8_t byte);
	void (*console_ready)(void *ctx, unsigned slot);
	/* Flushes what the TLBs hold of an ordinary guest's stage 2. */
	void (*tlb_flush)(void *ctx, unsigned vmid);
	/* Debug build: touches a page that is delegated. */
	bool (*attack)(
		void *ctx, pa_t pa, bool write, struct control_attack *result);
};

struct domain {
	struct spinlock lock;
	struct domains *domains;
	const struct domain_ops *ops;
	uint32_t domid;
	uint32_t state; /* enum control_state; read without the lock too */
	bool is_realm;
	uint32_t console; /* slot, or CONTROL_NO_CONSOLE */
	unsigned vcpu_count;
	struct vcpu *vcpus;
	struct vgic vgic;
	struct vuart vuart;
	bool has_vuart;
	struct realm realm; /* of a Realm */
	uint64_t ram_size; /* from GUEST_RAM0_BASE */
	uint32_t weight; /* share of CPU time */
	uint32_t memory_busy;
};

/*
 * The domain has ended: the first reason stays, every vCPU is kicked and none
 * is entered again. The text is for a person. Any core; takes domain->lock.
 */
void domain_stop(struct domain *domain, enum control_reason reason,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* NULL: there is no such vCPU. */
struct vcpu *domain_vcpu(struct domain *domain, unsigned index);

/* Whether its vCPUs may be entered now. */
bool domain_runs(const struct domain *domain);

#endif
