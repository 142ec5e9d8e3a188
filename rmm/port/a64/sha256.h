/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-256 by the CPU's instructions for it. */
#ifndef REEVE_RMM_PORT_A64_SHA256_H
#define REEVE_RMM_PORT_A64_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK 64
#define SHA256_SIZE  32

/*
 * Adds blocks of data, at least one, to the chaining value, whose words are big
 * endian. CPTR_EL2 must not trap FP/SIMD registers, and the CPU must have the
 * instructions.
 */
void sha256_blocks(uint8_t value[SHA256_SIZE], const void *data, size_t blocks);

#endif
