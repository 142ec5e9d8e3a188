/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices of domains on a host. */
#ifndef REEVE_TOOLSTACK_API_ATTACHED_H
#define REEVE_TOOLSTACK_API_ATTACHED_H

#include "toolstack/api/host.h"
#include "toolstack/devices/devices.h"

/* Gets the host's devices, holds the disks of all domains, and takes out what
 * belongs to no domain. *slots tells the rest. attached_let_go() and
 * devices_close() end it. */
int attached_open(struct reeve_host *host, const struct reeve_watch *watch,
		  struct devices **out, struct devices_slots *slots,
		  struct reeve_report *report);
/*
 * Holds the disks of all domains: QEMU gets no requests of them any more, and
 * has none when the function returns, so that it waits for none while its
 * devices change. REEVE_ERR_HOST: a disk does not answer. The other function
 * lets their requests go on. So do a domain that is made, or whose end is
 * awaited, and the end of this process.
 */
int attached_hold(struct reeve_host *host, const struct reeve_watch *watch,
		  struct reeve_report *report);
void attached_let_go(struct reeve_host *host);

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
