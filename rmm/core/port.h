/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the RMM's rules need from below. Each port implements all of it; the
 * core calls nothing else. A port keeps its own state in struct rmm_port.
 */
#ifndef REEVE_RMM_CORE_PORT_H
#define REEVE_RMM_CORE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

struct rmm_port;

/*
 * Makes a granule in Realm PAS accessible to the core, and gives that up.
 * pa is granule-aligned and its granule is delegated; the caller holds what
 * makes it sole owner of the content. Mappings nest in stack order.
 */
void *port_granule_map(struct rmm_port *port, pa_t pa);
void port_granule_unmap(struct rmm_port *port, pa_t pa, void *address);

/* Fills consecutive granules with zeros, under the same conditions, or while
 * they are DATA that only a held table can give away; none need be mapped. */
void port_granules_zero(struct rmm_port *port, pa_t pa, uint64_t count);

/*
 * Copies from or to Non-secure memory; [pa, pa + size) does not cross a
 * granule. false: the access took a granule protection fault (the host may
 * have delegated the granule meanwhile); the destination of a read is then
 * undefined.
 */
bool port_ns_read(struct rmm_port *port, pa_t pa, void *to, size_t size);
bool port_ns_write(struct rmm_port *port, pa_t pa, const void *from,
		   size_t size);

/*
 * Asks EL3 to move count granules from pa on between the Non-secure and the
 * Realm PAS, with the cache and TLB duties that this has. Returns how many
 * were moved, from the first on: fewer than count if EL3 refused the next.
 */
unsigned port_pas_to_realm(struct rmm_port *port, pa_t pa, unsigned count);
unsigned port_pas_to_ns(struct rmm_port *port, pa_t pa, unsigned count);

/* Stores a translation table entry so that walkers see it before return, and
 * not before what was stored earlier, such as a new table's entries. */
void port_entry_write(struct rmm_port *port, uint64_t *slot, uint64_t entry);

/*
 * Drops what the TLBs hold for [ipa, ipa + size) of a VMID, stage 1 and 2
 * combined, on all CPUs; or everything of the VMID.
 */
void port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
			 uint64_t size);
void port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid);

/* Fills size bytes with entropy. false: none to be had. */
bool port_random(struct rmm_port *port, void *to, size_t size);

/*
 * Takes the lock bit of a granule's word (see granule.h), waiting for it as
 * long as the bits under mask are value; false: they are not, and nothing is
 * held. Both are seen at once. The in-process port checks here that locks are
 * taken in order and released.
 */
bool port_lock(struct rmm_port *port, uint32_t *word, pa_t pa, uint32_t mask,
	       uint32_t value);
void port_unlock(struct rmm_port *port, uint32_t *word, pa_t pa);

/* Whether the command should give way to a pending physical interrupt. */
bool port_interrupt_pending(struct rmm_port *port);

/* A signature under way. It is secret: with it and the signature goes the
 * key. */
struct signing {
	uint32_t step; /* 0: not begun */
	uint8_t digest[48]; /* SHA-384; of the caller */
	uint8_t nonce[48];
	uint8_t point[104];
};

enum sign_progress {
	SIGN_MORE, /* call again */
	SIGN_DONE, /* signature has r and s, 96 bytes */
	SIGN_FAILED,
};

/*
 * Carries a signature (ES384, by the Realm attestation key) on by one step,
 * which takes a bounded time and does not depend on secrets. *signing is zero
 * but for its digest going in, and all zero when it is over. Only where the
 * port provided a platform token.
 */
enum sign_progress port_sign(struct rmm_port *port, struct signing *signing,
			     uint8_t *signature);

/* ICH_VTR_EL2, as RSI_REALM_CONFIG shows it. */
uint32_t port_gic_vtr(struct rmm_port *port);

/* Whether this port can run the code of a Realm at all. */
bool port_rec_runs(struct rmm_port *port);

struct rec;
struct realm_s2;

/* The list registers that the host has loaded (ICH_LR<n>_EL2); how many, and
 * 0: the host has turned the controller's system registers off. */
#define GIC_LRS_MAX 16
unsigned port_gic_lrs(struct rmm_port *port, uint64_t lr[GIC_LRS_MAX]);

/* Why a vCPU stopped: an exception to R-EL2, or what the port found before it
 * entered the Realm. */
enum rec_trap_kind {
	REC_TRAP_SYNC,
	REC_TRAP_IRQ, /* also: the output of a timer has changed */
	REC_TRAP_FIQ,
	REC_TRAP_SERROR,
};

struct rec_trap {
	enum rec_trap_kind kind;
	uint64_t esr; /* SYNC, SERROR: ESR_EL2 */
	uint64_t far; /* SYNC: FAR_EL2 */
	uint64_t hpfar; /* SYNC: HPFAR_EL2 */
};

/*
 * Runs a REC that the caller executes; only where port_rec_runs(). Between
 * start and stop the CPU has its registers, and the REC has those of gprs,
 * sp_el0, pc and pstate whenever port_rec_run() has returned. stop leaves the
 * interrupt controller's virtual interface disabled; when the command is over
 * everything that is the host's is back.
 */
void port_rec_start(struct rmm_port *port, struct rec *rec,
		    const struct realm_s2 *s2);
void port_rec_run(struct rmm_port *port, struct rec *rec, struct rec_trap *trap);
void port_rec_stop(struct rmm_port *port, struct rec *rec);

/* In between: rec->el1 from the CPU's registers, and back. */
void port_rec_el1_get(struct rmm_port *port, struct rec *rec);
void port_rec_el1_put(struct rmm_port *port, struct rec *rec);

/* Our own state is corrupt: never returns to the host. */
_Noreturn void port_panic(struct rmm_port *port, const char *why);

/*
 * One hash at a time on each CPU, SHA-2 as in RMI_HASH_*; every one that is
 * started is ended, on the same CPU. The state lives in struct hash, large
 * enough for every port's library.
 */
struct hash {
	uint32_t algorithm; /* RMI_HASH_* */
	uint64_t state[64];
};

void port_hash_start(struct rmm_port *port, struct hash *hash,
		     uint32_t algorithm);
void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size);
/* digest holds hash_size(algorithm) bytes. */
void port_hash_end(struct rmm_port *port, struct hash *hash, uint8_t *digest);

#endif
