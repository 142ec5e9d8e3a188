/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host as the toolstack sees it: the narrow interface that every engine
 * implements, and through which every guest is made. Its shape is that of the
 * calls that libxl makes to libxc. IPAs and sizes are in bytes and multiples of
 * 4 KiB unless a comment says otherwise.
 */
#ifndef REEVE_TOOLSTACK_ENGINE_H
#define REEVE_TOOLSTACK_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "toolstack/report/report.h"

/* The capabilities of a host. */
struct engine_info {
	const char *name;
	bool realms; /* it has an RMM that builds them */
	unsigned max_vcpus; /* RECs that the RMM allows a Realm */
	unsigned ipa_bits; /* of a Realm's widest IPA space */
	unsigned hashes; /* bit RMI_HASH_* set: the RMM offers it */
	bool gicv3;
	bool debug_vuart; /* a Realm may have the SBSA UART */
	unsigned slots; /* for devices of guests */
};

/* A device of a guest: where it is plugged, and which kind it is. */
struct engine_device {
	unsigned slot; /* of the host */
	unsigned virtio_id; /* VIRTIO_ID_* (abi/virtio.h) */
};

#define ENGINE_DEVICES 11 /* the most that a guest can have */

/* The properties that are fixed when a domain is created. */
struct engine_domain {
	bool realm;
	bool vuart; /* it has the SBSA UART */
	bool rtc; /* it has a real-time clock (PL031) */
	bool pvpanic; /* it has the device by which it tells a panic */
	uint32_t rtc_offset; /* seconds of the clock beyond UTC, modulo 2^32 */
	const char *name;
	uint8_t uuid[16];
	unsigned nr_spis;
	unsigned weight; /* share of CPU time; 0: the host's default */
	unsigned vcpus;
	uint64_t ram_base;
	uint64_t ram_size;
	/* In the order of their addresses; all are plugged. */
	struct engine_device devices[ENGINE_DEVICES];
	size_t device_count;
	uint8_t hash_algo; /* RMI_HASH_* */
	uint8_t rpv[RMI_RPV_SIZE];
};

/* The boot vCPU's first registers. */
struct engine_boot {
	uint64_t pc;
	uint64_t x0;
};

/* A Realm as its RMM has measured it. */
struct engine_realm {
	struct rmi_realm_params params; /* as passed to RMI_REALM_CREATE */
	struct rmi_rec_params boot_rec; /* as passed to RMI_REC_CREATE */
	uint64_t granules; /* number of measured granules */
	uint8_t rim[64]; /* unused bytes are zero */
	uint32_t rim_size; /* bytes of rim that count */
};

/* Acts on a domain that exists. */
enum engine_act {
	ENGINE_PAUSE,
	ENGINE_UNPAUSE,
	ENGINE_DESTROY, /* returns while the host still destroys it */
};

#define ENGINE_RUNS       64
#define ENGINE_PAGE_KINDS 8

/* Consecutive pages of a running domain's RAM that are of the same kind. */
struct engine_run {
	uint64_t ipa;
	uint64_t size;
	uint32_t kind; /* enum control_run_kind */
};

/* The part of a domain's memory map that a host tells at one time. */
struct engine_memory {
	uint64_t pages[ENGINE_PAGE_KINDS]; /* 4 KiB, by enum control_page */
	uint64_t shared_base; /* of a Realm's shared half; 0: no Realm */
	uint64_t next; /* IPA at which the next part begins; 0: none follows */
	size_t count;
	struct engine_run runs[ENGINE_RUNS]; /* ascending, without overlap */
};

/* The requests of disks that a host's QEMU has not answered yet. */
struct engine_hold {
	uint64_t in_flight;
	unsigned domid; /* of a domain that has any, if there are */
	unsigned device; /* its index */
};

struct engine;

/* One engine builds one domain at a time. Operations return 0 or a negative
 * enum reeve_result, and report what happened. */
struct engine_ops {
	void (*close)(struct engine *engine);
	void (*info)(struct engine *engine, struct engine_info *info);
	/* Creates a paused domain. Its RAM is reserved and has no content. */
	int (*create)(struct engine *engine, const struct engine_domain *domain,
		      struct reeve_report *report);
	/* Puts bytes at ipa. Successive calls ascend and do not overlap. data
	 * is page-aligned, readable to the end of its last page and zero from
	 * size on. It must not change until the domain is destroyed. */
	int (*load)(struct engine *engine, uint64_t ipa, const void *data,
		    size_t size, struct reeve_report *report);
	void (*set_boot)(struct engine *engine, const struct engine_boot *boot);
	/* Turns the loaded domain into a paused guest. For a Realm that means
	 * that the RMM activates it, and *realm tells its measurement. */
	int (*finalise)(struct engine *engine, struct engine_realm *realm,
			struct reeve_report *report);
	/* Destroys the domain that was built. Every granule is given back. */
	int (*destroy)(struct engine *engine, struct reeve_report *report);

	/* An engine that runs nothing has NULL for the operations from here on.
	 * domid may be any domain's; reeve.h describes the corresponding
	 * functions. */

	/* Returns the id of the domain that was built. */
	unsigned (*built)(const struct engine *engine);
	int (*host)(struct engine *engine, struct reeve_host_info *out,
		    struct reeve_report *report);
	int (*next)(struct engine *engine, unsigned domid,
		    struct reeve_domain *out, struct reeve_report *report);
	int (*vcpu)(struct engine *engine, unsigned domid, unsigned index,
		    struct reeve_vcpu *out, struct reeve_report *report);
	int (*device)(struct engine *engine, unsigned domid, unsigned index,
		      struct reeve_domain_device *out,
		      struct reeve_report *report);
	int (*memory)(struct engine *engine, unsigned domid, uint64_t from,
		      struct engine_memory *out, struct reeve_report *report);
	int (*act)(struct engine *engine, unsigned domid, enum engine_act act,
		   struct reeve_report *report);
	int (*shutdown)(struct engine *engine, unsigned domid,
			enum reeve_reason reason, struct reeve_report *report);
	int (*rename)(struct engine *engine, unsigned domid, const char *name,
		      struct reeve_report *report);
	int (*sysrq)(struct engine *engine, unsigned domid, char key,
		     struct reeve_report *report);
	/* Keeps the requests of all guests' disks away from QEMU for so many
	 * milliseconds, but not over an operation that makes, or awaits the end
	 * of, a domain; 0: they go on. A host that is too old to do that says
	 * that it has none. */
	int (*hold)(struct engine *engine, unsigned ms, struct engine_hold *out,
		    struct reeve_report *report);
	/* Gives free memory back to this computer; *freed is in bytes. */
	int (*trim)(struct engine *engine, uint64_t *freed,
		    struct reeve_report *report);
	int (*dmesg)(struct engine *engine, uint64_t *from, char *text,
		     size_t size, size_t *got, struct reeve_report *report);
	int (*console)(struct engine *engine, unsigned slot, int *fd, int *lock,
		       struct reeve_report *report);
};

/* The model engine works inside this process. The engine for a host is in
 * toolstack/engine/machine/machine.h. */
extern const struct engine_ops engine_model;
int engine_model_open(struct engine **out, struct reeve_report *report);

#endif
