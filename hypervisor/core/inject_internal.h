/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the injections. */
#ifndef REEVE_HYPERVISOR_CORE_INJECT_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_INJECT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/inject.h"

/* One command, as it stands, whatever comes of it: X0. */
struct inject_command {
	uint64_t fid;
	uint64_t args[4];
};
uint64_t inject_command(const struct domain *domain,
			const struct inject_command *command);

/* RTT_SET_RIPAS of the first page of RAM, which the vCPU did not ask for: X0. */
uint64_t inject_ripas(const struct vcpu *vcpu);

/* It has happened: what the RMM answered. */
void inject_done(struct injection *injection, uint64_t x0);

/* The descriptor or the first REC of any other active Realm; false: there is
 * none. */
bool inject_other_realm(const struct domain *domain, pa_t *rd, pa_t *rec);

/* What injection.intruded says of *record. */
enum inject_record {
	INJECT_NO_RECORD,
	INJECT_RECORD, /* waits for the vCPU's thread */
	INJECT_RECORD_READ, /* which is reading it */
};

/* A record that waits does so no longer; false: none waits. */
bool inject_record_claim(struct injection *injection,
			 enum inject_record becomes);

/*
 * inject_entry.c: makes the entry that is about to be made a wrong one, or does
 * something wrong before it and says so with inject_done(). false: it cannot
 * now.
 */
struct inject_entry {
	struct vcpu *vcpu;
	struct smccc_regs *regs;
	struct rmi_rec_enter *page;
};
bool inject_entry(enum control_injection what, const struct inject_entry *entry);

/* inject_exit.c: whether it is about an exit of that kind. */
bool inject_exit_fits(enum control_injection what,
		      const struct rmi_rec_exit *exit);
/* Gives the wrong answer to the RMM, with inject_done(); or, and then true,
 * puts into *enter what the next entry is to bring. */
bool inject_exit(enum control_injection what, struct vcpu *vcpu,
		 const struct rmi_rec_exit *exit, struct rmi_rec_enter *enter);

/* inject_now.c: carried out by who asks. */
bool inject_is_now(enum control_injection what);
enum control_status inject_now(struct domain *domain,
			       const struct control_inject_ask *ask, char *text);

#endif
