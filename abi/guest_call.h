/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of a guest to our hypervisor besides PSCI. A Realm makes them by
 * RSI_HOST_CALL, an ordinary guest by HVC; the immediate says which call it is.
 * All others are answered with SMCCC_NOT_SUPPORTED in X0.
 */
#ifndef REEVE_ABI_GUEST_CALL_H
#define REEVE_ABI_GUEST_CALL_H

/* The guest cannot go on: the domain ends with CONTROL_CRASH. No return. */
#define GUEST_CALL_CRASH 0xdead

#endif
