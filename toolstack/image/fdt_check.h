/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks a device tree blob from an untrusted source before libfdt reads it. */
#ifndef REEVE_TOOLSTACK_IMAGE_FDT_CHECK_H
#define REEVE_TOOLSTACK_IMAGE_FDT_CHECK_H

#include "toolstack/image/bytes.h"

/* Returns NULL, or what is wrong with the blob. Its bytes must be aligned to 8.
 * In a blob that passes, every name and property ends within the blob, and
 * nothing but nodes and properties is below the root. */
const char *fdt_blob_check(struct span blob);

#endif
