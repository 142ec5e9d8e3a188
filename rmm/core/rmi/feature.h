/* SPDX-License-Identifier: BSD-3-Clause */
/* The feature registers, which RMI_FEATURES returns and RMI_REALM_CREATE checks
 * parameters against. */
#ifndef REEVE_RMM_CORE_RMI_FEATURE_H
#define REEVE_RMM_CORE_RMI_FEATURE_H

#include <stdint.h>

struct rmm;

/* Returns a register with the fields RMI_FEATURE<index>_*, or 0 if it does not
 * exist. */
uint64_t feature_register(const struct rmm *rmm, uint64_t index);

#endif
