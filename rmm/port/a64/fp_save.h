/* SPDX-License-Identifier: BSD-3-Clause */
/* Saving and loading the vector registers, where CPTR_EL2 lets them be used. */
#ifndef REEVE_RMM_PORT_A64_FP_SAVE_H
#define REEVE_RMM_PORT_A64_FP_SAVE_H

#include <stdbool.h>

void fp_save_simd(void *vectors);
void fp_load_simd(const void *vectors);

/* At the current vector length; ffr: outside streaming mode, where there is a
 * first-fault register. */
void fp_save_sve(void *vectors, void *predicates, bool ffr);
void fp_load_sve(const void *vectors, const void *predicates, bool ffr);

#endif
