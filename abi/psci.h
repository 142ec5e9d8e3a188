/* SPDX-License-Identifier: BSD-3-Clause */
/* Arm DEN0022 (PSCI) 1.1: function identifiers and return codes. */
#ifndef REEVE_ABI_PSCI_H
#define REEVE_ABI_PSCI_H

#define PSCI_VERSION           0x84000000
#define PSCI_CPU_SUSPEND_32    0x84000001
#define PSCI_CPU_SUSPEND_64    0xc4000001
#define PSCI_CPU_OFF           0x84000002
#define PSCI_CPU_ON_32         0x84000003
#define PSCI_CPU_ON_64         0xc4000003
#define PSCI_AFFINITY_INFO_32  0x84000004
#define PSCI_AFFINITY_INFO_64  0xc4000004
#define PSCI_MIGRATE_INFO_TYPE 0x84000006
#define PSCI_SYSTEM_OFF        0x84000008
#define PSCI_SYSTEM_RESET      0x84000009
#define PSCI_FEATURES          0x8400000a

#define PSCI_VERSION_1_1 0x00010001

/* Return codes, in X0 as signed values. */
#define PSCI_SUCCESS            0
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_INVALID_ADDRESS    (-9)

/* AFFINITY_INFO's results. */
#define PSCI_AFFINITY_ON         0
#define PSCI_AFFINITY_OFF        1
#define PSCI_AFFINITY_ON_PENDING 2

/* MIGRATE_INFO_TYPE: no Trusted OS that needs to migrate. */
#define PSCI_MIGRATE_NOT_NEEDED 2

/* CPU_SUSPEND's power state: set for states that lose context. */
#define PSCI_POWER_DOWN_SHIFT 16
#define PSCI_POWER_DOWN_WIDTH 1

/* The identifiers that DEN0022 owns, of 32-bit calls; | 0x40000000 for 64. */
#define PSCI_FID_FIRST 0x84000000
#define PSCI_FID_LAST  0x8400001f

#endif
