/* SPDX-License-Identifier: BSD-3-Clause */
/* Attestation tokens by the kernel's TSM reports: entries of configfs, one for
 * each question, which nobody else uses. */
#ifndef REEVE_GUEST_TSM_H
#define REEVE_GUEST_TSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/attest.h"

#define TSM_FOLDER "/sys/kernel/config/tsm/report"

/*
 * Gets the token with a challenge, of 1 to ATTEST_TOKEN_MAX bytes. Returns
 * false after complaining: of a kernel without such reports, of a guest that is
 * no CCA Realm, of an answer that is not to this challenge.
 */
bool tsm_token(const char *folder, const uint8_t challenge[ATTEST_CHALLENGE],
	       uint8_t token[ATTEST_TOKEN_MAX], size_t *size);

#endif
