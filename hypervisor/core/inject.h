/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a debug build does wrong on purpose, once and when it is asked to (enum
 * control_injection), to show that the RMM holds: the host is the attacker.
 * Only a port's debug build names inject_ops; no other image contains it.
 */
#ifndef REEVE_HYPERVISOR_CORE_INJECT_H
#define REEVE_HYPERVISOR_CORE_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/rmi.h"
#include "abi/smccc.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"

struct domain;
struct vcpu;

/* A domain's last one. The vCPU's thread and the one that asks share it: what
 * both may write is accessed atomically. */
struct injection {
	uint32_t what; /* enum control_injection */
	uint32_t vcpu; /* index */
	uint32_t armed; /* waits for its moment */
	uint32_t done;
	uint64_t x0; /* the RMM's answer, once it is done */
	bool inside; /* the vCPU's thread: the entry under way is the wrong one */
	uint64_t lrs[VGIC_LRS]; /* LR_STALE: those of an entry before */
	bool has_lrs;
	uint32_t intruding; /* TWICE: another core tries to enter */
	uint32_t intruded; /* enum inject_record: it could, and *record came out */
	const struct rmi_rec_exit *record;
};

struct inject_ops {
	/* A request of the control interface, for a domain that exists. */
	enum control_status (*ask)(struct domain *domain,
				   const struct control_inject_ask *ask,
				   struct control_inject *result, char *text);
	/*
	 * By the vCPU's thread. before: after vgic_load(), with the exit record
	 * that the entry answers; may change list registers, the call and the
	 * page. after: *x0 is what RMI_REC_ENTER gave, and *page the record of
	 * the exit; true: it was not meant, and the right entry is due. exit:
	 * true: *enter has an answer already.
	 */
	void (*before)(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		       struct smccc_regs *regs, struct rmi_rec_enter *page);
	bool (*after)(struct vcpu *vcpu, uint64_t *x0,
		      struct rmi_rec_exit *page);
	bool (*exit)(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		     struct rmi_rec_enter *enter);
};

extern const struct inject_ops inject_ops;

#endif
