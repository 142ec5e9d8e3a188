/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for kernels: headers, compression, banner. An accepted kernel must
 * be within its limits. A refused one must be reported, once. The same bytes
 * are read as a RAM disk, about which there is never an error.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "tests/fuzz/fuzz.h"
#include "toolstack/image/kernel.h"
#include "toolstack/image/ramdisk.h"

#define UNPACKED_MAX ((size_t)1 << 20)

static void check_kernel(const struct kernel *kernel)
{
	if (kernel->bytes.size > UNPACKED_MAX && kernel->bytes.mapped != 0)
		abort();
	if (kernel->memory_size < kernel->bytes.size ||
	    kernel->memory_size % GUEST_PAGE_SIZE != 0 ||
	    kernel->memory_size > GUEST_RAM0_SIZE)
		abort();
	if (kernel->info.format == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct image_file file = { .path = "kernel" };
	struct blob raw = { (uint8_t *)(uintptr_t)data, size, 0, -1 };
	struct reeve_report *report = reeve_report_new();
	struct kernel kernel;
	int result;

	if (report == NULL)
		abort();
	ramdisk_check((struct span){ data, size }, &file, report);
	ramdisk_unpack_check((struct span){ data, size }, &file, UNPACKED_MAX,
			     report);
	if (report_errors(report) != 0)
		abort();
	result = kernel_unpack(&kernel, &raw, UNPACKED_MAX, &file, report);
	if (report_errors(report) != (result != REEVE_OK))
		abort();
	if (result == REEVE_OK)
		check_kernel(&kernel);
	kernel_free(&kernel);
	reeve_report_free(report);
	return 0;
}
