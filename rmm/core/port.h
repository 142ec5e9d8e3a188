/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions of a port that the RMM's core calls. Each port implements all
 * of them, and the core calls nothing else that depends on the machine. A port
 * keeps its own state in struct rmm_port.
 */
#ifndef REEVE_RMM_CORE_PORT_H
#define REEVE_RMM_CORE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

struct rmm_port;

/*
 * Maps a granule in Realm PAS into the core's address space; unmaps it. pa is
 * granule-aligned and its granule is delegated. The caller holds the lock or
 * the reference that makes it the only user of the content. Mappings are undone
 * in the reverse order.
 */
void *port_granule_map(struct rmm_port *port, pa_t pa);
void port_granule_unmap(struct rmm_port *port, pa_t pa, void *address);

/* Fills consecutive granules with zeros. The caller owns their content as for
 * port_granule_map(), or they are DATA granules that can only be released
 * through a table that the caller has locked. They need not be mapped. */
void port_granules_zero(struct rmm_port *port, pa_t pa, uint64_t count);

/* Makes the content of a granule, which is mapped at address, visible to
 * instruction fetch of the Realm that gets the granule. */
void port_code_sync(struct rmm_port *port, pa_t pa, const void *address);

/*
 * Copies from or to Non-secure memory; [pa, pa + size) lies in one granule.
 * Returns false if the access took a granule protection fault, since the host
 * may have delegated the granule meanwhile. The destination of a read is then
 * undefined.
 */
bool port_ns_read(struct rmm_port *port, pa_t pa, void *to, size_t size);
bool port_ns_write(struct rmm_port *port, pa_t pa, const void *from,
		   size_t size);

/*
 * Asks EL3 to move count granules from pa on between the Non-secure and the
 * Realm PAS, with the maintenance of caches and TLBs that this needs. Returns
 * how many granules were moved, counted from the first: fewer than count if EL3
 * refused the next one.
 */
unsigned port_pas_to_realm(struct rmm_port *port, pa_t pa, unsigned count);
unsigned port_pas_to_ns(struct rmm_port *port, pa_t pa, unsigned count);

/* Stores a translation table entry. Table walks see it when the function
 * returns, and not before earlier stores: a walk must never reach a new table
 * whose entries it does not see yet. */
void port_entry_write(struct rmm_port *port, uint64_t *slot, uint64_t entry);

/*
 * Invalidates the TLB entries of a VMID for [ipa, ipa + size), or all of the
 * VMID, on all CPUs. Entries that combine stage 1 and stage 2 are included.
 */
void port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
			 uint64_t size);
void port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid);

/* Fills size bytes with random data. Returns false if there is no entropy. */
bool port_random(struct rmm_port *port, void *to, size_t size);

/*
 * Takes the lock bit of a granule's word (granule.h), and waits for it as long
 * as the word's bits under mask are value. Returns false, with nothing held, if
 * they are not. One atomic access reads the bits and takes the lock, so the
 * bits still are value when the lock is held. port_lock() acquires and
 * port_unlock() releases: whatever one holder stored, the next one sees. The
 * in-process port checks here that locks are taken in order and released.
 */
bool port_lock(struct rmm_port *port, uint16_t *word, pa_t pa, uint16_t mask,
	       uint16_t value);
void port_unlock(struct rmm_port *port, uint16_t *word, pa_t pa);

/* Returns whether a physical interrupt is pending, so that a long command
 * should end early. */
bool port_interrupt_pending(struct rmm_port *port);

#define SIGN_DIGEST_SIZE 48 /* SHA-384 */

/*
 * Signs a digest (ES384, by the Realm attestation key); signature becomes r and
 * s, 96 bytes. The time does not depend on secrets. Returns false if it fails.
 * It is called only if the port has provided a platform token.
 */
bool port_sign(struct rmm_port *port, const uint8_t digest[SIGN_DIGEST_SIZE],
	       uint8_t *signature);

/* Returns ICH_VTR_EL2, which RSI_REALM_CONFIG shows to the Realm. */
uint32_t port_gic_vtr(struct rmm_port *port);

/* Returns whether this port can run the code of a Realm at all. */
bool port_rec_runs(struct rmm_port *port);

struct rec;
struct realm_s2;

/* Reads the list registers that the host has loaded (ICH_LR<n>_EL2). Returns
 * their number, or 0 if the host has turned off the system registers of the
 * interrupt controller. */
#define GIC_LRS_MAX 16
unsigned port_gic_lrs(struct rmm_port *port, uint64_t lr[GIC_LRS_MAX]);

/* The reason why a vCPU stopped: an exception to R-EL2, or a condition that the
 * port found before it entered the Realm. */
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
	/* Any kind: DISR_EL1 if the Realm caused an SError that was still
	 * pending when it stopped; else 0. */
	uint64_t disr;
};

/*
 * Runs a REC that the caller has counted as executing, if port_rec_runs().
 * Between start and stop the REC's registers are in the CPU, except that gprs,
 * sp_el0, pc and pstate are in *rec whenever port_rec_run() has returned. stop
 * leaves the virtual interface of the interrupt controller disabled. The
 * registers of the host are back when the command returns.
 *
 * start and run synchronize errors, so that an SError that an asynchronous
 * write provoked is reported of the Realm that made the write, and of no Realm
 * if the host made it. The host would otherwise take the SErrors of Realms.
 */
void port_rec_start(struct rmm_port *port, struct rec *rec,
		    const struct realm_s2 *s2);
void port_rec_run(struct rmm_port *port, struct rec *rec, struct rec_trap *trap);
void port_rec_stop(struct rmm_port *port, struct rec *rec);

/* Between start and stop: copies the CPU's registers to rec->el1, and back. */
void port_rec_el1_get(struct rmm_port *port, struct rec *rec);
void port_rec_el1_put(struct rmm_port *port, struct rec *rec);

/* Between start and stop: the CPU gets MDSCR_EL1 from rec->el1, and breakpoints
 * and watchpoints from rec->debug, which has changed. */
void port_rec_debug_put(struct rmm_port *port, struct rec *rec);

/* Stops the RMM because its own state is corrupt; never returns to the host. */
_Noreturn void port_panic(struct rmm_port *port, const char *why);

/*
 * Hashes with SHA-2, RMI_HASH_*. A CPU computes one hash at a time, and each
 * hash that is started is ended on the same CPU. struct hash holds the state
 * and is large enough for every port's library.
 */
struct hash {
	uint32_t algorithm; /* RMI_HASH_* */
	uint64_t state[64];
};

void port_hash_start(struct rmm_port *port, struct hash *hash,
		     uint32_t algorithm);
void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size);
/* Writes hash_size(algorithm) bytes to digest. */
void port_hash_end(struct rmm_port *port, struct hash *hash, uint8_t *digest);

#endif
