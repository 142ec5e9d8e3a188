/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The System MMU, version 3 (Arm IHI0070), as far as EL3 uses it: registers of
 * the Non-secure programming interface, stream table entries for stage 2 alone,
 * commands and events. Little endian.
 */
#ifndef REEVE_ABI_SMMUV3_H
#define REEVE_ABI_SMMUV3_H

/* ---- Registers, IHI0070 6.3: offsets ---- */
#define SMMU_IDR0            0x0000
#define SMMU_IDR1            0x0004
#define SMMU_CR0             0x0020
#define SMMU_CR0ACK          0x0024
#define SMMU_CR1             0x0028
#define SMMU_CR2             0x002c
#define SMMU_GBPA            0x0044
#define SMMU_GERROR          0x0060
#define SMMU_GERRORN         0x0064
#define SMMU_STRTAB_BASE     0x0080 /* 64 bits, as the other bases */
#define SMMU_STRTAB_BASE_CFG 0x0088
#define SMMU_CMDQ_BASE       0x0090
#define SMMU_CMDQ_PROD       0x0098
#define SMMU_CMDQ_CONS       0x009c
#define SMMU_EVENTQ_BASE     0x00a0
#define SMMU_EVENTQ_PROD     0x100a8
#define SMMU_EVENTQ_CONS     0x100ac

#define SMMU_IDR0_S2P            0x1 /* it has stage 2 */
#define SMMU_IDR0_ST_LEVEL_SHIFT 27 /* 1: stream tables of two levels */
#define SMMU_IDR0_ST_LEVEL_WIDTH 2
#define SMMU_IDR1_SIDSIZE_SHIFT  0 /* bits of a stream's number */
#define SMMU_IDR1_SIDSIZE_WIDTH  6

#define SMMU_CR0_SMMUEN   0x1
#define SMMU_CR0_EVENTQEN 0x4
#define SMMU_CR0_CMDQEN   0x8

/* Tables and queues are inner shareable and write-back. */
#define SMMU_CR1_CACHED 0xd75
/* Streams that the table has no entry for are recorded as events. */
#define SMMU_CR2_RECINVSID 0x2

/* Without SMMUEN: every access ends with an abort. */
#define SMMU_GBPA_ABORT  0x00100000
#define SMMU_GBPA_UPDATE 0x80000000

#define SMMU_GERROR_CMDQ   0x1
#define SMMU_GERROR_EVENTQ 0x4 /* an event could not be written */

#define SMMU_STRTAB_CFG_TWO_LEVELS 0x10000
#define SMMU_STRTAB_CFG_SPLIT(n)   ((n) << 6) /* bits of a stream at level 2 */
#define SMMU_STRTAB_CFG_SIZE(n)    (n) /* bits of all streams */

/* ---- The stream table, IHI0070 5.1 and 5.2 ---- */
#define SMMU_L1STD_SPAN(n) ((n) + 1) /* entries: 2^n; or'ed to the address */

#define SMMU_STE_WORDS 8 /* 64 bits each */
/* Word 0. */
#define SMMU_STE_VALID   0x1
#define SMMU_STE_S2_ONLY (0x6 << 1)
/* Word 1: the shareability that the device gave. */
#define SMMU_STE_SHCFG_INCOMING (UINT64_C(1) << 44)
/* Word 2: how stage 2 is configured, as in VTCR_EL2. */
#define SMMU_STE_S2VMID(n) ((uint64_t)(n))
#define SMMU_STE_S2T0SZ(n) ((uint64_t)(n) << 32)
#define SMMU_STE_S2SL0(n)  ((uint64_t)(n) << 38) /* 1: level 1 is first */
#define SMMU_STE_S2_CACHED (UINT64_C(0x35) << 40) /* walks: IR0, OR0, SH0 */
#define SMMU_STE_S2PS(n)   ((uint64_t)(n) << 48)
#define SMMU_STE_S2AA64    (UINT64_C(1) << 51)
#define SMMU_STE_S2AFFD    (UINT64_C(1) << 53) /* no access flag faults */
#define SMMU_STE_S2R       (UINT64_C(1) << 58) /* faults are recorded */
/* Word 3 is the address of the table. */

/* ---- Stage 2 descriptors, Arm DDI0487 D8.3 ---- */
#define SMMU_S2_TABLE       0x3
#define SMMU_S2_BLOCK       0x1
#define SMMU_S2_NORMAL      (0xf << 2) /* write-back */
#define SMMU_S2_READ_WRITE  (0x3 << 6)
#define SMMU_S2_INNER       (0x3 << 8)
#define SMMU_S2_ACCESS_FLAG (0x1 << 10)

/* ---- Commands, IHI0070 4: two words of 64 bits ---- */
#define SMMU_CMD_WORDS      2
#define SMMU_CMD_CFGI_ALL   0x04 /* with 31 in word 1 */
#define SMMU_CMD_CFGI_RANGE 31
#define SMMU_CMD_TLBI_ALL   0x30 /* TLBI_NSNH_ALL */
#define SMMU_CMD_SYNC       0x46

/* ---- Events, IHI0070 7.3: four words of 64 bits ---- */
#define SMMU_EVENT_WORDS 4
/* Word 0: what happened; whose access it was. Word 2: its address. */
#define SMMU_EVENT_TYPE_SHIFT   0
#define SMMU_EVENT_TYPE_WIDTH   8
#define SMMU_EVENT_STREAM_SHIFT 32
#define SMMU_EVENT_STREAM_WIDTH 32

#define SMMU_EVENT_TRANSLATION 0x10
#define SMMU_EVENT_ADDR_SIZE   0x11
#define SMMU_EVENT_ACCESS      0x12
#define SMMU_EVENT_PERMISSION  0x13

#endif
