/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges of the texts inside a configuration: device specifications, CPU
 * sets, identifiers. Each is a key_check (see schema.h): NULL when the text
 * is right, otherwise what is wrong with it.
 */
#ifndef REEVE_TOOLSTACK_SPEC_H
#define REEVE_TOOLSTACK_SPEC_H

#include <stddef.h>

#include "toolstack/domain/schema.h"

key_check spec_path; /* anything but nothing */
key_check spec_uuid;
key_check spec_rpv;
key_check spec_cpus;
key_check spec_colors;
key_check spec_irq;
key_check spec_iomem;
key_check spec_ioports;
key_check spec_pci;
key_check spec_parts; /* KEY=VALUE,... with the key's sub-keys */
key_check spec_virtio;
key_check spec_quota;
key_check spec_sci;

/*
 * Finds the last NAME=VALUE among the parts of text that commas separate,
 * blanks around NAME aside. Returns the value and its length, or NULL.
 */
const char *spec_part(const char *text, const char *name, size_t *length);

/* Whether the part is there with exactly that value. */
bool spec_part_is(const char *text, const char *name, const char *value);

#endif
