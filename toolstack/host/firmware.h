/* SPDX-License-Identifier: BSD-3-Clause */
/* The flash of a host: our firmware, with the parts that the user brings and
 * keys of its own; or a flash of another project. */
#ifndef REEVE_TOOLSTACK_HOST_FIRMWARE_H
#define REEVE_TOOLSTACK_HOST_FIRMWARE_H

#include "toolstack/host/boot.h"
#include "toolstack/host/flash.h"
#include "toolstack/token/platform.h"

/* Reads the firmware, with boot->hypervisor in the place of ours if it has
 * bytes, and describes it for its platform token. The description points into
 * *flash, which points into *boot. REEVE_ERR_IO as flash_load(). The caller
 * disposes of *flash after success only. */
int firmware_load(const struct reeve_host_options *options,
		  const struct boot *boot, struct flash *flash,
		  struct platform_request *request, struct reeve_report *report);

/*
 * Writes "flash" into the folder, and with our firmware also "platform.pem".
 * boot->hypervisor takes the place of ours if it has bytes. A file for the
 * monitor that is larger than its part is a whole flash, in which the other
 * parts are: then boot->foreign is set by what is in it.
 */
int firmware_write(const struct folder *folder,
		   const struct reeve_host_options *options, struct boot *boot,
		   struct reeve_report *report);

#endif
