/* SPDX-License-Identifier: BSD-3-Clause */
/* host.json, which tells other processes what they must know of a running host,
 * and guest-ID.json. */
#ifndef REEVE_TOOLSTACK_HOST_RECORD_H
#define REEVE_TOOLSTACK_HOST_RECORD_H

#include "toolstack/host/folder.h"

int record_write(const struct folder *folder,
		 const struct reeve_host_entry *entry,
		 struct reeve_report *report);
/* Returns false if the file is missing or is not what we write. */
bool record_read(const struct folder *folder, struct reeve_host_entry *entry);
/* Returns QEMU's pid, even if the process that started QEMU was killed before
 * it wrote the record. Returns 0 if the pid is not known. */
long record_pid(const struct folder *folder);

/* Keeps the measurement that was predicted when a domain was created. It counts
 * only for the domain with both this id and this uuid, because an id may come
 * again. Without a record rim_size is 0. */
int record_rim_write(const struct folder *folder,
		     const struct reeve_domain *domain,
		     struct reeve_report *report);
void record_rim_read(const struct folder *folder, struct reeve_domain *domain);
void record_rim_remove(const struct folder *folder, unsigned domid);

#endif
