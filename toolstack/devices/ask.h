/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks QEMU what is plugged into a slot. Its texts come back printable. */
#ifndef REEVE_TOOLSTACK_DEVICES_ASK_H
#define REEVE_TOOLSTACK_DEVICES_ASK_H

#include "toolstack/devices/qmp.h"

/*
 * Fill *out with the disk or the interface in a slot, or with a channel of the
 * console device there (part counts from 1). Return as qmp_call() does, with a
 * refusal reported; ask_channel() returns REEVE_ERR_NO_DOMAIN, and reports
 * nothing, if there is no such channel.
 */
int ask_disk(struct qmp *qmp, unsigned slot, struct reeve_attached *out,
	     struct reeve_report *report);
int ask_vif(struct qmp *qmp, unsigned slot, struct reeve_attached *out,
	    struct reeve_report *report);
int ask_channel(struct qmp *qmp, unsigned slot, unsigned part,
		struct reeve_attached *out, struct reeve_report *report);

#endif
