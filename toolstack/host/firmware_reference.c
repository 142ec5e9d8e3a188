/* SPDX-License-Identifier: BSD-3-Clause */
/* The reference values of a host's firmware, without a host that runs it. */
#include "toolstack/host/firmware.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/platform_reference.h"

int reeve_firmware_path(const struct reeve_host_options *options, char **path,
			struct reeve_report *report)
{
	char found[PATH_MAX];
	int result = flash_find(options->debug_console, found, sizeof(found),
				report);

	*path = result == REEVE_OK ? realpath(found, NULL) : NULL;
	if (result != REEVE_OK || *path != NULL)
		return result;
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL, "%s: %s",
			    found, strerror(errno));
}

static int firmware_add(struct reeve_references *references,
			const struct reeve_host_options *options,
			const struct boot *boot, struct reeve_report *report)
{
	struct platform_request request;
	struct flash flash;
	int result = firmware_load(options, boot, &flash, &request, report);

	if (result != REEVE_OK)
		return result;
	if (!platform_reference_add(references, &request))
		result = REEVE_ERR_MEMORY;
	flash_dispose(&flash);
	return result;
}

int reeve_references_add_firmware(struct reeve_references *references,
				  const struct reeve_host_options *options,
				  struct reeve_report *report)
{
	struct boot boot = BOOT_NONE;
	int result = boot_load(&boot, options, UINT64_MAX, report);

	if (result == REEVE_OK)
		result = firmware_add(references, options, &boot, report);
	boot_free(&boot);
	return result;
}
