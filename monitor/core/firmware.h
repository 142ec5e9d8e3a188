/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells whether this monitor can boot the flash image. */
#ifndef REEVE_MONITOR_CORE_FIRMWARE_H
#define REEVE_MONITOR_CORE_FIRMWARE_H

#include "abi/firmware.h"

/*
 * Returns what is wrong with a header, in words for the log; NULL if nothing
 * is.
 */
const char *firmware_fault(const struct firmware_header *header);

#endif
