/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The domains of a host: their life from a control request to their end, and
 * what each consists of. Portable; what moves threads is in struct domain_ops.
 *
 * Locks: a domain's life fields are guarded by domain->lock, the table by
 * domains->lock (taken first); both are spinlocks and held for a few loads and
 * stores only. Anything that issues RMI commands for a Realm after its
 * activation holds domain->memory_lock, whose waiters let other threads run, and
 * which is never taken while a spinlock is held. It also guards what a
 * domain costs (domain->own, domain->realm, domain->stage2, segments).
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "hypervisor/core/busy_lock.h"
#include "hypervisor/core/domain/stage2.h"
#include "hypervisor/core/io/vuart.h"
#include "hypervisor/core/realm/realm.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/core/vcpu/vcpu.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"
#include "lib/spinlock.h"

struct attack_ops;
struct dmesg;
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
	 * do. Any core may call it, with domain->lock or the locks of devices
	 * held; of a vCPU whose thread ends or has gone it does nothing: other
	 * vCPUs of the domain may not know. vcpu_end: waits (letting others
	 * run) until the thread has gone; the domain is DYING and was kicked.
	 */
	bool (*vcpu_start)(void *ctx, struct vcpu *vcpu);
	void (*vcpu_kick)(void *ctx, struct vcpu *vcpu);
	void (*vcpu_end)(void *ctx, struct vcpu *vcpu);
	/* There is work for domains_work(). */
	void (*work_kick)(void *ctx);
	/*
	 * A new domain has that console. The guest wrote a byte to it (waits
	 * while a terminal is behind). It can take input again (calls
	 * vuart_input()). The last two with no lock held.
	 */
	void (*console_take)(void *ctx, unsigned slot);
	void (*console_put)(void *ctx, unsigned slot, uint8_t byte);
	void (*console_ready)(void *ctx, unsigned slot);
	/* Flushes what the TLBs hold of an ordinary guest's stage 2. */
	void (*tlb_flush)(void *ctx, unsigned vmid);
	/* Pages that the allocator has given out, now. */
	uint64_t (*pages_used)(void *ctx);
	/* Turns the machine off; may return where it cannot. */
	void (*power_off)(void *ctx);
};

/* Content that was granted, and is to be filled by the toolstack. */
struct domain_segment {
	ipa_t ipa;
	uint64_t size; /* bytes */
	struct granules_range pages;
};

struct domain {
	struct spinlock lock;
	struct domains *domains;
	const struct domain_ops *ops;
	uint32_t domid; /* 0: this place in the table is free */
	uint32_t state; /* enum control_state; read without the lock too */
	bool is_realm;
	uint32_t console; /* slot, or CONTROL_NO_CONSOLE */
	unsigned vcpu_count;
	struct vcpu *vcpus;
	struct vgic vgic;
	struct vuart vuart;
	bool has_vuart;
	struct realm realm; /* of a Realm */
	struct stage2 stage2; /* of an ordinary guest */
	unsigned vmid; /* of an ordinary guest */
	uint64_t ram_size; /* from GUEST_RAM0_BASE */
	uint32_t weight; /* share of CPU time */
	struct busy_lock memory_lock;

	/* What it was asked to be. */
	struct control_create create;
	struct control_build entry;
	uint32_t reason; /* enum control_reason, in SHUTDOWN */
	char text[CONTROL_TEXT_SIZE];
	const void *session; /* that is to destroy it should it close; or NULL */
	uint64_t created_ns;
	uint64_t first_entry_ns; /* from then on; 0: not yet */

	/* What it costs. */
	unsigned users; /* that look at it; domains->lock */
	uint64_t promised; /* pages; domains->lock */
	struct rmi_failure failure; /* of own */
	struct granules own; /* all but what realm.granules has */
	struct granules_range vcpu_pages;
	struct granules_range irq_pages;
	struct granules_range run_pages;
	struct domain_segment segments[CONTROL_SEGMENTS];
	unsigned segment_count;
	uint32_t cancelled; /* its build, if it is not over yet */
	uint64_t pages_dying; /* that it held when it began to die */
	unsigned threads; /* of vCPUs, that were started; lock */
};

/* What the port says at the start. */
struct domains_config {
	struct host *host; /* host_init() has run, whatever came of it */
	const struct domain_ops *ops;
	struct dmesg *dmesg;
	const char *rmm_text; /* why there can be no Realms; NULL: there can */
	uint64_t pages; /* that the allocator has left for guests */
	unsigned thread_pages; /* of them, that vcpu_start() takes each time */
	unsigned cores; /* that run guests */
	unsigned lr_count; /* 1 + ICH_VTR_EL2.ListRegs */
	bool debug; /* Realms may have a vuart */
	const struct attack_ops *attack; /* debug build; else NULL */
};

struct domains {
	struct spinlock lock;
	struct domains_config config; /* everything it points to stays */
	uint32_t last_domid;
	uint64_t promised; /* pages, all domains */
	struct domain table[CONTROL_DOMAINS];
};

void domains_init(struct domains *domains, const struct domains_config *config);

/*
 * Carries out the builds and destructions that are due; for one thread of the
 * port, after each domain_ops.work_kick(), which may come while this runs: it
 * is then to be called once more. Takes long; relax() is called within.
 */
void domains_work(struct domains *domains);

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

/* A vCPU is about to be entered: notes when that was first so. */
void domain_entered(struct domain *domain);

/* The domain whose console this is; NULL: none, or it is dying. It stays until
 * domain_put(). */
struct domain *domains_console(struct domains *domains, unsigned slot);

/* The domain of that id, which stays until domain_put(). NULL: none. */
struct domain *domain_get(struct domains *domains, uint32_t domid);
void domain_put(struct domain *domain);

#endif
