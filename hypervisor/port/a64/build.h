/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The difference between the two builds of the hypervisor. Each links
 * build_plain.c and vcpu_realm_plain.c, or build_debug.c and
 * vcpu_realm_attack.c. Only a debug build gives a Realm the debug console,
 * which the hypervisor can read, and on request attacks delegated memory or
 * breaks the RMI's rules.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_BUILD_H
#define REEVE_HYPERVISOR_PORT_A64_BUILD_H

#include <stdbool.h>

#include "hypervisor/core/control/attack_ops.h"
#include "hypervisor/core/host.h"

extern const bool build_debug;

/* For struct domains_config; NULL in the plain build. Called once; memory for
 * attacks is allocated from ops. */
const struct attack_ops *build_attacks(const struct host_ops *ops);

#endif
