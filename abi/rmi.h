/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arm DEN0137 2.0-bet1, Realm Management Interface: function identifiers,
 * return words, feature registers, structures. Where the document leaves a
 * choice, the values are those of TF-RMM main of July 2026 (lib/smc,
 * runtime/rmi). All structures are 4 KiB, little endian, in NS memory;
 * reserved bytes are written as zero and ignored on input. The plain numbers
 * are usable from assembly.
 */
#ifndef REEVE_ABI_RMI_H
#define REEVE_ABI_RMI_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

/* The version that both sides speak; [30:16] major, [15:0] minor. */
#define RMI_ABI_VERSION 0x20000

#define RMI_GRANULE_SIZE  0x1000
#define RMI_GRANULE_SHIFT 12

/* Registers of a command: arguments in X1..X6, results in X1..X4. */
#define RMI_ARGS    6
#define RMI_RESULTS 4

/* ---- Function identifiers ---- */
#define RMI_VERSION                  0xc4000150
#define RMI_RTT_DATA_MAP_INIT        0xc4000153
#define RMI_REALM_ACTIVATE           0xc4000157
#define RMI_REALM_CREATE             0xc4000158
#define RMI_REALM_DESTROY            0xc4000159
#define RMI_REC_CREATE               0xc400015a
#define RMI_REC_DESTROY              0xc400015b
#define RMI_REC_ENTER                0xc400015c
#define RMI_RTT_CREATE               0xc400015d
#define RMI_RTT_DESTROY              0xc400015e
#define RMI_RTT_READ_ENTRY           0xc4000161
#define RMI_PSCI_COMPLETE            0xc4000164
#define RMI_FEATURES                 0xc4000165
#define RMI_RTT_FOLD                 0xc4000166
#define RMI_RTT_INIT_RIPAS           0xc4000168
#define RMI_RTT_SET_RIPAS            0xc4000169
#define RMI_RMM_CONFIG_SET           0xc400016e
#define RMI_GRANULE_TRACKING_GET     0xc40001e1
#define RMI_RMM_CONFIG_GET           0xc40001ec
#define RMI_GRANULE_RANGE_DELEGATE   0xc40001f1
#define RMI_GRANULE_RANGE_UNDELEGATE 0xc40001f2
#define RMI_GPT_L1_CREATE            0xc40001f3
#define RMI_RTT_DATA_MAP             0xc40001f5
#define RMI_RTT_DATA_UNMAP           0xc40001f6
#define RMI_RTT_UNPROT_MAP           0xc40001fb
#define RMI_RTT_UNPROT_UNMAP         0xc40001fc
#define RMI_REALM_TERMINATE          0xc4000201
#define RMI_RMM_ACTIVATE             0xc4000202
#define RMI_OP_CONTINUE              0xc4000203
#define RMI_OP_MEM_DONATE            0xc4000208
#define RMI_OP_MEM_RECLAIM           0xc4000209
#define RMI_OP_CANCEL                0xc400020a

/* The two blocks of identifiers that EL3 routes to the RMM. */
#define RMI_FID_FIRST_0 0xc4000150
#define RMI_FID_LAST_0  0xc400018e
#define RMI_FID_FIRST_1 0xc40001d0
#define RMI_FID_LAST_1  0xc400020a

/* ---- Return word X0: status, and an index whose meaning it decides ---- */
#define RMI_RETURN_STATUS_SHIFT 0
#define RMI_RETURN_STATUS_WIDTH 8
#define RMI_RETURN_INDEX_SHIFT  8
#define RMI_RETURN_INDEX_WIDTH  8
/* With RMI_INCOMPLETE the index byte is these two fields instead. */
#define RMI_RETURN_MEM_REQ_SHIFT    8
#define RMI_RETURN_MEM_REQ_WIDTH    2
#define RMI_RETURN_CAN_CANCEL_SHIFT 10
#define RMI_RETURN_CAN_CANCEL_WIDTH 1

#define RMI_SUCCESS             0
#define RMI_ERROR_INPUT         1
#define RMI_ERROR_REALM         2
#define RMI_ERROR_REC           3
#define RMI_ERROR_RTT           4 /* index: level of the walk */
#define RMI_ERROR_NOT_SUPPORTED 5
#define RMI_ERROR_DEVICE        6
#define RMI_ERROR_RTT_AUX       7
#define RMI_ERROR_PSMMU_ST      8
#define RMI_ERROR_DPT           9
#define RMI_BUSY                10
#define RMI_ERROR_GLOBAL        11
#define RMI_ERROR_TRACKING      12
#define RMI_INCOMPLETE          13
#define RMI_BLOCKED             14
#define RMI_ERROR_GPT           15
#define RMI_ERROR_GRANULE       16

#define RMI_MEM_REQ_NONE    0
#define RMI_MEM_REQ_DONATE  1
#define RMI_MEM_REQ_RECLAIM 2

/* ---- Feature registers (RMI_FEATURES index 0..4) ---- */
#define RMI_FEATURE_REGISTERS 5

#define RMI_FEATURE0_S2SZ_SHIFT         0 /* largest IPA width, bits */
#define RMI_FEATURE0_S2SZ_WIDTH         8
#define RMI_FEATURE0_LPA2_SHIFT         8
#define RMI_FEATURE0_LPA2_WIDTH         1
#define RMI_FEATURE0_SVE_SHIFT          9
#define RMI_FEATURE0_SVE_WIDTH          1
#define RMI_FEATURE0_SVE_VL_SHIFT       10 /* quadwords - 1 */
#define RMI_FEATURE0_SVE_VL_WIDTH       4
#define RMI_FEATURE0_NUM_BPS_SHIFT      14 /* count - 1 */
#define RMI_FEATURE0_NUM_BPS_WIDTH      6
#define RMI_FEATURE0_NUM_WPS_SHIFT      20 /* count - 1 */
#define RMI_FEATURE0_NUM_WPS_WIDTH      6
#define RMI_FEATURE0_PMU_SHIFT          26
#define RMI_FEATURE0_PMU_WIDTH          1
#define RMI_FEATURE0_PMU_NUM_CTRS_SHIFT 27
#define RMI_FEATURE0_PMU_NUM_CTRS_WIDTH 5

#define RMI_FEATURE1_GRAN_4K_SHIFT        0
#define RMI_FEATURE1_GRAN_4K_WIDTH        1
#define RMI_FEATURE1_SHA_256_SHIFT        3
#define RMI_FEATURE1_SHA_256_WIDTH        1
#define RMI_FEATURE1_SHA_384_SHIFT        4
#define RMI_FEATURE1_SHA_384_WIDTH        1
#define RMI_FEATURE1_SHA_512_SHIFT        5
#define RMI_FEATURE1_SHA_512_WIDTH        1
#define RMI_FEATURE1_MAX_RECS_ORDER_SHIFT 6 /* at most 2^n - 1 RECs */
#define RMI_FEATURE1_MAX_RECS_ORDER_WIDTH 4
#define RMI_FEATURE1_L0GPTSZ_SHIFT        10
#define RMI_FEATURE1_L0GPTSZ_WIDTH        4
#define RMI_FEATURE1_PPS_SHIFT            14
#define RMI_FEATURE1_PPS_WIDTH            3

/* ---- Granule tracking ---- */
#define RMI_TRACKING_RESERVED 0
#define RMI_TRACKING_NONE     1
#define RMI_TRACKING_FINE     2
#define RMI_TRACKING_COARSE   3

#define RMI_MEM_CATEGORY_CONVENTIONAL 0
#define RMI_MEM_CATEGORY_DEV_NCOH     1
#define RMI_MEM_CATEGORY_DEV_COH      2

/* ---- Donation request (X2 of an INCOMPLETE that wants a donation) ---- */
#define RMI_DONATE_SIZE_SHIFT   0 /* block level = 3 - value */
#define RMI_DONATE_SIZE_WIDTH   2
#define RMI_DONATE_COUNT_SHIFT  2
#define RMI_DONATE_COUNT_WIDTH  14
#define RMI_DONATE_CONTIG_SHIFT 16
#define RMI_DONATE_CONTIG_WIDTH 1
#define RMI_DONATE_STATE_SHIFT  17 /* RMI_RANGE_DELEGATED or not */
#define RMI_DONATE_STATE_WIDTH  1

/* ---- Address-range descriptor, 4 KiB granules ---- */
#define RMI_RANGE_SIZE_SHIFT  0 /* block level = 3 - value */
#define RMI_RANGE_SIZE_WIDTH  2
#define RMI_RANGE_COUNT_SHIFT 2 /* blocks, 0: empty descriptor */
#define RMI_RANGE_COUNT_WIDTH 10
#define RMI_RANGE_ADDR_SHIFT  12 /* bits 51:12 of the base */
#define RMI_RANGE_ADDR_WIDTH  40
#define RMI_RANGE_STATE_SHIFT 63
#define RMI_RANGE_STATE_WIDTH 1
#define RMI_RANGE_DELEGATED   0
#define RMI_RANGE_UNDELEGATED 1
#define RMI_RANGE_COUNT_MAX   1023
#define RMI_RANGE_LIST_MAX    512 /* descriptors in one page */

/* ---- Flags of the mapping commands ---- */
/*
 * RTT_DATA_MAP_INIT. RMI_DATA_MORE is our RMM's own (the interface has these
 * bits as zero, and other RMMs answer RMI_ERROR_INPUT). It is how many more
 * granules to map, each as if by a call of its own, at the addresses that
 * follow data, ipa and src. X1 is then the number of granules that were mapped,
 * at least 1: the call ends early at the first that cannot be, and when an
 * interrupt is pending.
 */
#define RMI_DATA_MEASURE_CONTENT 1
#define RMI_DATA_MORE_SHIFT      48
#define RMI_DATA_MORE_WIDTH      8

#define RMI_MAP_TYPE_SHIFT       0 /* RMI_ADDR_TYPE_* of oaddr */
#define RMI_MAP_TYPE_WIDTH       2
#define RMI_MAP_LIST_COUNT_SHIFT 2
#define RMI_MAP_LIST_COUNT_WIDTH 14
#define RMI_MAP_MEMATTR_SHIFT    16 /* RTT_UNPROT_MAP only */
#define RMI_MAP_MEMATTR_WIDTH    3
#define RMI_MAP_S2AP_SHIFT       19 /* RTT_UNPROT_MAP only */
#define RMI_MAP_S2AP_WIDTH       4
#define RMI_ADDR_TYPE_NONE       0
#define RMI_ADDR_TYPE_SINGLE     1
#define RMI_ADDR_TYPE_LIST       2

#define RMI_MEMATTR_RESERVED  4
#define RMI_MEMATTR_NORMAL_NC 5
#define RMI_MEMATTR_NORMAL_WB 6
#define RMI_MEMATTR_STAGE1    7
#define RMI_S2AP_WRITE        1
#define RMI_S2AP_READ         2
#define RMI_S2AP_RESERVED     12

/* ---- RIPAS and the states that RTT_READ_ENTRY reports ---- */
#define RMI_RIPAS_EMPTY     0
#define RMI_RIPAS_RAM       1
#define RMI_RIPAS_DESTROYED 2

#define RMI_ENTRY_UNASSIGNED 0
#define RMI_ENTRY_ASSIGNED   1
#define RMI_ENTRY_TABLE      2

/* ---- OP_CONTINUE flags ---- */
#define RMI_OP_CONTINUE_STOP 1

#ifndef __ASSEMBLER__

/* ---- RmiRmmConfig ---- */
struct rmi_rmm_config {
	uint64_t tracking_region_size; /* 0: 1 GiB */
	uint64_t rmi_granule_size; /* 0: 4 KiB, 1: 16 KiB, 2: 64 KiB */
	uint8_t reserved[0xff0];
};

/* ---- RmiRealmParams ---- */
#define RMI_REALM_FLAG0_LPA2      0x1
#define RMI_REALM_FLAG0_SVE       0x2
#define RMI_REALM_FLAG0_PMU       0x4
#define RMI_REALM_FLAG0_DA        0x8
#define RMI_REALM_FLAG0_MEC_SHIFT 7
#define RMI_REALM_FLAG0_MEC_WIDTH 2
#define RMI_MEC_SHARED            0
#define RMI_MEC_PRIVATE           1

#define RMI_REALM_FLAG1_RTT_TREE_PP   0x1
#define RMI_REALM_FLAG1_S2AP_INDIRECT 0x2

#define RMI_HASH_SHA_256 0
#define RMI_HASH_SHA_512 1
#define RMI_HASH_SHA_384 2

#define RMI_RPV_SIZE 64

struct rmi_realm_params {
	uint64_t flags0;
	uint32_t s2sz; /* IPA width in bits */
	uint32_t pad0c;
	uint32_t sve_vl; /* vector length / 128 - 1 */
	uint32_t pad14;
	uint32_t num_bps; /* count - 1, at least 1 */
	uint32_t pad1c;
	uint32_t num_wps; /* count - 1, at least 1 */
	uint32_t pad24;
	uint32_t pmu_num_ctrs;
	uint32_t pad2c;
	uint8_t hash_algo;
	uint8_t pad31[7];
	uint32_t num_aux_planes;
	uint8_t pad3c[0x3c4];
	uint8_t rpv[RMI_RPV_SIZE]; /* 0x400 */
	uint64_t ats_plane;
	uint8_t pad448[0x3c0];
	uint64_t rtt_base; /* 0x808, PA of the first root table */
	int64_t rtt_level_start;
	uint32_t rtt_num_start;
	uint32_t pad81c;
	uint64_t flags1;
	uint8_t pad828[0x758];
	uint64_t aux_rtt_base[3]; /* 0xf80 */
	uint8_t padf98[0x68];
};

/* ---- RmiRecParams ---- */
#define RMI_REC_FLAG_RUNNABLE 0x1
#define RMI_REC_CREATE_GPRS   8

struct rmi_rec_params {
	uint64_t flags;
	uint8_t pad8[0xf8];
	uint64_t mpidr; /* 0x100, RmiRecMpidr */
	uint8_t pad108[0xf8];
	uint64_t pc; /* 0x200 */
	uint8_t pad208[0xf8];
	uint64_t gprs[RMI_REC_CREATE_GPRS]; /* 0x300, X0..X7 */
	uint8_t pad340[0xcc0];
};

/* RmiRecMpidr: where the four affinity fields lie, and their index bits. */
#define RMI_MPIDR_AFF0_SHIFT 0
#define RMI_MPIDR_AFF0_WIDTH 4
#define RMI_MPIDR_AFF1_SHIFT 8
#define RMI_MPIDR_AFF1_WIDTH 8
#define RMI_MPIDR_AFF2_SHIFT 16
#define RMI_MPIDR_AFF2_WIDTH 8
#define RMI_MPIDR_AFF3_SHIFT 24
#define RMI_MPIDR_AFF3_WIDTH 8

/* ---- RmiRecRun ---- */
#define RMI_REC_ENTER_EMUL_MMIO    0x01
#define RMI_REC_ENTER_INJECT_SEA   0x02
#define RMI_REC_ENTER_TRAP_WFI     0x04
#define RMI_REC_ENTER_TRAP_WFE     0x08
#define RMI_REC_ENTER_RIPAS_REJECT 0x10

#define RMI_EXIT_SYNC         0
#define RMI_EXIT_IRQ          1
#define RMI_EXIT_FIQ          2
#define RMI_EXIT_PSCI         3
#define RMI_EXIT_RIPAS_CHANGE 4
#define RMI_EXIT_HOST_CALL    5
#define RMI_EXIT_SERROR       6

#define RMI_REC_GPRS 31

struct rmi_rec_enter {
	uint64_t flags;
	uint8_t pad8[0x1f8];
	uint64_t gprs[RMI_REC_GPRS]; /* 0x200 */
	uint8_t pad2f8[0x508];
};

struct rmi_rec_exit {
	uint64_t exit_reason;
	uint8_t pad8[0xf8];
	uint64_t esr; /* 0x100 */
	uint64_t far;
	uint64_t hpfar;
	uint64_t rtt_tree;
	int64_t rtt_level;
	uint8_t pad128[0xd8];
	uint64_t gprs[RMI_REC_GPRS]; /* 0x200 */
	uint8_t pad2f8[0x108];
	uint64_t cntp_ctl; /* 0x400 */
	uint64_t cntp_cval;
	uint64_t cntv_ctl;
	uint64_t cntv_cval;
	uint8_t pad420[0xe0];
	uint64_t ripas_base; /* 0x500 */
	uint64_t ripas_top;
	uint8_t ripas_value;
	uint8_t pad511[0xef];
	uint32_t imm; /* 0x600, 16 significant bits */
	uint32_t pad604;
	uint64_t plane;
	uint8_t pad610[0xf0];
	uint64_t pmu_ovf_status; /* 0x700 */
	uint8_t pad708[0xf8];
};

struct rmi_rec_run {
	struct rmi_rec_enter enter;
	struct rmi_rec_exit exit;
};

#define RMI_ASSERT_AT(type, field, offset)                                     \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),     \
		       #type "." #field)
#define RMI_ASSERT_SIZE(type, size)                                            \
	_Static_assert(sizeof(struct type) == (size), #type)

RMI_ASSERT_SIZE(rmi_rmm_config, 0x1000);
RMI_ASSERT_AT(rmi_rmm_config, rmi_granule_size, 0x8);
RMI_ASSERT_SIZE(rmi_realm_params, 0x1000);
RMI_ASSERT_AT(rmi_realm_params, s2sz, 0x8);
RMI_ASSERT_AT(rmi_realm_params, sve_vl, 0x10);
RMI_ASSERT_AT(rmi_realm_params, num_bps, 0x18);
RMI_ASSERT_AT(rmi_realm_params, num_wps, 0x20);
RMI_ASSERT_AT(rmi_realm_params, pmu_num_ctrs, 0x28);
RMI_ASSERT_AT(rmi_realm_params, hash_algo, 0x30);
RMI_ASSERT_AT(rmi_realm_params, num_aux_planes, 0x38);
RMI_ASSERT_AT(rmi_realm_params, rpv, 0x400);
RMI_ASSERT_AT(rmi_realm_params, ats_plane, 0x440);
RMI_ASSERT_AT(rmi_realm_params, rtt_base, 0x808);
RMI_ASSERT_AT(rmi_realm_params, rtt_level_start, 0x810);
RMI_ASSERT_AT(rmi_realm_params, rtt_num_start, 0x818);
RMI_ASSERT_AT(rmi_realm_params, flags1, 0x820);
RMI_ASSERT_AT(rmi_realm_params, aux_rtt_base, 0xf80);
RMI_ASSERT_SIZE(rmi_rec_params, 0x1000);
RMI_ASSERT_AT(rmi_rec_params, mpidr, 0x100);
RMI_ASSERT_AT(rmi_rec_params, pc, 0x200);
RMI_ASSERT_AT(rmi_rec_params, gprs, 0x300);
RMI_ASSERT_SIZE(rmi_rec_enter, 0x800);
RMI_ASSERT_AT(rmi_rec_enter, gprs, 0x200);
RMI_ASSERT_SIZE(rmi_rec_exit, 0x800);
RMI_ASSERT_AT(rmi_rec_exit, esr, 0x100);
RMI_ASSERT_AT(rmi_rec_exit, rtt_level, 0x120);
RMI_ASSERT_AT(rmi_rec_exit, gprs, 0x200);
RMI_ASSERT_AT(rmi_rec_exit, cntp_ctl, 0x400);
RMI_ASSERT_AT(rmi_rec_exit, cntv_cval, 0x418);
RMI_ASSERT_AT(rmi_rec_exit, ripas_base, 0x500);
RMI_ASSERT_AT(rmi_rec_exit, ripas_value, 0x510);
RMI_ASSERT_AT(rmi_rec_exit, imm, 0x600);
RMI_ASSERT_AT(rmi_rec_exit, plane, 0x608);
RMI_ASSERT_AT(rmi_rec_exit, pmu_ovf_status, 0x700);
RMI_ASSERT_SIZE(rmi_rec_run, 0x1000);

#endif
#endif
