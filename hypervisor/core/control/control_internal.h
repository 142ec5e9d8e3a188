/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the control server. */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_INTERNAL_H

#include "abi/control.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/domain/domain.h"

/*
 * control_check.c: checks all of a request that can be checked without the
 * domains: version, operation, sizes, ranges, reserved bits. Returns
 * CONTROL_OK, or a refusal with its text.
 */
enum control_status control_check(const struct control_request *request,
				  char *text);

/* Returns true if an operation is about one domain, which has to exist. */
bool control_wants_domain(uint32_t op);

/* control_info.c: fill in a reply with the present state. */
void control_host_fill(struct domains *domains, struct control_host *host);
void control_domain_fill(struct domain *domain, struct control_domain *info);
void control_vcpu_fill(const struct vcpu *vcpu, struct control_vcpu *info);
void control_device_fill(const struct domain *domain, unsigned index,
			 struct control_device *info);

/*
 * control_memory.c: tells a domain's pages by kind, and the use of its IPAs
 * from `from` (page-aligned) on. The time is bounded: one request reads no more
 * entries than a table has.
 */
enum control_status control_memory(struct domain *domain, uint64_t from,
				   struct control_memory *memory, char *text);

/*
 * control_trim.c: gives back the pages that the session has, and takes others
 * as the request says; gives them back for good.
 */
void control_trim(struct control_session *session,
		  const struct control_trim_ask *ask, struct control_trim *trim);
void control_trim_end(struct control_session *session);

/*
 * Returns how often pages were given back so far; a request that then finds too
 * little memory passes the number to control_trim_hold(). That returns false if
 * no session had any pages meanwhile. Else it waits, for a bounded time, until
 * no session has any, keeps all from taking more until control_trim_release(),
 * and returns true: the request is worth a second try.
 */
uint64_t control_trims(struct domains *domains);
bool control_trim_hold(struct domains *domains, uint64_t before);
/* Does the same before a request that cannot be tried twice. */
void control_trim_stop(struct domains *domains);
void control_trim_release(struct domains *domains);

#endif
