/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The provisioning part of flash (FIRMWARE_PROVISION), version 1: what the
 * toolstack makes at `host start` and the monitor hands to the RMM. EL3 needs
 * no cryptography: the platform token is signed already, and its challenge is
 * the SHA-256 of the Realm attestation key's COSE_Key (docs/machine.md,
 * Provisioning; docs/rsi.md, Key binding). Absent parts have the size 0.
 * Offsets are from the start of this structure. A part that begins with zeros
 * provisions nothing: the image is packed with such a part, and the toolstack
 * fills it in a copy of the image.
 */
#ifndef REEVE_ABI_PROVISION_H
#define REEVE_ABI_PROVISION_H

#include <stdint.h>

#define PROVISION_MAGIC   UINT64_C(0x31564f5250455652) /* "RVEPROV1" */
#define PROVISION_VERSION 1

#define PROVISION_KEY_SIZE  48 /* a P-384 private scalar, big endian */
#define PROVISION_HASH_SIZE 32 /* SHA-256 */
#define PROVISION_TOKEN_MAX 4096 /* bytes of a platform token */
#define PROVISION_PART_SIZE 0x2000 /* bytes that flash keeps for it */

struct provision {
	uint64_t magic;
	uint32_t version;
	uint32_t token_size; /* bytes, at token_offset */
	uint32_t token_offset;
	uint32_t realm_key_size; /* PROVISION_KEY_SIZE, or 0 */
	uint8_t realm_key[PROVISION_KEY_SIZE];
	/* The token's challenge: SHA-256 of the key's COSE_Key. */
	uint8_t challenge[PROVISION_HASH_SIZE];
};

_Static_assert(sizeof(struct provision) == 104, "provision");

#endif
