/* SPDX-License-Identifier: BSD-3-Clause */
/* The firmware of a host, as its options choose it. */
#ifndef REEVE_TOOLSTACK_HOST_FIRMWARE_H
#define REEVE_TOOLSTACK_HOST_FIRMWARE_H

#include "toolstack/host/flash.h"
#include "toolstack/token/platform.h"

/* Reads the firmware, and describes it for its platform token; the description
 * points into *flash. REEVE_ERR_IO as flash_load(). The caller disposes of
 * *flash after success only. */
int firmware_load(const struct reeve_host_options *options, struct flash *flash,
		  struct platform_request *request, struct reeve_report *report);

#endif
