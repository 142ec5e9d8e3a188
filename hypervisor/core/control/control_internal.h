/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the control server. */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_INTERNAL_H

#include "abi/control.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/domain/domain.h"

/*
 * control_check.c: all that can be said of a request without looking at the
 * domains: version, operation, sizes, ranges, reserved bits. CONTROL_OK, or
 * refused with a text.
 */
enum control_status control_check(const struct control_request *request,
				  char *text);

/* Whether an operation is about one domain, which has to exist. */
bool control_wants_domain(uint32_t op);

/* control_info.c: what is so now. */
void control_host_fill(struct domains *domains, struct control_host *host);
void control_domain_fill(struct domain *domain, struct control_domain *info);
void control_vcpu_fill(const struct vcpu *vcpu, struct control_vcpu *info);

/*
 * control_memory.c: a domain's pages by kind, and what is at its IPAs from
 * `from` (page-aligned) on. Bounded: as many entries are looked at as a table
 * of pages has.
 */
enum control_status control_memory(struct domain *domain, uint64_t from,
				   struct control_memory *memory, char *text);

#endif
