/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of the in-process port. */
#ifndef REEVE_RMM_PORT_INPROCESS_MACHINE_H
#define REEVE_RMM_PORT_INPROCESS_MACHINE_H

#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rmm/core/port.h"
#include "rmm/core/rmm.h"
#include "rmm/port/inprocess/ahead.h"
#include "rmm/port/inprocess/inprocess.h"

/* The number of hashes that can be under way at once; more must wait. */
#define HASH_SLOTS      8
#define HASH_THREADS    7 /* at most, that hash ahead */
#define HASH_ALGORITHMS 3

struct hash_slot {
	uint32_t taken; /* atomic */
	EVP_MD_CTX *contexts[HASH_ALGORITHMS]; /* set up in advance */
};

/* Memory of the caller that stands in for a range of the bank. */
struct lent_range {
	uint64_t pa;
	uint64_t size; /* bytes; 0: none */
	const uint8_t *data;
};

#define LENT_RANGES 8

/* The PAS of a granule; memory that was not touched is Non-secure. */
#define PAS_NS    0
#define PAS_REALM 1

struct rmm_port {
	uint64_t base; /* the bank's PA */
	uint64_t size; /* bytes */
	uint8_t *memory;
	uint8_t *pas; /* per granule: PAS_*; atomic */
	uint8_t *touched; /* per granule: 1 if it may not be zero; atomic */
	uint64_t delegated; /* number of granules in the Realm PAS; atomic */
	bool discard_content;
	struct lent_range lent[LENT_RANGES];
	EVP_MD *digests[HASH_ALGORITHMS];
	struct hash_slot hashes[HASH_SLOTS];
	struct ahead *ahead; /* NULL: nothing is hashed ahead */
	struct inprocess_faults faults;
	unsigned polls; /* for interrupts; atomic */
	unsigned code_syncs; /* atomic */
	uint64_t code_last; /* PA of the last one; atomic */
	pthread_mutex_t tlb_mutex;
	struct inprocess_tlb tlb;
	inprocess_tlb_fn *tlb_watch;
	void *tlb_context;
	inprocess_entry_fn *entry_watch;
	void *entry_context;
	inprocess_vcpu_fn *vcpu;
	void *vcpu_context;
	uint64_t gic_lrs[GIC_LRS_MAX];
	inprocess_panic_fn *panic;
	EVP_PKEY *realm_key; /* NULL: not provisioned */
	uint8_t *platform_token; /* freed by provision_forget() */
};

struct inprocess {
	struct rmm rmm;
	struct rmm_port port;
};

/* port.c: return the bank's own content at pa, for reading; for writing. */
uint8_t *memory_at(const struct rmm_port *port, pa_t pa);
uint8_t *memory_touch(const struct rmm_port *port, pa_t pa);

/* port.c: returns where the bytes are that a hash is to read at address: with
 * discarded content, a lent granule is not copied there. */
const void *memory_origin(const void *address);

/* port.c: returns the byte at pa of memory that is lent to the bank, or NULL if
 * the bank's own memory is there. */
const uint8_t *lent_at(const struct rmm_port *port, uint64_t pa);

/* hash.c: returns false if there is no memory. */
bool hashes_create(struct rmm_port *port);
void hashes_destroy(struct rmm_port *port);
/* Hashes one piece of data at once. */
void hash_now(struct rmm_port *port, uint32_t algorithm, const void *data,
	      size_t size, uint8_t *digest);

/* sign.c: forgets the Realm key and the platform token. */
void provision_forget(struct rmm_port *port);

/* discipline.c: a command starts with no lock and no mapping of this thread,
 * and must end so. */
void discipline_start(void);
void discipline_end(struct rmm_port *port);
void discipline_mapped(struct rmm_port *port, pa_t pa);
void discipline_unmapped(struct rmm_port *port, pa_t pa);
/* Returns true if this thread has locked the granule at pa to give it to a
 * Realm, or as data of a Realm. */
bool discipline_data(pa_t pa);

#endif
