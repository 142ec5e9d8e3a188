/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judge the texts inside a configuration: device specifications, CPU sets,
 * identifiers. Each function is a key_check (see schema.h).
 */
#ifndef REEVE_TOOLSTACK_SPEC_H
#define REEVE_TOOLSTACK_SPEC_H

#include <stddef.h>

#include "toolstack/domain/schema.h"

key_check spec_path; /* any text that is not empty */
key_check spec_uuid;
key_check spec_rpv;
key_check spec_cpus;
key_check spec_colors;
key_check spec_irq;
key_check spec_iomem;
key_check spec_ioports;
key_check spec_pci;
key_check spec_parts; /* KEY=VALUE,... of the key's sub-keys */
key_check spec_virtio;
key_check spec_disk; /* these four are in disk.c, vif.c and channel.c */
key_check spec_vif;
key_check spec_channel;
key_check spec_p9;
key_check spec_quota;
key_check spec_sci;

/*
 * Finds the last NAME=VALUE among the parts of text, which commas separate.
 * Blanks around NAME do not count. Returns the value and writes its length, or
 * returns NULL.
 */
const char *spec_part(const char *text, const char *name, size_t *length);

/* Returns true if the part is there and has exactly that value. */
bool spec_part_is(const char *text, const char *name, const char *value);

#endif
