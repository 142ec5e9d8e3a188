/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The domains of a host: their life from a control request to their end, and
 * the parts of each. This code is portable: threads, consoles and clocks are
 * behind struct domain_ops.
 *
 * Locks, in the order in which they are acquired:
 *
 * 1. domain->memory_lock guards the pages of a domain (own, realm, stage2,
 *    segments). Whoever issues RMI commands through domain->realm holds it.
 *    RMI_REC_ENTER and RMI_PSCI_COMPLETE need only RECs and run without it.
 * 2. domains->lock guards the table of domains and what is promised to them.
 * 3. domain->lock guards the fields of a domain's life: state, reason, text,
 *    session, threads. The state alone is also read without it.
 *
 * The last two are spinlocks, held for a few loads and stores. memory_lock is
 * held over RMI commands, which take long, and both its owner and its waiters
 * let other threads run meanwhile. So it must never be acquired while a
 * spinlock is held: another thread would spin for that spinlock on the core on
 * which its owner would have to run.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "hypervisor/core/busy_lock.h"
#include "hypervisor/core/domain/disk_hold.h"
#include "hypervisor/core/domain/stage2.h"
#include "hypervisor/core/io/pvpanic.h"
#include "hypervisor/core/io/vrtc.h"
#include "hypervisor/core/io/vuart.h"
#include "hypervisor/core/realm/realm.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/core/vcpu/vcpu.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"
#include "lib/spinlock.h"

struct attack_ops;
struct dmesg;
struct domain;
struct domain_devices;
struct domains;
struct virtio_backend;
struct virtio_device;

/* The functions that the core needs from the port beside struct host_ops. */
struct domain_ops {
	void *ctx;
	/* Return nanoseconds since boot, and the machine's counter in ticks. */
	uint64_t (*now_ns)(void *ctx);
	uint64_t (*counter)(void *ctx);
	/* Returns CNTP_CTL_EL0 (physical) or CNTV_CTL_EL0 of this core. */
	uint64_t (*timer_ctl)(void *ctx, bool physical);
	/* Returns the seconds since 1970, UTC, modulo 2^32. */
	uint32_t (*utc)(void *ctx);
	/*
	 * Starts the thread of a vCPU, which waits until the vCPU is online and
	 * its domain RUNNING. It has thread_pages consecutive pages, aligned to
	 * as many, as long as somebody may kick the vCPU: longer than until
	 * vcpu_end() returns.
	 */
	void (*vcpu_start)(void *ctx, struct vcpu *vcpu, pa_t pages);
	/*
	 * Makes a vCPU leave the guest, or stop waiting, and look again at what
	 * it is to do. Any core may call it, with domain->lock or the locks of
	 * devices held. It does nothing if the thread of the vCPU ends or has
	 * ended, since other vCPUs and the devices of the domain may not know
	 * of that.
	 */
	void (*vcpu_kick)(void *ctx, struct vcpu *vcpu);
	/*
	 * Waits until the thread of a vCPU has ended, and lets other threads
	 * run. The domain is DYING and its vCPUs were kicked.
	 */
	void (*vcpu_end)(void *ctx, struct vcpu *vcpu);
	/* Has domains_work() called soon. */
	void (*work_kick)(void *ctx);
	/* Tells that a new domain has that console. */
	void (*console_take)(void *ctx, unsigned slot);
	/* Outputs a byte that the guest wrote. The byte is lost if there is no
	 * room for it. */
	void (*console_put)(void *ctx, unsigned slot, uint8_t byte);
	/* Returns how many bytes console_put() has room for: at most
	 * VUART_FIFO. domain_console_drained() is called when it is half of
	 * that again. The lock of the UART or of the virtio console is held. */
	unsigned (*console_room)(void *ctx, unsigned slot);
	/* Tells that the guest can take input again. It calls
	 * domain_console_input(), so no spinlock is held. */
	void (*console_ready)(void *ctx, unsigned slot);
	/* Invalidates all TLB entries of an ordinary guest's stage 2. */
	void (*tlb_flush)(void *ctx, unsigned vmid);
	/* Returns an ID register of the machine's CPUs (vcpu/guest_id.h). */
	uint64_t (*id_read)(void *ctx, unsigned crm, unsigned op2);
	/* Returns how many pages are allocated now. */
	uint64_t (*pages_used)(void *ctx);
	/* Fills in the fields dma_fault*. NULL: no access of a device is
	 * stopped. */
	void (*dma_faults)(void *ctx, struct control_host *host);
	/* Turns the machine off. It returns if it cannot. */
	void (*power_off)(void *ctx);
};

/* A device of no kind that a guest can have. */
#define SLOT_STRANGE UINT32_MAX

/*
 * The slots of the host for devices of guests, and the thread that a domain
 * with devices has. The functions about slots take long, and may let other
 * threads run.
 */
struct slot_ops {
	void *ctx;
	/*
	 * Turns a slot on and opens the device in it. Returns CONTROL_OK, how
	 * to drive it, and its kind (VIRTIO_ID_*); or a refusal with its text.
	 * *kind is 0 if the slot is off then. If it is SLOT_STRANGE, close()
	 * has to empty the slot of what cannot be used.
	 */
	enum control_status (*open)(void *ctx, unsigned slot,
				    struct virtio_backend *backend,
				    unsigned *kind, char *text);
	/* Calls virtio_interrupt() for that device at its interrupts. */
	void (*attach)(void *ctx, unsigned slot, struct virtio_device *device);
	/* Empties a slot that is on. virtio_interrupt() is not called, and
	 * does not run, any more. */
	void (*close)(void *ctx, unsigned slot);
	/*
	 * Starts a thread that calls domain_devices_work(), after each kick and
	 * at the time that the last call returned. It uses thread_pages
	 * consecutive pages until thread_end() returns.
	 */
	void (*thread_start)(void *ctx, struct domain *domain, pa_t pages);
	/* Wakes the thread, or has a vCPU of the domain leave the guest, which
	 * then calls domain_devices_poll(). Any core may call it, also in the
	 * handler of an interrupt. It does nothing if there is no thread. */
	void (*thread_kick)(void *ctx, struct domain *domain);
	/* Changes the time at which the thread comes by itself (host_ops.now_ns;
	 * UINT64_MAX: never), if it waits; else it comes once more. */
	void (*thread_until)(void *ctx, struct domain *domain, uint64_t ns);
	/* Waits until the thread has ended. */
	void (*thread_end)(void *ctx, struct domain *domain);
};

/* Pages for content, which were granted to a client that fills them. */
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
	uint32_t state; /* enum control_state; also read without the lock */
	bool is_realm;
	/* Console slots of its UART and of its virtio console, or
	 * CONTROL_NO_CONSOLE. */
	uint32_t console;
	uint32_t hvc;
	unsigned vcpu_count;
	struct vcpu *vcpus;
	struct vgic vgic;
	struct vuart vuart;
	bool has_vuart;
	struct vrtc vrtc;
	bool has_rtc;
	struct pvpanic pvpanic;
	bool has_pvpanic;
	struct domain_devices *devices; /* NULL: it has none */
	struct realm realm; /* of a Realm guest */
	struct stage2 stage2; /* of an ordinary guest */
	unsigned vmid; /* 1 + its place in the table */
	uint64_t ram_size; /* bytes from GUEST_RAM0_BASE on */
	uint32_t weight; /* share of CPU time, of all vCPUs together */
	struct busy_lock memory_lock;

	/* The requests that made it, and its life. */
	struct control_create create;
	struct control_build entry;
	uint32_t reason; /* enum control_reason, in SHUTDOWN */
	char text[CONTROL_TEXT_SIZE];
	const void *session; /* whose end destroys the domain; or NULL */
	uint64_t created_ns;
	uint64_t first_entry_ns; /* since created_ns; 0: not entered yet */

	/*
	 * The time of an ordinary guest: how far its counter is behind the
	 * machine's. It changes only while no vCPU is in the guest, before the
	 * state becomes RUNNING. It is 0 for a Realm, whose counter is the
	 * RMM's. The other fields are guarded by lock.
	 */
	uint64_t counter_offset;
	bool time_stopped;
	uint64_t stopped_at; /* the machine's counter */
	unsigned pauses; /* how often it was paused */

	/* Its pages. */
	unsigned users; /* domain_get() without domain_put(); domains->lock */
	/* Pages of domains_config.pages and .dma_pages; domains->lock. */
	uint64_t promised;
	uint64_t dma_promised; /* does not change once it is LOADING */
	uint64_t device_pages; /* of promised, for its devices */
	struct rmi_failure failure; /* of own */
	struct granules own; /* all pages that are not in realm.granules */
	struct granules_range vcpu_pages;
	struct granules_range irq_pages;
	struct granules_range run_pages; /* of a Realm */
	struct granules_range thread_pages;
	struct domain_segment segments[CONTROL_SEGMENTS];
	unsigned segment_count;
	uint32_t cancelled; /* a build that is not over yet is to fail */
	uint64_t pages_dying; /* pages held when it became DYING */
	unsigned threads; /* started threads of vCPUs; lock */
};

/* The facts that the port tells at the start. */
struct domains_config {
	struct host *host; /* after host_init(), successful or not */
	const struct domain_ops *ops;
	struct dmesg *dmesg;
	const char *rmm_text; /* why there can be no Realms; NULL: there can */
	uint64_t pages; /* free pages of the allocator, for guests */
	/* Those that devices can access, which are not counted in pages; 0 if
	 * devices can access all. */
	uint64_t dma_pages;
	unsigned thread_pages; /* of a vCPU's thread; a power of two */
	unsigned cores; /* cores that run guests */
	unsigned lr_count; /* 1 + ICH_VTR_EL2.ListRegs */
	unsigned slots; /* for devices of guests; 0: there are none */
	const struct slot_ops *slot_ops; /* for those slots */
	bool debug; /* Realms may have a vuart */
	const struct attack_ops *attack; /* debug build; else NULL */
};

struct domains {
	struct spinlock lock;
	struct domains_config config; /* all that it points to stays valid */
	uint32_t last_domid;
	uint64_t promised; /* of config.pages, to all domains */
	uint64_t dma_promised; /* of config.dma_pages */
	/* Pages that sessions have taken to trim the host; lock. No promise may
	 * count on them. */
	uint64_t trimmed; /* of config.pages */
	uint64_t dma_trimmed; /* of config.dma_pages */
	uint64_t trims; /* how often such pages became free again */
	unsigned trim_holds; /* while it is not 0, no session takes any */
	/* The holds of disks; lock. The end of the last hold, which is also
	 * read without the lock; 0: there is none. */
	struct disk_hold holds[DISK_HOLDS];
	uint64_t held_until_ns;
	struct domain table[CONTROL_DOMAINS];
};

void domains_init(struct domains *domains, const struct domains_config *config);

/*
 * Builds and destroys the domains for which that is due. One thread of the port
 * calls it after each domain_ops.work_kick(), and once more if work_kick() was
 * called meanwhile. It takes long and calls relax().
 */
void domains_work(struct domains *domains);

/*
 * Ends a domain: its state becomes SHUTDOWN, each vCPU is kicked and none is
 * entered again. The first reason stays. The text is for a person. Any core may
 * call it; it acquires domain->lock.
 */
void domain_stop(struct domain *domain, enum control_reason reason,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Logs what a domain did that does not end it. A device of a guest calls it
 * only as often as the guest cannot fill the log. */
void domain_note(const struct domain *domain, const char *what);

/* Returns a vCPU, or NULL if the domain has no such vCPU. */
struct vcpu *domain_vcpu(struct domain *domain, unsigned index);

/* Returns true if vCPUs of the domain may be entered now. */
bool domain_runs(const struct domain *domain);

/* Notes the time of the first entry of a vCPU: one is about to be entered. */
void domain_entered(struct domain *domain);

/*
 * Hands input from a console slot to the device of the guest that has the slot.
 * Returns how many bytes it took, or size if no domain has the slot, or only
 * one that is DYING. domain_ops.console_ready() is called when a device takes
 * input again.
 */
size_t domain_console_input(struct domains *domains, unsigned slot,
			    const uint8_t *bytes, size_t size);
/* Tells that device that there is room for output again. */
void domain_console_drained(struct domains *domains, unsigned slot);

/* Returns the domain of that domid, which stays until domain_put(), or NULL. */
struct domain *domain_get(struct domains *domains, uint32_t domid);
void domain_put(struct domain *domain);

#endif
