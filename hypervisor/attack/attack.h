/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of the RMI that a debug build breaks on purpose: once, and only
 * when it is asked to (enum control_attack_kind). The hypervisor is the
 * attacker, and the RMM's answer shows that the RMM holds. No other build
 * contains this folder.
 */
#ifndef REEVE_HYPERVISOR_ATTACK_ATTACK_H
#define REEVE_HYPERVISOR_ATTACK_ATTACK_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/rmi.h"
#include "abi/smccc.h"
#include "hypervisor/core/busy_lock.h"
#include "hypervisor/core/control/attack_ops.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"

struct domain;
struct vcpu;

/*
 * The last attack on the domain in one place of the table. The vCPU's thread
 * and the requesting thread share it: fields that both may write are accessed
 * atomically.
 */
struct attack {
	uint32_t domid; /* of the domain; a later one in its place differs */
	uint32_t what; /* enum control_attack_kind */
	uint32_t vcpu; /* index */
	uint32_t armed; /* waits for its moment */
	uint32_t done;
	uint64_t x0; /* the RMM's answer, once it is done */
	bool inside; /* vCPU's thread: the entry under way is wrong */
	uint64_t lrs[VGIC_LRS]; /* LR_STALE: those of an earlier entry */
	bool has_lrs;
	uint32_t intruding; /* TWICE: the requesting thread tries to enter */
	uint32_t intruded; /* enum attack_record: the state of *record */
	const struct rmi_rec_exit *record;
};

/* The attacks on all domains of a host. */
struct attacks {
	struct attack_ops ops; /* for domains_config.attack */
	/* The port, or a device, reads or writes a word at pa, which is
	 * delegated. Fills in faulted, esr and value. Returns NULL, or why that
	 * cannot be tried. */
	const char *(*touch)(void *ctx, pa_t pa,
			     const struct control_touch_ask *ask,
			     struct control_touch *result);
	void *ctx; /* of touch() */
	struct busy_lock lock; /* one attack by a requesting thread at a time */
	struct attack last[CONTROL_DOMAINS]; /* by place in domains->table */
	/* By place and vCPU: from before REC_ENTER until after it. */
	bool enters[CONTROL_DOMAINS][CONTROL_VCPUS];
};

void attacks_init(struct attacks *attacks,
		  const char *(*touch)(void *ctx, pa_t pa,
				       const struct control_touch_ask *ask,
				       struct control_touch *result),
		  void *ctx);

/*
 * The three hooks of a vCPU's thread around RMI_REC_ENTER.
 *
 * attack_before: after vgic_load(), with the exit record that the entry
 * answers. May change list registers, the call and the page.
 * attack_after: *x0 is what RMI_REC_ENTER returned, and *page the record of the
 * exit. Returns true if the entry was a wrong one that did not happen: the
 * right entry is due.
 * attack_exit: returns true if *enter has an answer already.
 */
void attack_before(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		   struct smccc_regs *regs, struct rmi_rec_enter *page);
bool attack_after(struct vcpu *vcpu, uint64_t *x0, struct rmi_rec_exit *page);
bool attack_exit(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		 struct rmi_rec_enter *enter);

#endif
