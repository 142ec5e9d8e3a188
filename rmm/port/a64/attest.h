/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm attestation key, and what EL3 gives that goes with it. */
#ifndef REEVE_RMM_PORT_A64_ATTEST_H
#define REEVE_RMM_PORT_A64_ATTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/cca_token.h"
#include "rmm/core/rmm.h"

/*
 * Asks EL3 for the key and the platform token, by way of the shared page, which
 * is mapped at its physical address and is left without either. Where there is
 * nothing *attestation stays as it is, and nothing attests this platform. On
 * the CPU that boots first, after hash_init().
 */
void attest_start(struct rmm_attestation *attestation, uint64_t shared);

/* sign.c: keeps the key that port_sign() uses, and tells its public point,
 * x || y. false: it is no key. */
bool sign_start(const uint8_t scalar[P384_SIZE], uint8_t point[2 * P384_SIZE]);

#endif
