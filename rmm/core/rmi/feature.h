/* SPDX-License-Identifier: BSD-3-Clause */
/* The feature registers: what RMI_FEATURES tells and REALM_CREATE checks. */
#ifndef REEVE_RMM_CORE_RMI_FEATURE_H
#define REEVE_RMM_CORE_RMI_FEATURE_H

#include <stdint.h>

struct rmm;

/* RMI_FEATURE<index>_* fields; 0 for an unknown register. */
uint64_t feature_register(const struct rmm *rmm, uint64_t index);

#endif
