/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An RMM inside this process: the core over plain memory, with a function call
 * in place of an SMC. It builds, measures and activates Realms but does not run
 * them. It checks what hardware would check: that the host cannot access Realm
 * memory, nor the core Non-secure memory as if it were a Realm's. It also
 * checks that the core keeps its lock order and leaves no lock or mapping
 * behind.
 *
 * Several threads may call commands at once. If the core breaks a rule of its
 * own, the process aborts after a line on standard error.
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
 * Creates a machine with one bank of memory, which costs nothing until it is
 * touched. The RMM is in its first state. Returns NULL if there is no memory.
 * The caller destroys the machine.
 */
struct inprocess *inprocess_create(const struct rmm_machine *machine);
/*
 * The same with the memory in a file, which is all zero and as long as the
 * bank. Other processes can map it too. Their writes count in Non-secure
 * memory.
 */
struct inprocess *inprocess_create_shared(const struct rmm_machine *machine,
					  int file);
void inprocess_destroy(struct inprocess *inprocess);

/*
 * Provisions the machine as EL3 does, with a P-384 private scalar (48 bytes,
 * big endian) and a platform token, which is copied. Before this call no token
 * can be made. Not to be called while a command runs. Returns false if the
 * scalar is no key or there is no memory.
 */
bool inprocess_provision(struct inprocess *inprocess, const uint8_t *scalar,
			 const void *token, size_t size);

/* Makes an SMC of the host. X0 is the FID, X1 and on are the arguments; the
 * results replace them. */
void inprocess_smc(struct inprocess *inprocess, struct smccc_regs *regs);

/*
 * Makes an SMC of a REC, as if the vCPU had been entered and had made it. X0 to
 * X17 are arguments and results, and are the REC's registers afterwards. *exit
 * is what the host would see. Returns RMI_SUCCESS, or the error with which
 * RMI_REC_ENTER would refuse the REC; *outcome, regs and *exit are set only on
 * success. A request of an earlier call that waits for RMI_REC_ENTER goes on
 * waiting.
 */
uint64_t inprocess_rsi(struct inprocess *inprocess, uint64_t rec_pa,
		       struct smccc_regs *regs, enum rsi_outcome *outcome,
		       struct rmi_rec_exit *exit);

/*
 * Returns the granule at pa, 4 KiB, as the host accesses it. Returns NULL if it
 * is not Non-secure memory of the bank, or if other memory is lent in its
 * place. The pointer is valid until the granule is delegated.
 */
void *inprocess_host_page(struct inprocess *inprocess, uint64_t pa);

/*
 * From now on the pages that commands fill for a Realm are measured and then
 * forgotten. Only a vCPU would read them, and committing their memory costs as
 * much as hashing them. Measurements stay the same.
 */
void inprocess_discard_content(struct inprocess *inprocess);

/*
 * Puts size bytes at data, whole granules, in place of the bank's own memory at
 * pa, as Non-secure memory that can be neither written nor delegated. Nothing
 * is copied: the caller keeps the bytes, and must not change them until it
 * takes them back. Returns false if there are too many ranges, or if pa is not
 * Non-secure memory of the bank. Not to be called while a command runs.
 */
bool inprocess_lend(struct inprocess *inprocess, uint64_t pa, const void *data,
		    uint64_t size);
/* Takes back the bytes that were lent at pa, and forgets them if they were
 * announced with inprocess_hash_ahead(). */
void inprocess_take_back(struct inprocess *inprocess, uint64_t pa);

/*
 * From now on threads (at most 7) compute the hashes of the granules that
 * inprocess_hash_ahead() announces, before the core asks for them, and each
 * only once. If no thread can be started, they are computed when the core asks.
 * No measurement depends on it. Not to be called while a command runs.
 */
void inprocess_hash_threads(struct inprocess *inprocess, unsigned threads);
/* Announces size bytes at data, whole granules, that the core will hash one by
 * one: at data, or where it copies them after inprocess_lend(). They must not
 * change until inprocess_hash_forget(data). Neither function is to be called
 * while a command runs. */
void inprocess_hash_ahead(struct inprocess *inprocess, const void *data,
			  uint64_t size, uint32_t algorithm);
void inprocess_hash_forget(struct inprocess *inprocess, const void *data);

/* Returns the number of granules in the Realm PAS. */
uint64_t inprocess_delegated(const struct inprocess *inprocess);

/* ---- For tests ---- */

/* Faults below the core that a test can turn on; all zero: none. */
struct inprocess_faults {
	uint64_t el3_refuses; /* PA of a granule that EL3 does not move */
	uint64_t ns_faults; /* PA of a Non-secure granule whose access faults */
	bool no_random;
	bool no_signature; /* signing fails */
	bool no_gic_registers; /* the host has turned off ICC_SRE_EL2.SRE */
	unsigned interrupt_every; /* every n-th poll finds one; 0: none */
};

struct inprocess_faults *inprocess_faults(struct inprocess *inprocess);

/* The TLB invalidations so far. */
struct inprocess_tlb {
	unsigned ranges; /* invalidations of a range */
	unsigned vmids; /* invalidations of a whole VMID */
	unsigned last_vmid;
	uint64_t last_ipa; /* of a range */
	uint64_t last_size;
};

struct inprocess_tlb inprocess_tlb(struct inprocess *inprocess);

/* Return how many granules were made visible to instruction fetch so far, and
 * the address of the last one. */
unsigned inprocess_code_syncs(struct inprocess *inprocess);
uint64_t inprocess_code_last(struct inprocess *inprocess);

/* Sets a function that is called at each invalidation of a range, before the
 * invalidation returns. NULL: none. */
typedef void inprocess_tlb_fn(void *context, unsigned vmid, uint64_t ipa,
			      uint64_t size);
void inprocess_watch_tlb(struct inprocess *inprocess, inprocess_tlb_fn *watch,
			 void *context);

/* Sets a function that is called when an entry was written that table walks can
 * see, or could. NULL: none. */
typedef void inprocess_entry_fn(void *context);
void inprocess_watch_entries(struct inprocess *inprocess,
			     inprocess_entry_fn *watch, void *context);

/*
 * Sets a function that plays the vCPUs, so that REC_ENTER runs them. It is
 * called where a REC would run. It changes the REC, and sets *trap, which is an
 * IRQ before the call, to the reason why the REC stopped.
 */
typedef void inprocess_vcpu_fn(void *context, struct rec *rec,
			       struct rec_trap *trap);
void inprocess_set_vcpu(struct inprocess *inprocess, inprocess_vcpu_fn *vcpu,
			void *context);

/* Sets list register n (less than GIC_LRS_MAX), as the host would load it. */
void inprocess_set_lr(struct inprocess *inprocess, unsigned n, uint64_t value);

/* Sets a function that is called instead of abort() when the core breaks a
 * rule. It must not return. NULL: abort(). */
typedef void inprocess_panic_fn(const char *why);
void inprocess_set_panic(struct inprocess *inprocess, inprocess_panic_fn *panic);

/* Return the RMM itself, and the content of any granule whatever its state. */
struct rmm *inprocess_rmm(struct inprocess *inprocess);
void *inprocess_peek(struct inprocess *inprocess, uint64_t pa);
/* Returns true if the granule at pa is in the Realm PAS. */
bool inprocess_in_realm(struct inprocess *inprocess, uint64_t pa);

#endif
