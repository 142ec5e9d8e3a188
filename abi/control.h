/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control interface, version 1: what the toolstack asks of the hypervisor.
 * It is a stream of fixed-size requests, each answered by one reply, over
 * virtio-serial ports. Little endian. A reader of either side trusts nothing:
 * sizes, offsets, states and texts are checked on a copy.
 *
 * Ports (`nr` of virtserialport): CONTROL_PORTS control ports, each for one
 * client at a time, then two for every console: the terminal and its log. Each
 * connection is a session. When the client closes it, the hypervisor forgets a
 * half-sent request and destroys every domain that the session created and did
 * not bring to PAUSED or further.
 *
 * A client begins with CONTROL_HELLO. Until one is seen after the port was
 * opened, the hypervisor skips bytes one by one, so the leftovers of a killed
 * client in the queue do no harm. cookie is the client's choice and comes back
 * in the reply. A client looks for CONTROL_MAGIC and its cookie, since part of
 * a reply to the client before may come first. If nothing answers to HELLO
 * within some seconds it closes and connects again: QEMU sends nothing more to
 * a port whose last client left while data was waiting both ways, until the
 * next client leaves.
 */
#ifndef REEVE_ABI_CONTROL_H
#define REEVE_ABI_CONTROL_H

#include <stdint.h>

#define CONTROL_MAGIC   UINT64_C(0x4c54434556454552) /* "REEVECTL" */
#define CONTROL_VERSION 1

/* ---- Ports ---- */
#define CONTROL_PORTS             4
#define CONTROL_CONSOLES          12 /* domains that can have a console at once */
#define CONTROL_PORT_NR(n)        (1 + (n))
#define CONTROL_CONSOLE_NR(n)     (1 + CONTROL_PORTS + 2 * (n))
#define CONTROL_CONSOLE_LOG_NR(n) (2 + CONTROL_PORTS + 2 * (n))
/* One more than the highest nr: max_ports of virtio-serial-device. */
#define CONTROL_MAX_PORTS        (1 + CONTROL_PORTS + 2 * CONTROL_CONSOLES)
#define CONTROL_PORT_NAME        "reeve.control.%u"
#define CONTROL_CONSOLE_NAME     "reeve.console.%u"
#define CONTROL_CONSOLE_LOG_NAME "reeve.console-log.%u"

/* ---- Limits ---- */
#define CONTROL_DOMAINS    32 /* at once; domids go on counting from 1 */
#define CONTROL_VCPUS      128 /* of one domain */
#define CONTROL_NAME_SIZE  64 /* with its NUL */
#define CONTROL_TEXT_SIZE  192 /* with its NUL */
#define CONTROL_SEGMENTS   8
#define CONTROL_DEVICES    11 /* virtio devices of a domain */
#define CONTROL_QUEUES     64 /* of one device, the most that are offered */
#define CONTROL_QUEUE_SIZE 512 /* descriptors of a device's queue, the most */
#define CONTROL_NO_CONSOLE 0xffffffffU
#define CONTROL_NO_DOMAIN  0U

enum control_op {
	CONTROL_HELLO = 1, /* reply: struct control_host */
	CONTROL_HOST_INFO, /* reply: struct control_host */
	/* A domain without content, in CONTROL_LOADING. body.create; reply:
	 * struct control_domain. RAM, and all that its tables can need, is
	 * accounted here, so that it cannot fail later. */
	CONTROL_DOMAIN_CREATE,
	/* Grants pages for content. body.segment; reply: struct control_grant.
	 * Only while LOADING, ascending, no overlap, within RAM. */
	CONTROL_DOMAIN_SEGMENT,
	/*
	 * The pages are filled: builds the domain; a Realm is measured and
	 * activated. body.build. Replies at once; the domain is BUILDING, later
	 * PAUSED or FAILED.
	 */
	CONTROL_DOMAIN_BUILD,
	/* The domain with the smallest id >= domid; reply: struct
	 * control_domain, or CONTROL_E_NO_DOMAIN. */
	CONTROL_DOMAIN_NEXT,
	CONTROL_DOMAIN_INFO, /* reply: struct control_domain */
	CONTROL_VCPU_INFO, /* body.vcpu; reply: struct control_vcpu */
	CONTROL_DOMAIN_PAUSE,
	CONTROL_DOMAIN_UNPAUSE,
	/* Stops it at once; it stays, in CONTROL_SHUTDOWN, with the reason in
	 * body.shutdown. */
	CONTROL_DOMAIN_SHUTDOWN,
	CONTROL_DOMAIN_RENAME, /* body.rename */
	/* Begins to take it apart: DYING, later gone. */
	CONTROL_DOMAIN_DESTROY,
	/* Log text from body.dmesg.from on; reply: struct control_dmesg. */
	CONTROL_DMESG,
	/* Debug build only: touches a granule delegated for the domain, or with
	 * CONTROL_NO_DOMAIN one taken for it. body.touch; reply: struct
	 * control_touch. */
	CONTROL_TOUCH,
	CONTROL_HOST_OFF, /* powers the machine off; no reply */
	/*
	 * Reports a built domain's pages, by kind, and the state of its IPAs
	 * from body.memory on. Reply: struct control_memory, which says where
	 * to go on. Changes nothing. A hypervisor that is older than this
	 * operation answers CONTROL_E_REQUEST.
	 */
	CONTROL_DOMAIN_MEMORY,
	/*
	 * Debug build only: the hypervisor breaks a rule of the RMI once, for a
	 * Realm. body.attack; reply: struct control_attack.
	 */
	CONTROL_ATTACK,
	/*
	 * The UART of a domain receives a break, and then body.brk.byte if that
	 * is not 0. Both come before input that waits for the guest. Only while
	 * PAUSED or RUNNING. A hypervisor that is older than this operation
	 * answers CONTROL_E_REQUEST.
	 */
	CONTROL_DOMAIN_BREAK,
	/*
	 * Takes free pages away from the hypervisor, so that the client can
	 * drop what backs them: their content does not matter. body.trim;
	 * reply: struct control_trim, which says where to go on. The session's
	 * earlier ones are free again first; at its end all of them are. It is
	 * given no pages that are promised to domains, and none while another
	 * session waits for memory. A hypervisor that is older than this
	 * operation answers CONTROL_E_REQUEST.
	 */
	CONTROL_HOST_TRIM,
	/*
	 * Reports on one virtio device of a domain. body.device; reply: struct
	 * control_device. A hypervisor that is older than this operation
	 * answers CONTROL_E_REQUEST.
	 */
	CONTROL_DEVICE_INFO,
	/*
	 * Requests of guests' disks stay with the guests from now on, while
	 * QEMU answers those that it has: for a time, until the session says
	 * otherwise, or until its end. body.hold; reply: struct control_hold.
	 * While QEMU has no request of a disk, nothing that it does with its
	 * disks can wait for one. CONTROL_E_LIMIT: too many hold them. A
	 * hypervisor that is older than this operation answers
	 * CONTROL_E_REQUEST.
	 */
	CONTROL_DISKS_HOLD,
	CONTROL_OPS, /* one past the last */
};

/* Status of a reply; text says more. */
enum control_status {
	CONTROL_OK = 0,
	CONTROL_E_VERSION, /* another version of this interface */
	CONTROL_E_REQUEST, /* unknown operation, bad argument or reserved bits */
	CONTROL_E_NO_DOMAIN,
	CONTROL_E_STATE, /* not in the domain's present state */
	CONTROL_E_EXISTS, /* the name is taken */
	CONTROL_E_MEMORY, /* the machine has not that much left */
	CONTROL_E_LIMIT, /* domains, vCPUs, consoles: no more of them */
	CONTROL_E_UNSUPPORTED, /* not by this RMM, or not in this build */
	CONTROL_E_RMM, /* a command was refused */
};

enum control_state {
	CONTROL_LOADING = 1,
	CONTROL_BUILDING,
	CONTROL_FAILED, /* text says why; to be destroyed */
	CONTROL_PAUSED, /* built, not (or no longer) running */
	CONTROL_RUNNING,
	CONTROL_SHUTDOWN, /* has ended: reason, text */
	CONTROL_DYING,
};

/* Why a domain ended (xen-project/xen, public/sched.h SHUTDOWN_*). */
enum control_reason {
	CONTROL_POWEROFF = 0,
	CONTROL_REBOOT = 1,
	CONTROL_CRASH = 3, /* misbehaved, or its Realm broke: see text */
};

/*
 * The rules that a debug build can break on purpose. A wrong step at an entry
 * or at an exit waits for the vCPU's next one of that kind; all others are done
 * before the reply. Unless the line says otherwise, the vCPU then goes on as if
 * nothing had happened: a refused entry is repeated as it should be.
 */
enum control_attack_kind {
	CONTROL_ATTACK_NONE, /* nothing: reports on the last one */
	/* RMI_REC_ENTER after RMI_EXIT_IRQ, which leaves nothing to answer. */
	CONTROL_ATTACK_RUN_UNALIGNED, /* the run page, 8 bytes further */
	CONTROL_ATTACK_RUN_DELEGATED, /* the Realm's descriptor as run page */
	CONTROL_ATTACK_RUN_NOWHERE, /* address 0 as run page */
	CONTROL_ATTACK_REC_RD, /* the Realm's descriptor as REC */
	CONTROL_ATTACK_REC_UNDELEGATED, /* the run page as REC */
	CONTROL_ATTACK_FLAGS_RESERVED, /* all flags from bit 8 on */
	CONTROL_ATTACK_MMIO, /* EMUL_MMIO, with no access to complete */
	CONTROL_ATTACK_SEA, /* INJECT_SEA, with no access to fail */
	CONTROL_ATTACK_LR_HARDWARE, /* a list register linked to an interrupt */
	CONTROL_ATTACK_LR_TWICE, /* two list registers with one INTID */
	CONTROL_ATTACK_LR_UNKNOWN, /* pending: an SPI of no device, priority 0 */
	CONTROL_ATTACK_LR_SPECIAL, /* pending: INTID 1023 */
	CONTROL_ATTACK_LR_ACTIVE, /* active: an SPI that was never taken */
	CONTROL_ATTACK_LR_INVALID, /* not in use, all other bits set */
	CONTROL_ATTACK_LR_STALE, /* what an earlier entry had, once more */
	CONTROL_ATTACK_RIPAS_NONE, /* RTT_SET_RIPAS without a request */
	CONTROL_ATTACK_PSCI_NONE, /* PSCI_COMPLETE without a request */
	/* RMI_EXIT_RIPAS_CHANGE: the answer of the next entry. */
	CONTROL_ATTACK_RIPAS_REJECT, /* rejected, nothing done */
	CONTROL_ATTACK_RIPAS_IDLE, /* accepted, nothing done */
	/* At the same exit: RTT_SET_RIPAS before the right one. */
	CONTROL_ATTACK_RIPAS_BASE, /* a page further */
	CONTROL_ATTACK_RIPAS_TOP, /* to a page past the end */
	CONTROL_ATTACK_RIPAS_ODD, /* to 8 bytes past the end */
	CONTROL_ATTACK_RIPAS_REC, /* for the Realm's next vCPU */
	CONTROL_ATTACK_RIPAS_RD, /* in another Realm */
	/* RMI_EXIT_PSCI, of AFFINITY_INFO: before the right PSCI_COMPLETE. */
	CONTROL_ATTACK_PSCI_SELF, /* the vCPU as its own target */
	CONTROL_ATTACK_PSCI_SWAPPED, /* the target as the vCPU that asks */
	CONTROL_ATTACK_PSCI_OTHER, /* a vCPU of another Realm as target */
	CONTROL_ATTACK_PSCI_STATUS, /* no status that PSCI_COMPLETE knows */
	CONTROL_ATTACK_PSCI_DENIED, /* one that is for CPU_ON only */
	CONTROL_ATTACK_PSCI_ENTER, /* RMI_REC_ENTER while it is pending */
	/* RMI_EXIT_HOST_CALL. */
	CONTROL_ATTACK_HOST_CALL, /* all registers set to any value */
	/*
	 * At once, by another core, while the vCPU executes. The vCPU must do
	 * nothing but compute: if it exits meanwhile, the step is tried again.
	 */
	CONTROL_ATTACK_TWICE, /* RMI_REC_ENTER */
	CONTROL_ATTACK_RIPAS_RUNNING, /* RTT_SET_RIPAS */
	/* At once. */
	CONTROL_ATTACK_ENTER, /* RMI_REC_ENTER of a vCPU that is off, or of a
				 domain in CONTROL_SHUTDOWN */
	CONTROL_ATTACK_REC_DESTROYED, /* the same after RMI_REC_DESTROY: of
					 the last vCPU, in SHUTDOWN */
	CONTROL_ATTACK_PAGE_LOST, /* RTT_DATA_UNMAP of [ipa, ipa + size) */
	CONTROL_ATTACK_PAGE_REPLACED, /* RTT_DATA_MAP of a page at ipa */
	/* RMI_REALM_TERMINATE at once, then the vCPU's next RMI_REC_ENTER. */
	CONTROL_ATTACK_TERMINATE,
	CONTROL_ATTACKS, /* one past the last */
};

/* ---- Requests ---- */
#define CONTROL_CREATE_REALM 0x1
#define CONTROL_CREATE_VUART 0x2 /* SBSA UART and a console for it */
/* An older hypervisor answers CONTROL_E_REQUEST to these two. */
#define CONTROL_CREATE_RTC 0x4 /* PL031 */
#define CONTROL_CREATE_PVPANIC                                                 \
	0x8 /* the device by which a guest tells a panic */
/* It has devices: its RAM, or what a Realm shares, is memory for devices. */
#define CONTROL_CREATE_DMA 0x10

/*
 * A virtio device of a guest. QEMU's device is plugged into a slot of the host
 * (below control_host.slots; slot n is device n + 1 of the bridge) before the
 * domain is created. From then to the end of the domain the slot belongs to it;
 * the hypervisor resets the device and empties the slot before the domain is
 * gone. Slots of a creation that is refused may have been emptied, too, or
 * belong for a while to a domain that is DYING.
 *
 * Refusals of CONTROL_DOMAIN_CREATE, besides those for bad values: the host has
 * no such slot (CONTROL_E_LIMIT), another domain has it (CONTROL_E_EXISTS), it
 * is empty or has a device with another id (CONTROL_E_STATE), the device lacks
 * a feature or does not reset (CONTROL_E_UNSUPPORTED).
 *
 * One console of a domain can be in CONTROL_SLOT_CONSOLE: the hypervisor serves
 * it by itself, at a console slot of its own (control_domain.hvc). It needs no
 * memory for devices.
 */
#define CONTROL_SLOT_CONSOLE 0xffff
struct control_device_plan {
	uint16_t slot;
	uint16_t id; /* VIRTIO_ID_* (abi/virtio.h): what is expected there */
};

struct control_create {
	uint32_t flags; /* CONTROL_CREATE_* */
	uint32_t vcpus;
	uint64_t ram_size; /* bytes, whole pages, from GUEST_RAM0_BASE */
	uint8_t name[CONTROL_NAME_SIZE]; /* UTF-8, NUL-padded, not empty */
	uint8_t uuid[16];
	uint8_t rpv[64];
	uint32_t hash_algo; /* RMI_HASH_*; for a Realm, as is rpv */
	uint32_t nr_spis; /* up to 992, rounded up to 32; 0: as needed */
	uint32_t weight; /* share of CPU time, all vCPUs; 1..65535; 0: 256 */
	/* Seconds that the RTC shows beyond UTC at first, modulo 2^32; 0
	 * without CONTROL_CREATE_RTC. */
	uint32_t rtc_offset;
	/*
	 * Device k is at GUEST_VIRTIO_MMIO_BASE + k * GUEST_VIRTIO_MMIO_STEP,
	 * with the interrupt GUEST_VIRTIO_MMIO_SPI + k. A Realm has it at the
	 * same address in the shared half. A hypervisor that is older than
	 * devices answers CONTROL_E_REQUEST if there are any.
	 */
	uint32_t device_count;
	struct control_device_plan devices[CONTROL_DEVICES]; /* unused: zero */
};

struct control_segment {
	uint64_t ipa; /* page-aligned */
	uint64_t size; /* bytes, not 0 */
};

struct control_build {
	uint64_t pc; /* of the boot vCPU */
	uint64_t x0;
};

struct control_shutdown {
	uint32_t reason; /* enum control_reason */
	uint32_t zero;
};

struct control_vcpu_ask {
	uint32_t index;
	uint32_t zero;
};

struct control_rename {
	uint8_t name[CONTROL_NAME_SIZE];
};

struct control_dmesg_ask {
	uint64_t from; /* bytes since boot */
};

struct control_touch_ask {
	uint32_t write; /* 1: writes; 0: reads */
	uint32_t device; /* 1: by an entropy device of the machine; 0: a CPU */
};

struct control_memory_ask {
	uint64_t from; /* IPA, page-aligned */
};

struct control_attack_ask {
	uint32_t what; /* enum control_attack_kind */
	uint32_t vcpu; /* index */
	uint64_t ipa; /* for PAGE_*, whole pages of the protected half; else 0 */
	uint64_t size; /* bytes, for PAGE_LOST; else 0 */
};

struct control_device_ask {
	uint32_t index; /* below control_domain.devices */
	uint32_t zero;
};

#define CONTROL_HOLD_MS 10000 /* the longest time */
struct control_hold_ask {
	uint32_t ms; /* from now on; 0: the session holds no disks any more */
	uint32_t zero;
};

struct control_break {
	uint32_t byte; /* below 256 */
	uint32_t zero;
};

#define CONTROL_TRIM_PAGES 32768 /* the most that a session has at a time */
struct control_trim_ask {
	uint64_t from; /* PA, page-aligned */
	uint64_t pages; /* the most to take; 0: none */
};

struct control_request {
	uint64_t magic;
	uint32_t version;
	uint32_t op; /* enum control_op */
	uint64_t cookie;
	uint32_t domid; /* the domain it is about, else 0 */
	uint32_t zero;
	union {
		struct control_create create;
		struct control_segment segment;
		struct control_build build;
		struct control_shutdown shutdown;
		struct control_vcpu_ask vcpu;
		struct control_rename rename;
		struct control_dmesg_ask dmesg;
		struct control_touch_ask touch;
		struct control_memory_ask memory;
		struct control_attack_ask attack;
		struct control_break brk;
		struct control_trim_ask trim;
		struct control_device_ask device;
		struct control_hold_ask hold;
		uint8_t bytes[224]; /* unused ones are zero */
	} body;
};

/* ---- Replies ---- */
struct control_host {
	uint32_t version; /* CONTROL_VERSION */
	uint32_t flags; /* CONTROL_HOST_* */
	uint32_t cores; /* that run guests */
	uint32_t domains; /* at present */
	uint64_t memory_total; /* bytes that guests can have */
	uint64_t memory_free; /* not promised to anyone */
	uint64_t granules_delegated; /* now, all domains and the RMM's own */
	uint64_t pages_used; /* of the allocator, now */
	uint64_t features[5]; /* RMI_FEATURES, as read */
	uint32_t rmi_lower; /* what RMI_VERSION answered */
	uint32_t rmi_higher;
	uint32_t ipa_bits;
	uint32_t max_recs;
	uint32_t hashes; /* bit RMI_HASH_* */
	uint32_t consoles_free;
	uint64_t uptime_ns;
	uint8_t rmm_text[CONTROL_TEXT_SIZE]; /* not empty: why no Realms */
	/*
	 * The memory that devices can access and no Realm can have, which is
	 * counted in memory_total and _free; 0: no memory is kept from devices.
	 */
	uint64_t dma_total;
	uint64_t dma_free;
	/*
	 * Accesses of devices to other memory, which were stopped; 1: and more
	 * that were not counted. The last one: address, what it was
	 * (abi/dma_guard.h).
	 */
	uint64_t dma_faults;
	uint64_t dma_faults_more;
	uint64_t dma_fault_address;
	uint64_t dma_fault_what;
	uint32_t slots; /* for devices of guests */
	uint32_t slots_free; /* that belong to no domain */
	uint64_t requests_in_flight; /* of all devices, now */
	uint64_t pages_pinned; /* by those requests */
};
#define CONTROL_HOST_DEBUG 0x1 /* the build with attacks and Realm vuart */
#define CONTROL_HOST_REALM 0x2 /* the RMM is usable */

struct control_domain {
	uint32_t domid;
	uint32_t state; /* enum control_state */
	uint32_t flags; /* CONTROL_CREATE_* */
	uint32_t reason; /* in CONTROL_SHUTDOWN */
	uint32_t vcpus;
	uint32_t vcpus_online;
	uint32_t console; /* slot, or CONTROL_NO_CONSOLE */
	uint32_t blocked; /* 1: RUNNING, and all online vCPUs idle */
	uint64_t ram_size;
	uint64_t pages_held; /* pages that it costs now */
	uint64_t pages_promised; /* pages accounted at creation */
	uint64_t granules_delegated;
	uint64_t pages_shared; /* of its RAM, mapped Non-secure */
	uint64_t cpu_ns; /* all vCPUs */
	uint64_t uptime_ns; /* since creation */
	uint64_t progress_done; /* while BUILDING or DYING: granules */
	uint64_t progress_all;
	uint64_t rmi_calls; /* made on its behalf */
	uint64_t exits; /* all vCPUs, all reasons */
	uint64_t first_entry_ns; /* creation to first instruction; 0: not yet */
	/*
	 * For a Realm. Its RIM is not here: the RMM reports it to the Realm
	 * only. A toolstack can compute it.
	 */
	uint32_t hash_algo;
	uint32_t devices; /* virtio devices; CONTROL_DEVICE_INFO tells more */
	uint8_t name[CONTROL_NAME_SIZE];
	uint8_t uuid[16];
	/* FAILED, SHUTDOWN: why; DYING: what it waits for, or empty. */
	uint8_t text[CONTROL_TEXT_SIZE];
	/* 1 + the console slot of its virtio console; 0: it has none, or the
	 * hypervisor is older than such consoles. */
	uint32_t hvc;
	uint32_t zero;
};

struct control_grant {
	uint64_t pa; /* of consecutive pages in the machine's RAM */
	uint64_t size; /* bytes, whole pages */
};

/* Exits are counted by these reasons, which are finer than RMI_EXIT_*. */
enum control_exit {
	CONTROL_EXIT_IRQ,
	CONTROL_EXIT_MMIO,
	CONTROL_EXIT_FAULT, /* RAM that had to be populated */
	CONTROL_EXIT_WFX,
	CONTROL_EXIT_SYSREG,
	CONTROL_EXIT_PSCI,
	CONTROL_EXIT_RIPAS,
	CONTROL_EXIT_HOST_CALL,
	CONTROL_EXIT_OTHER,
	CONTROL_EXIT_KINDS,
};

struct control_vcpu {
	uint32_t index;
	uint32_t online;
	uint32_t core; /* where it runs or ran last */
	uint32_t running; /* 1: now; 0: waits */
	uint64_t cpu_ns;
	uint64_t exits[CONTROL_EXIT_KINDS];
};

#define CONTROL_DMESG_SIZE 1024
struct control_dmesg {
	uint64_t from; /* of the first byte; later than asked if lost */
	uint32_t size; /* bytes of text; 0: there is no more */
	uint32_t zero;
	uint8_t text[CONTROL_DMESG_SIZE];
};

struct control_touch {
	uint32_t faulted; /* 1: the access took an exception, or was stopped */
	uint32_t zero;
	uint64_t esr; /* of a CPU: ESR_EL2 of it */
	uint64_t value; /* of a CPU: what was read if it did not */
	uint64_t pa;
};

/*
 * The kinds of pages that a domain holds. Together they are
 * control_domain.pages_held.
 */
enum control_page {
	CONTROL_PAGE_RD,
	CONTROL_PAGE_RTT, /* those of the start level too */
	CONTROL_PAGE_REC,
	CONTROL_PAGE_DATA,
	CONTROL_PAGE_DONATED, /* inside the RMM, by a stateful operation */
	CONTROL_PAGE_ABANDONED, /* the RMM refuses to give them back */
	CONTROL_PAGE_HOST, /* not delegated: what the hypervisor keeps for it */
	/* Not delegated: an ordinary guest's RAM, or what a Realm shares. */
	CONTROL_PAGE_GUEST,
	CONTROL_PAGE_KINDS,
};

/* The state of consecutive pages of RAM. */
enum control_run_kind {
	CONTROL_RUN_POPULATED = 1, /* RAM with a page behind it */
	CONTROL_RUN_UNTOUCHED, /* RAM that is populated, zeroed, when touched */
	CONTROL_RUN_EMPTY, /* RIPAS EMPTY: the Realm gave it up */
	CONTROL_RUN_DESTROYED, /* RIPAS DESTROYED: its content is lost */
	/*
	 * A mapped Non-secure page in the shared half, of which nothing else is
	 * reported.
	 */
	CONTROL_RUN_SHARED,
	/*
	 * A page that a device uses now, for a ring or for a request under way;
	 * in a Realm only in the shared half. An older hypervisor reports such
	 * a page as one of the kinds above.
	 */
	CONTROL_RUN_PINNED,
};

struct control_run {
	uint64_t ipa;
	uint32_t pages; /* not 0 */
	uint32_t kind; /* enum control_run_kind */
};

#define CONTROL_RUNS 64
struct control_memory {
	uint64_t pages[CONTROL_PAGE_KINDS]; /* by enum control_page */
	uint64_t next; /* the IPA to go on from; 0: that was all */
	uint64_t shared_base; /* a Realm's shared half; 0: no Realm */
	uint32_t count; /* of runs; may be 0 though there is more */
	uint32_t zero;
	struct control_run runs[CONTROL_RUNS]; /* ascending, below next */
};

struct control_free_run {
	uint64_t pa;
	uint64_t pages; /* not 0 */
};

/* Free pages that were never in use are left out: nothing backs them. */
struct control_trim {
	uint64_t next; /* the PA to go on from; 0: that was all */
	uint32_t count; /* of runs; may be 0 though there is more */
	uint32_t zero;
	struct control_free_run runs[CONTROL_RUNS]; /* ascending, below next */
};

/* The last one that was asked for in the domain. */
struct control_attack {
	uint32_t what; /* enum control_attack_kind */
	uint32_t done; /* 1: it has happened; 0: it waits for its moment */
	uint64_t x0; /* what the RMM answered to the wrong command: X0 */
};

/* A virtio device of a domain, as far as the hypervisor carries its requests. */
struct control_device {
	uint32_t index;
	uint32_t slot;
	uint32_t id; /* VIRTIO_ID_* */
	uint32_t flags; /* CONTROL_DEVICE_* */
	uint32_t status; /* the register Status, as the guest reads it */
	uint32_t queues; /* that the guest's driver has set up */
	uint64_t features; /* on which driver and device agreed */
	uint64_t requests; /* descriptor chains taken from the guest */
	uint64_t in_flight; /* of those, not answered yet */
	uint64_t pages_pinned; /* by those in flight; a page counts each time */
	uint64_t exits; /* accesses of the guest to the registers */
	uint64_t notifications; /* of QEMU's device */
	uint64_t interrupts; /* of the guest */
	uint8_t text[CONTROL_TEXT_SIZE]; /* what last broke the device */
};
#define CONTROL_DEVICE_BROKEN   0x1 /* DEVICE_NEEDS_RESET: see text */
#define CONTROL_DEVICE_STOPPING 0x2 /* its reset waits for requests in flight */

/* The requests of disks that QEMU has not answered yet. */
struct control_hold {
	uint64_t in_flight;
	uint32_t domid; /* of a domain that has any, if there are */
	uint32_t device; /* its index */
};

struct control_reply {
	uint64_t magic;
	uint64_t cookie; /* of the request */
	uint32_t status; /* enum control_status */
	uint32_t op; /* of the request */
	uint8_t text[CONTROL_TEXT_SIZE]; /* if not OK: what is wrong */
	union {
		struct control_host host;
		struct control_domain domain;
		struct control_grant grant;
		struct control_vcpu vcpu;
		struct control_dmesg dmesg;
		struct control_touch touch;
		struct control_memory memory;
		struct control_attack attack;
		struct control_trim trim;
		struct control_device device;
		struct control_hold hold;
		uint8_t bytes[1296]; /* unused ones are zero */
	} body;
};

_Static_assert(sizeof(struct control_create) == 224, "control_create");
_Static_assert(sizeof(struct control_request) == 256, "control_request");
_Static_assert(sizeof(struct control_reply) == 1512, "control_reply");
_Static_assert(sizeof(struct control_host) == 384, "control_host");
_Static_assert(sizeof(struct control_domain) == 416, "control_domain");
_Static_assert(sizeof(struct control_attack_ask) == 24, "control_attack_ask");
_Static_assert(sizeof(struct control_attack) == 16, "control_attack");
_Static_assert(sizeof(struct control_device) == 272, "control_device");
_Static_assert(sizeof(struct control_hold_ask) == 8, "control_hold_ask");
_Static_assert(sizeof(struct control_hold) == 16, "control_hold");
_Static_assert(sizeof(struct control_dmesg) == 1040, "control_dmesg");
_Static_assert(sizeof(struct control_memory) == 1112, "control_memory");
_Static_assert(sizeof(struct control_trim_ask) == 16, "control_trim_ask");
_Static_assert(sizeof(struct control_trim) == 1040, "control_trim");
_Static_assert(sizeof(struct control_vcpu) == 24 + 8 * CONTROL_EXIT_KINDS,
	       "control_vcpu");

#endif
