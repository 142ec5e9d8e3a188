/* SPDX-License-Identifier: BSD-3-Clause */
/* host.json: what is to be known of a running host from outside. */
#ifndef REEVE_TOOLSTACK_HOST_RECORD_H
#define REEVE_TOOLSTACK_HOST_RECORD_H

#include "toolstack/host/folder.h"

int record_write(const struct folder *folder,
		 const struct reeve_host_entry *entry,
		 struct reeve_report *report);
/* false: it is not there, or not as we write it. */
bool record_read(const struct folder *folder, struct reeve_host_entry *entry);
/* QEMU's pid, also when its starter was killed before it wrote a record; 0: it
 * is not known. */
long record_pid(const struct folder *folder);

/*
 * The measurement that was predicted of a domain when it was created, for the
 * domain of that id and uuid. rim_size stays 0 without a record of it.
 */
int record_rim_write(const struct folder *folder,
		     const struct reeve_domain *domain,
		     struct reeve_report *report);
void record_rim_read(const struct folder *folder, struct reeve_domain *domain);
void record_rim_remove(const struct folder *folder, unsigned domid);

#endif
