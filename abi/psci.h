/* SPDX-License-Identifier: BSD-3-Clause */
/* Arm DEN0022 (PSCI) 1.1: function identifiers and return codes. */
#ifndef REEVE_ABI_PSCI_H
#define REEVE_ABI_PSCI_H

#define PSCI_VERSION          0x84000000
#define PSCI_CPU_SUSPEND_32   0x84000001
#define PSCI_CPU_SUSPEND_64   0xc4000001
#define PSCI_CPU_OFF          0x84000002
#define PSCI_CPU_ON_32        0x84000003
#define PSCI_CPU_ON_64        0xc4000003
#define PSCI_AFFINITY_INFO_32 0x84000004
#define PSCI_AFFINITY_INFO_64 0xc4000004
#define PSCI_SYSTEM_OFF       0x84000008
#define PSCI_SYSTEM_RESET     0x84000009
#define PSCI_FEATURES         0x8400000a

#define PSCI_VERSION_1_1 0x00010001

/* Return codes, in X0 as signed values. */
#define PSCI_SUCCESS            0
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_INVALID_ADDRESS    (-9)

/* AFFINITY_INFO's results. */
#define PSCI_AFFINITY_ON  0
#define PSCI_AFFINITY_OFF 1

#endif
