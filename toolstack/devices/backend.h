/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's side of a device, as arguments for QEMU: an image, a network, a
 * channel's socket; and why QEMU could not have it. */
#ifndef REEVE_TOOLSTACK_DEVICES_BACKEND_H
#define REEVE_TOOLSTACK_DEVICES_BACKEND_H

#include "toolstack/domain/domain.h"
#include "toolstack/host/share.h"

struct json_object;

/*
 * Make the arguments of blockdev-add, netdev_add and chardev-add, under that
 * id, after the looks of look.h. They return 0, or REEVE_ERR_CONFIG with an
 * error at the part of the configuration.
 */
int backend_disk(const struct domain_disk *disk, const char *id,
		 struct json_object **out, struct reeve_report *report);
int backend_vif(const struct domain_vif *vif, const char *id,
		struct json_object **out, struct reeve_report *report);
int backend_channel(const struct domain_channel *channel, const char *id,
		    struct json_object **out, struct reeve_report *report);

/* Makes the id under which QEMU knows a shared folder. Returns 0, or
 * REEVE_ERR_CONFIG: there is no such folder, or no host of this user offers it
 * so. */
int backend_p9(const struct domain_p9 *folder, char id[SHARE_ID],
	       struct reeve_report *report);
/* Reports that QEMU did not take a folder. Returns REEVE_ERR_CONFIG. */
int backend_p9_refused(const struct domain_p9 *folder, const char *words,
		       struct reeve_report *report);

/* Report why QEMU could not open the image, or make the network. words: what it
 * said. Return REEVE_ERR_CONFIG. The first tells whether it said that the image
 * is locked. */
bool backend_disk_is_locked(const char *words);
int backend_disk_refused(const struct domain_disk *disk, const char *words,
			 struct reeve_report *report);
int backend_vif_refused(const struct domain_vif *vif, const char *words,
			struct reeve_report *report);

#endif
