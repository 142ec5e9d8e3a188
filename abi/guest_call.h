/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a guest may tell our hypervisor beside PSCI, by a call whose immediate
 * says what it is: a Realm by RSI_HOST_CALL, an ordinary guest by HVC. All
 * others are answered with SMCCC_NOT_SUPPORTED in X0.
 */
#ifndef REEVE_ABI_GUEST_CALL_H
#define REEVE_ABI_GUEST_CALL_H

/* It cannot go on: the domain ends with CONTROL_CRASH. No return. */
#define GUEST_CALL_CRASH 0xdead

#endif
