/* SPDX-License-Identifier: BSD-3-Clause */
/* Refuses a device at the part of the configuration that is to blame. */
#ifndef REEVE_TOOLSTACK_DEVICES_REFUSE_H
#define REEVE_TOOLSTACK_DEVICES_REFUSE_H

#include <limits.h>

#include "toolstack/domain/domain.h"

/* A piece of a text as arguments for "%.*s". */
#define SHOWN(words) (int)(words).length, (words).at

struct disk_path {
	char text[PATH_MAX];
};

/* Returns the path of an image. A target without a / at its start is below
 * /dev, as in xl. */
struct disk_path disk_path(const struct domain_disk *disk);

/* Report "'PATH' WHAT: WHY" at the path of a device, or for an interface at
 * the words that are to blame. hint and why may be NULL. Return
 * REEVE_ERR_CONFIG. */
int disk_refuse(const struct domain_disk *disk, const char *hint,
		const char *what, const char *why, struct reeve_report *report);
int vif_refuse(const struct domain_vif *vif, struct words words,
	       const char *hint, const char *what, const char *why,
	       struct reeve_report *report);
int channel_refuse(const struct domain_channel *channel, const char *hint,
		   const char *what, const char *why,
		   struct reeve_report *report);
int p9_refuse(const struct domain_p9 *folder, const char *hint,
	      const char *what, const char *why, struct reeve_report *report);

#endif
