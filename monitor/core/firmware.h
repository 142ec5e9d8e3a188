/* SPDX-License-Identifier: BSD-3-Clause */
/* Is the flash image one that this monitor can boot? */
#ifndef REEVE_MONITOR_CORE_FIRMWARE_H
#define REEVE_MONITOR_CORE_FIRMWARE_H

#include "abi/firmware.h"

/* What is wrong with a header, in words for the log; NULL if nothing is. */
const char *firmware_fault(const struct firmware_header *header);

#endif
