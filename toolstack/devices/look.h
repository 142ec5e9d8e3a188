/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at the host's side of a device on this computer, without QEMU: an
 * image, a bridge, the place of a socket, a folder. */
#ifndef REEVE_TOOLSTACK_DEVICES_LOOK_H
#define REEVE_TOOLSTACK_DEVICES_LOOK_H

#include <limits.h>

#include "toolstack/domain/domain.h"
#include "toolstack/host/share.h"

/* Each returns 0, or REEVE_ERR_CONFIG with an error at the part of the
 * configuration. */

/* The image is there. *block becomes true if it is a block device. */
int look_disk(const struct domain_disk *disk, bool *block,
	      struct reeve_report *report);
/* Its storage answers: QEMU would wait for it. Also returns as image_try()
 * does. */
int look_disk_storage(const struct domain_disk *disk,
		      const struct reeve_watch *watch,
		      struct reeve_report *report);
/* There is what the interface is to be attached to. */
int look_vif(const struct domain_vif *vif, struct reeve_report *report);
/* A channel's socket can be made: there is nothing in its place, or a socket.
 * QEMU removes what is there. */
int look_channel(const struct domain_channel *channel,
		 struct reeve_report *report);
/* Nobody listens on that socket. The look connects to it, so that a guest may
 * notice it. */
int look_channel_free(const struct domain_channel *channel,
		      struct reeve_report *report);
/* The folder is there, and a host of this user offers it so. path becomes its
 * real path. */
int look_p9(const struct domain_p9 *folder, char path[PATH_MAX],
	    struct reeve_report *report);

/* Looks at all devices of a guest, but at no socket's listener. Reports each
 * that cannot be made on this computer. Returns the first failure. */
int look_devices(const struct domain *domain, const struct reeve_watch *watch,
		 struct reeve_report *report);

/* Returns the path of the program that attaches QEMU to bridges; NULL: it is
 * not installed. */
const char *look_bridge_helper(void);

/* How a host is to share a folder. */
enum share_way look_p9_way(const struct domain_p9 *folder);

#endif
