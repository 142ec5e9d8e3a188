/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arm DEN0137 2.0-bet1, Realm Services Interface: what a Realm asks of the
 * RMM by SMC. Layouts cross-read with TF-RMM main (runtime/rsi) and Linux 7.3
 * (arch/arm64/include/asm/rsi_smc.h). The numbers are usable from assembly.
 */
#ifndef REEVE_ABI_RSI_H
#define REEVE_ABI_RSI_H

#define RSI_ABI_VERSION_1_0 0x10000
#define RSI_ABI_VERSION_1_1 0x10001

#define RSI_VERSION               0xc4000190
#define RSI_FEATURES              0xc4000191
#define RSI_MEASUREMENT_READ      0xc4000192
#define RSI_MEASUREMENT_EXTEND    0xc4000193
#define RSI_ATTEST_TOKEN_INIT     0xc4000194
#define RSI_ATTEST_TOKEN_CONTINUE 0xc4000195
#define RSI_REALM_CONFIG          0xc4000196
#define RSI_IPA_STATE_SET         0xc4000197
#define RSI_IPA_STATE_GET         0xc4000198
#define RSI_HOST_CALL             0xc4000199

#define RSI_SUCCESS       0
#define RSI_ERROR_INPUT   1
#define RSI_ERROR_STATE   2
#define RSI_INCOMPLETE    3
#define RSI_ERROR_UNKNOWN 4
#define RSI_ERROR_DEVICE  5

#define RSI_MEASUREMENTS     5 /* RIM, then REM 0..3 */
#define RSI_MEASUREMENT_SIZE 64 /* bytes, zero-extended */

#define RSI_IPA_CHANGE_DESTROYED 0x1 /* IPA_STATE_SET flags */
#define RSI_RESPONSE_ACCEPT      0
#define RSI_RESPONSE_REJECT      1

#ifndef __ASSEMBLER__
#include <stdint.h>

struct rsi_realm_config {
	uint64_t ipa_width;
	uint8_t hash_algo; /* RMI_HASH_* */
	uint8_t pad9[7];
	uint64_t num_aux_planes;
	uint32_t gicv3_vtr;
	uint32_t pad1c;
	uint64_t ats_plane;
	uint8_t pad28[0x1d8];
	uint8_t rpv[64]; /* 0x200 */
	uint8_t pad240[0xdc0];
};

/* The argument of RSI_HOST_CALL, aligned to 256 bytes. */
struct rsi_host_call {
	uint32_t imm; /* 16 significant bits */
	uint32_t pad4;
	uint64_t gprs[31];
};

_Static_assert(sizeof(struct rsi_host_call) == 0x100, "rsi_host_call");
_Static_assert(sizeof(struct rsi_realm_config) == 0x1000, "rsi_realm_config");
_Static_assert(__builtin_offsetof(struct rsi_realm_config, gicv3_vtr) == 0x18,
	       "rsi_realm_config.gicv3_vtr");
_Static_assert(__builtin_offsetof(struct rsi_realm_config, rpv) == 0x200,
	       "rsi_realm_config.rpv");

#endif
#endif
