/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a device tree blob from anywhere may be read with libfdt. */
#ifndef REEVE_TOOLSTACK_IMAGE_FDT_CHECK_H
#define REEVE_TOOLSTACK_IMAGE_FDT_CHECK_H

#include "toolstack/image/bytes.h"

/*
 * NULL, or what is wrong with it. The bytes must be aligned to 8. In a tree
 * that passes, every name and property ends in the blob, and nothing but nodes
 * and properties is below its root.
 */
const char *fdt_blob_check(struct span blob);

#endif
