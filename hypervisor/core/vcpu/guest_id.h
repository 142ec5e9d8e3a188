/* SPDX-License-Identifier: BSD-3-Clause */
/* The ID registers as an ordinary guest sees them. */
#ifndef REEVE_HYPERVISOR_CORE_VCPU_GUEST_ID_H
#define REEVE_HYPERVISOR_CORE_VCPU_GUEST_ID_H

#include <stdint.h>

/* The CRm and op2 of registers S3_0_C0_C<crm>_<op2>, ID_AA64<name>_EL1. */
#define GUEST_ID_PFR0 4, 0
#define GUEST_ID_DFR0 5, 0

/*
 * Returns what the guest reads from register S3_0_C0_C<crm>_<op2> (crm 1 to 7,
 * op2 0 to 7) whose value on this machine is value: the same without the
 * features that need registers or traps which the hypervisor does not switch.
 */
uint64_t guest_id_view(unsigned crm, unsigned op2, uint64_t value);

#endif
