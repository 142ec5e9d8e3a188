/* SPDX-License-Identifier: BSD-3-Clause */
/* A call to EL3 from EL2, with all argument and result registers of SMCCC. */
#ifndef REEVE_LIB_SMC_H
#define REEVE_LIB_SMC_H

#include "abi/smccc.h"

/* X0-X17 come from regs and go back to it. */
void smc_call(struct smccc_regs *regs);

#endif
