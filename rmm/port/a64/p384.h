/* SPDX-License-Identifier: BSD-3-Clause */
/* Multiples of the generator of the curve P-384, for signatures. */
#ifndef REEVE_RMM_PORT_A64_P384_H
#define REEVE_RMM_PORT_A64_P384_H

#include <stdint.h>

#include "abi/cca_token.h"

/* Prepares p384_multiply(). It is called once, at boot. */
void p384_start(void);

/*
 * Computes the product of the generator and of a scalar, which is big endian
 * and neither zero nor a multiple of the order. The product is x || y. Neither
 * the instructions nor the addresses of memory depend on the scalar.
 */
void p384_multiply(uint8_t product[2 * P384_SIZE],
		   const uint8_t scalar[P384_SIZE]);

#endif
