/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices of domains on a host. */
#ifndef REEVE_TOOLSTACK_API_ATTACHED_H
#define REEVE_TOOLSTACK_API_ATTACHED_H

#include "toolstack/api/host.h"
#include "toolstack/devices/devices.h"

/* Gets the host's devices, and takes out what belongs to no domain. *slots
 * tells the rest. devices_close() ends it. */
int attached_open(struct reeve_host *host, const struct reeve_watch *watch,
		  struct devices **out, struct devices_slots *slots,
		  struct reeve_report *report);
/* Waits until the disks of all other domains have answered a request, if they
 * have any. REEVE_ERR_HOST: one does not answer, and the host would stand still
 * if the devices of this domain went away now. */
int attached_await_others(struct reeve_host *host,
			  const struct reeve_watch *watch, unsigned domid,
			  struct reeve_report *report);
/* Only takes out what belongs to no domain, after the end of one. A failure is
 * a warning: the domain is gone. */
void attached_reap(struct reeve_host *host, const struct reeve_watch *watch,
		   struct reeve_report *report);

#endif
