/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An RMM inside this process: the core over plain memory, with an SMC as a
 * function call. It builds, measures and activates Realms and does not run
 * them. It checks what hardware would: that Realm memory is out of the host's
 * reach and the other way round; and that the core keeps its lock order and
 * leaves no lock or mapping behind.
 *
 * Commands may be called from several threads. A broken rule of the core
 * itself aborts the process, after a line on standard error.
 */
#ifndef REEVE_RMM_PORT_INPROCESS_H
#define REEVE_RMM_PORT_INPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "rmm/core/rmm.h"

struct inprocess;
struct rec;
struct rmi_rec_enter;
struct rmi_rec_exit;

/*
 * A machine with one bank of memory that costs nothing until touched, in the
 * RMM's first state; NULL: no memory. The caller destroys it.
 */
struct inprocess *inprocess_create(const struct rmm_machine *machine);
/* The same with the memory in a file, all zero and as long as the bank, which
 * others can map too: what they write counts where the host may write. */
struct inprocess *inprocess_create_shared(const struct rmm_machine *machine,
					  int file);
void inprocess_destroy(struct inprocess *inprocess);

/*
 * Provisions the machine as EL3 does: a P-384 private scalar (48 bytes, big
 * endian) and a platform token, which is copied. Not to be called while a
 * command runs; until then nothing attests the machine. false: the scalar is no
 * key, or there is no memory.
 */
bool inprocess_provision(struct inprocess *inprocess, const uint8_t *scalar,
			 const void *token, size_t size);

/* The host's SMC: X0 is the FID, X1.. its arguments; results come back. */
void inprocess_smc(struct inprocess *inprocess, struct smccc_regs *regs);

/*
 * A REC's SMC, as if the vCPU had been entered and had made it: X0..X17 go in
 * and come out, and are the REC's registers afterwards. *exit is what the host
 * would see. The result is that of entering: RMI_SUCCESS, or why the REC
 * cannot execute; *outcome, regs and *exit are only set on success. What an
 * earlier call left to be answered by RMI_REC_ENTER stays so.
 */
uint64_t inprocess_rsi(struct inprocess *inprocess, uint64_t rec_pa,
		       struct smccc_regs *regs, enum rsi_outcome *outcome,
		       struct rmi_rec_exit *exit);

/*
 * The granule at pa as the host accesses it: 4 KiB, or NULL if it is not
 * Non-secure memory of the bank, or lent to it. It is valid until it gets
 * delegated.
 */
void *inprocess_host_page(struct inprocess *inprocess, uint64_t pa);

/*
 * From now on the pages that commands fill for the Realm's use are measured
 * and then forgotten: nothing but a vCPU would read them, and committing them
 * costs as much as hashing them. Measurements are the same.
 */
void inprocess_discard_content(struct inprocess *inprocess);

/*
 * Puts size bytes at data, whole granules, in the place of the bank's own at
 * pa: Non-secure memory that nobody can write or delegate. Nothing is copied:
 * the bytes stay the caller's and must stay as they are until they are taken
 * back. false: too many ranges, or not Non-secure memory of the bank. Not to
 * be called while a command runs.
 */
bool inprocess_lend(struct inprocess *inprocess, uint64_t pa, const void *data,
		    uint64_t size);
/* Ends the lending that began at pa. */
void inprocess_take_back(struct inprocess *inprocess, uint64_t pa);

/* Granules now in Realm PAS. */
uint64_t inprocess_delegated(const struct inprocess *inprocess);

/* ---- For tests ---- */

/* What goes wrong below the core; all zero: nothing. */
struct inprocess_faults {
	uint64_t el3_refuses; /* PA of a granule that EL3 does not move */
	uint64_t ns_faults; /* PA of an NS granule that cannot be accessed */
	bool no_random;
	bool no_signature; /* signing fails */
	unsigned sign_steps; /* of a signature, before its last */
	bool no_gic_registers; /* the host has turned them off */
	unsigned interrupt_every; /* each n-th poll finds one; 0: none */
};

struct inprocess_faults *inprocess_faults(struct inprocess *inprocess);

/* What was dropped from the TLBs so far. */
struct inprocess_tlb {
	unsigned ranges; /* calls for a range */
	unsigned vmids; /* calls for a whole VMID */
	unsigned last_vmid;
	uint64_t last_ipa; /* of a range */
	uint64_t last_size;
};

struct inprocess_tlb inprocess_tlb(struct inprocess *inprocess);

/* Called at each invalidation of a range, before it is over. NULL: none. */
typedef void inprocess_tlb_fn(void *context, unsigned vmid, uint64_t ipa,
			      uint64_t size);
void inprocess_watch_tlb(struct inprocess *inprocess, inprocess_tlb_fn *watch,
			 void *context);

/*
 * Plays the vCPUs, so that REC_ENTER runs them: called where a REC would run,
 * it changes the REC and says in *trap, which is an IRQ going in, why it
 * stopped.
 */
typedef void inprocess_vcpu_fn(void *context, struct rec *rec,
			       struct rec_trap *trap);
void inprocess_set_vcpu(struct inprocess *inprocess, inprocess_vcpu_fn *vcpu,
			void *context);

/* The list register n (less than GIC_LRS_MAX) that the host has loaded. */
void inprocess_set_lr(struct inprocess *inprocess, unsigned n, uint64_t value);

/* Called instead of aborting when a rule of the core is broken; it must not
 * return. NULL: abort. */
typedef void inprocess_panic_fn(const char *why);
void inprocess_set_panic(struct inprocess *inprocess, inprocess_panic_fn *panic);

/* The RMM itself, and any granule's content whatever its state. */
struct rmm *inprocess_rmm(struct inprocess *inprocess);
void *inprocess_peek(struct inprocess *inprocess, uint64_t pa);
/* Whether the granule at pa is in Realm PAS. */
bool inprocess_in_realm(struct inprocess *inprocess, uint64_t pa);

#endif
