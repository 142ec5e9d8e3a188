/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host as the toolstack sees it: the narrow interface that every engine
 * implements, and the one way in which a guest is made through it. It has the
 * shape of what libxl asks of libxc. IPAs and sizes are in bytes and whole
 * 4 KiB pages unless said otherwise.
 */
#ifndef REEVE_TOOLSTACK_ENGINE_H
#define REEVE_TOOLSTACK_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "toolstack/report/report.h"

/* What a host offers. */
struct engine_info {
	const char *name;
	bool realms; /* it has an RMM that builds them */
	unsigned max_vcpus; /* RECs that its RMM gives a Realm */
	unsigned ipa_bits; /* widest IPA space of a Realm */
	unsigned hashes; /* bit RMI_HASH_* set: offered */
	bool gicv3;
	bool debug_vuart; /* accepts the SBSA UART for a Realm */
};

/* What is fixed when a domain is created. */
struct engine_domain {
	bool realm;
	bool vuart; /* the SBSA UART */
	const char *name;
	uint8_t uuid[16];
	unsigned nr_spis;
	unsigned weight; /* share of CPU time; 0: the host's usual one */
	unsigned vcpus;
	uint64_t ram_base;
	uint64_t ram_size;
	uint8_t hash_algo; /* RMI_HASH_* */
	uint8_t rpv[RMI_RPV_SIZE];
};

/* The boot vCPU's first registers. */
struct engine_boot {
	uint64_t pc;
	uint64_t x0;
};

/* A Realm as its RMM measured it. */
struct engine_realm {
	struct rmi_realm_params params; /* as given to RMI_REALM_CREATE */
	struct rmi_rec_params boot_rec; /* as given to RMI_REC_CREATE */
	uint64_t granules; /* measured */
	uint8_t rim[64]; /* zero-extended */
	uint32_t rim_size; /* significant bytes */
};

/* What is done to a domain that exists. */
enum engine_act {
	ENGINE_PAUSE,
	ENGINE_UNPAUSE,
	ENGINE_DESTROY, /* only begins to */
};

#define ENGINE_RUNS       64
#define ENGINE_PAGE_KINDS 8

/* What is at consecutive pages of a running domain's RAM. */
struct engine_run {
	uint64_t ipa;
	uint64_t size;
	uint32_t kind; /* enum control_run_kind */
};

/* What a host tells at a time of a domain's memory. */
struct engine_memory {
	uint64_t pages[ENGINE_PAGE_KINDS]; /* 4 KiB, by enum control_page */
	uint64_t shared_base; /* a Realm's shared half; 0: no Realm */
	uint64_t next; /* the IPA to go on from; 0: that was all */
	size_t count;
	struct engine_run runs[ENGINE_RUNS]; /* ascending, no overlap */
};

struct engine;

/*
 * One engine builds one domain at a time. Operations return 0 or a negative
 * enum reeve_result and report what happened.
 */
struct engine_ops {
	void (*close)(struct engine *engine);
	void (*info)(struct engine *engine, struct engine_info *info);
	/* A paused domain with its RAM reserved; it has no content. */
	int (*create)(struct engine *engine, const struct engine_domain *domain,
		      struct reeve_report *report);
	/* Puts bytes at ipa. data is page-aligned, readable to the end of its
	 * last page and zero there, and stays as it is until the domain is
	 * destroyed. Ascending, no overlap. */
	int (*load)(struct engine *engine, uint64_t ipa, const void *data,
		    size_t size, struct reeve_report *report);
	void (*set_boot)(struct engine *engine, const struct engine_boot *boot);
	/* Turns the loaded domain into a paused guest, of a Realm into an
	 * active one, and realm tells its measurement. */
	int (*finalise)(struct engine *engine, struct engine_realm *realm,
			struct reeve_report *report);
	/* Back to no domain; every granule is returned. */
	int (*destroy)(struct engine *engine, struct reeve_report *report);

	/* The others are NULL in an engine that runs nothing. domid is any
	 * domain's; see the functions of reeve.h. */

	/* The id of the domain that was built. */
	unsigned (*built)(const struct engine *engine);
	int (*host)(struct engine *engine, struct reeve_host_info *out,
		    struct reeve_report *report);
	int (*next)(struct engine *engine, unsigned domid,
		    struct reeve_domain *out, struct reeve_report *report);
	int (*vcpu)(struct engine *engine, unsigned domid, unsigned index,
		    struct reeve_vcpu *out, struct reeve_report *report);
	int (*memory)(struct engine *engine, unsigned domid, uint64_t from,
		      struct engine_memory *out, struct reeve_report *report);
	int (*act)(struct engine *engine, unsigned domid, enum engine_act act,
		   struct reeve_report *report);
	int (*shutdown)(struct engine *engine, unsigned domid,
			enum reeve_reason reason, struct reeve_report *report);
	int (*rename)(struct engine *engine, unsigned domid, const char *name,
		      struct reeve_report *report);
	int (*dmesg)(struct engine *engine, uint64_t *from, char *text,
		     size_t size, size_t *got, struct reeve_report *report);
	int (*console)(struct engine *engine, unsigned slot, int *fd, int *lock,
		       struct reeve_report *report);
};

/* In this process; see toolstack/engine/machine/machine.h for a host. */
extern const struct engine_ops engine_model;
int engine_model_open(struct engine **out, struct reeve_report *report);

#endif
