/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm key and the platform token, which EL3 provisions. */
#ifndef REEVE_RMM_PORT_A64_ATTEST_H
#define REEVE_RMM_PORT_A64_ATTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/cca_token.h"
#include "rmm/core/rmm.h"

/*
 * Asks EL3 for the Realm key and the platform token. Both come through the
 * shared page, which is mapped at its physical address; neither is left in it.
 * If EL3 has none, *attestation stays as it is and no token can be made. For
 * the CPU that boots first, after hash_init().
 */
void attest_start(struct rmm_attestation *attestation, uint64_t shared);

/* sign.c: keeps the key for port_sign() and returns its public point, x || y.
 * Returns false if the scalar is no key. */
bool sign_start(const uint8_t scalar[P384_SIZE], uint8_t point[2 * P384_SIZE]);

#endif
