/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside the domain stage: reads the text of one disk, in any spelling of
 * xl-disk-configuration(5), the old ones included. */
#ifndef REEVE_TOOLSTACK_DOMAIN_DISK_H
#define REEVE_TOOLSTACK_DOMAIN_DISK_H

#include "toolstack/domain/device.h"
#include "toolstack/domain/schema.h"

/* Reads a disk up to its first fault. The texts in the result point into text.
 * Sets no entry. */
struct key_fault disk_read(const char *text, struct domain_disk *disk);

/* Reads the name that a disk has in a configuration: xvda, d0p1, sdb, hdc2, or
 * the number of xen-vbd-interface(7). Returns false if it is none. */
bool disk_vdev_read(struct words vdev, unsigned *number, unsigned *partition);

#endif
