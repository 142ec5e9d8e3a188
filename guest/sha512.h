/* SPDX-License-Identifier: BSD-3-Clause */
/* The one hash that the guest's program needs. Each build has its own
 * library for it. */
#ifndef REEVE_GUEST_SHA512_H
#define REEVE_GUEST_SHA512_H

#include <stddef.h>
#include <stdint.h>

#define SHA512_SIZE 64

void sha512(const void *data, size_t size, uint8_t digest[SHA512_SIZE]);

#endif
