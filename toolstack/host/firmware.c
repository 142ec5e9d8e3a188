/* SPDX-License-Identifier: BSD-3-Clause */
/* Describes a host's firmware as its platform token does: when the host starts,
 * and when a verifier wants to know it before. */
#include "toolstack/host/firmware.h"

#include "toolstack/token/platform_reference.h"

/* Describes a part of the firmware; file is the user's, or NULL if the part is
 * ours. Nobody knows the version of a file. */
static struct platform_image image_of(const char *name, const char *file,
				      const struct flash_part *part)
{
	return (struct platform_image){
		.name = name,
		.version = file == NULL ? REEVE_BUILD_VERSION : NULL,
		.data = part->data,
		.size = part->size,
	};
}

int firmware_load(const struct reeve_host_options *options, struct flash *flash,
		  struct platform_request *request, struct reeve_report *report)
{
	const char *const files[FIRMWARE_PARTS] = {
		[FIRMWARE_MONITOR] = options->monitor,
		[FIRMWARE_RMM] = options->rmm,
		[FIRMWARE_HYPERVISOR] = options->hypervisor,
	};
	int result = flash_load(options->debug_console, files, flash, report);

	if (result != REEVE_OK)
		return result;
	*request = (struct platform_request){
		.images = {
			image_of("monitor", options->monitor,
				&flash->part[FIRMWARE_MONITOR]),
			image_of("rmm", options->rmm,
				&flash->part[FIRMWARE_RMM]),
			image_of("hypervisor", options->hypervisor,
				&flash->part[FIRMWARE_HYPERVISOR]),
		},
		.debug = options->debug_console,
		.service = PLATFORM_SERVICE,
	};
	return REEVE_OK;
}

int reeve_references_add_firmware(struct reeve_references *references,
				  const struct reeve_host_options *options,
				  struct reeve_report *report)
{
	struct platform_request request;
	struct flash flash;
	int result = firmware_load(options, &flash, &request, report);

	if (result != REEVE_OK)
		return result;
	if (!platform_reference_add(references, &request))
		result = REEVE_ERR_MEMORY;
	flash_dispose(&flash);
	return result;
}
