/* SPDX-License-Identifier: BSD-3-Clause */
/* The flash of a host: our firmware, with the parts that the user brings and
 * keys of its own; or a flash of another project. */
#ifndef REEVE_TOOLSTACK_HOST_FIRMWARE_H
#define REEVE_TOOLSTACK_HOST_FIRMWARE_H

#include "toolstack/host/boot.h"

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
