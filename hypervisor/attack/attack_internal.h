/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the attacks. */
#ifndef REEVE_HYPERVISOR_ATTACK_ATTACK_INTERNAL_H
#define REEVE_HYPERVISOR_ATTACK_ATTACK_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/attack/attack.h"
#include "hypervisor/core/domain/domain.h"

/* Returns the attacks on all domains. */
static inline struct attacks *attacks_of(const struct domain *domain)
{
	return domain->domains->config.attack->ctx;
}

/* Returns the domain's place in the table of domains. */
static inline unsigned attack_place(const struct domain *domain)
{
	return (unsigned)(domain - domain->domains->table);
}

/* Returns the last attack on a domain, or on an earlier one in its place. */
static inline struct attack *attack_of(const struct domain *domain)
{
	return &attacks_of(domain)->last[attack_place(domain)];
}

/* Returns the flag that is true while a vCPU's thread is about to call
 * RMI_REC_ENTER or is in it. */
static inline bool *attack_enters(const struct vcpu *vcpu)
{
	return &attacks_of(vcpu->domain)
			->enters[attack_place(vcpu->domain)][vcpu->index];
}

/* Acquire and release attacks->lock. */
void attacks_lock(struct domains *domains);
void attacks_unlock(struct domains *domains);

/* Issues one command unchanged, whatever the RMM makes of it. Returns X0. */
struct attack_command {
	uint64_t fid;
	uint64_t args[4];
};
uint64_t attack_command(const struct domain *domain,
			const struct attack_command *command);

/* Issues RTT_SET_RIPAS for the first page of RAM, for which the vCPU did not
 * ask. Returns X0. */
uint64_t attack_ripas(const struct vcpu *vcpu);

/* Notes that the attack has happened, and what the RMM answered. */
void attack_done(struct attack *attack, uint64_t x0);

/* The descriptor and the first REC of any other active Realm. Returns false if
 * there is none. */
bool attack_other_realm(const struct domain *domain, pa_t *rd, pa_t *rec);

/* attack.intruded: the state of *record. */
enum attack_record {
	ATTACK_NO_RECORD,
	ATTACK_RECORD, /* waits for the vCPU's thread */
	ATTACK_RECORD_READ, /* the vCPU's thread is reading it */
};

/* Moves a record that waits into another state. Returns false if none waits. Of
 * two threads that try, one succeeds. */
bool attack_record_claim(struct attack *attack, enum attack_record becomes);

/*
 * attack_entry.c: makes the next entry a wrong one, or does something wrong
 * before it and says so with attack_done(). Returns false if it cannot be done
 * at this entry.
 */
struct attack_entry {
	struct vcpu *vcpu;
	struct smccc_regs *regs;
	struct rmi_rec_enter *page;
};
bool attack_entry(enum control_attack_kind what,
		  const struct attack_entry *entry);

/* attack_exit.c: returns true if the attack is about an exit of that kind. */
bool attack_exit_fits(enum control_attack_kind what,
		      const struct rmi_rec_exit *exit);
/* Gives the wrong answer to the RMM, with attack_done(), and returns false; or
 * fills *enter, which brings it with the next entry, and returns true. */
bool attack_exit_answer(enum control_attack_kind what, struct vcpu *vcpu,
			const struct rmi_rec_exit *exit,
			struct rmi_rec_enter *enter);

/* attack_now.c: attacks that the requesting thread carries out. */
bool attack_is_now(enum control_attack_kind what);
enum control_status attack_now(struct domain *domain,
			       const struct control_attack_ask *ask, char *text);

/* attack_touch.c: struct attack_ops.touch. */
enum control_status attack_touch(void *ctx, struct domains *domains,
				 struct domain *domain,
				 const struct control_touch_ask *ask,
				 struct control_touch *result, char *text);

#endif
