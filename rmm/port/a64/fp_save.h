/* SPDX-License-Identifier: BSD-3-Clause */
/* Saving and loading the vector registers. CPTR_EL2 must not trap them. */
#ifndef REEVE_RMM_PORT_A64_FP_SAVE_H
#define REEVE_RMM_PORT_A64_FP_SAVE_H

#include <stdbool.h>

void fp_save_simd(void *vectors);
void fp_load_simd(const void *vectors);

/* At the current vector length. ffr: there is a first-fault register, which is
 * so outside streaming mode. */
void fp_save_sve(void *vectors, void *predicates, bool ffr);
void fp_load_sve(const void *vectors, const void *predicates, bool ffr);

#endif
