/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for device tree blobs from files. The blob is merged into a
 * guest's device tree as a partial tree, and the blob and the result are
 * printed as source text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/image/fdt_guest.h"

static void partial_merge(struct span partial)
{
	struct image_request request = { .vcpus = 1 };
	struct fdt_plan plan = { .request = &request, .partial = partial };
	struct blob dtb = BLOB_NONE;

	if (fdt_partial_check(partial) != NULL)
		return;
	if (fdt_guest_write(&plan, &dtb) == REEVE_OK)
		free(image_dtb_source(dtb.data, dtb.size));
	blob_free(&dtb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size != 0 ? size : 1); /* malloc aligns it */

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	free(image_dtb_source(copy, size));
	partial_merge((struct span){ copy, size });
	free(copy);
	return 0;
}
