/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the flash of a host. */
#include "toolstack/host/firmware.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/machine_map.h"

/* The input of each step. */
struct firmware {
	const struct folder *folder;
	const struct reeve_host_options *options;
	struct boot *boot;
	struct reeve_report *report;
};

/* Describes a part of the firmware; file is the user's, whose version is not
 * known, or NULL if the part is ours. */
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

int firmware_load(const struct reeve_host_options *options,
		  const struct boot *boot, struct flash *flash,
		  struct platform_request *request, struct reeve_report *report)
{
	const struct blob *hypervisor = &boot->hypervisor.bytes;
	const char *const files[FIRMWARE_PARTS] = {
		[FIRMWARE_MONITOR] = options->monitor,
		[FIRMWARE_RMM] = options->rmm,
	};
	int result = flash_load(options->debug_console, files, flash, report);

	if (result != REEVE_OK)
		return result;
	if (hypervisor->size != 0) {
		flash->part[FIRMWARE_HYPERVISOR] =
			(struct flash_part){ hypervisor->data,
					     hypervisor->size };
	}
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

static int image_write(const struct firmware *firmware,
		       const struct flash *flash,
		       const struct platform *platform)
{
	const struct flash_settings settings = {
		.dma_memory = firmware->options->dma_memory,
		.foreign_hypervisor = firmware->options->hypervisor != NULL,
	};
	struct flash_part parts[FIRMWARE_PARTS];
	const char *wrong;
	uint8_t *image;
	size_t size;
	int result;

	memcpy(parts, flash->part, sizeof(parts));
	parts[FIRMWARE_PROVISION] =
		(struct flash_part){ platform->part, sizeof(platform->part) };
	wrong = flash_pack(parts, &settings, &image, &size);
	if (wrong != NULL) {
		return report_error(firmware->report, REEVE_ERR_IO, NULL, NULL,
				    NULL, "the firmware cannot be packed: %s",
				    wrong);
	}
	result = folder_write(firmware->folder, "flash", image, size,
			      firmware->report);
	explicit_bzero(image, size);
	free(image);
	if (result == REEVE_OK) {
		result = folder_write(
			firmware->folder, "platform.pem", platform->key_pem,
			strlen(platform->key_pem), firmware->report);
	}
	return result;
}

static int parts_write(const struct firmware *firmware)
{
	struct platform_request request;
	struct platform platform;
	struct flash flash;
	int result = firmware_load(firmware->options, firmware->boot, &flash,
				   &request, firmware->report);

	if (result != REEVE_OK)
		return result;
	result = platform_make(&request, &platform, firmware->report);
	if (result == REEVE_OK) {
		result = image_write(firmware, &flash, &platform);
		platform_dispose(&platform);
	}
	flash_dispose(&flash);
	return result;
}

/* ---- A flash of another project ------------------------------------------ */

/* Returns true if the file is larger than a monitor alone can be. */
static bool is_whole_flash(const char *monitor)
{
	struct stat status;

	return monitor != NULL && stat(monitor, &status) == 0 &&
	       S_ISREG(status.st_mode) &&
	       status.st_size > FIRMWARE_HEADER_OFFSET;
}

/* It is loaded as it is: nothing can be provisioned. */
static int whole_write(const struct firmware *firmware)
{
	const char *path = firmware->options->monitor;
	struct span flash = { NULL, 0 };
	char *data;
	int result;

	if (firmware->options->rmm != NULL ||
	    firmware->options->hypervisor != NULL) {
		return report_error(
			firmware->report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"pack them into it, as its project says",
			"%s is a whole flash: --rmm and --hypervisor would not "
			"be used",
			path);
	}
	data = folder_file_read(path, MACHINE_FLASH0_SIZE, &flash.size);
	if (data == NULL) {
		return report_error(firmware->report, REEVE_ERR_IO, NULL, NULL,
				    NULL, "%s cannot be used as firmware: %s",
				    path, strerror(errno));
	}
	flash.data = (const uint8_t *)data;
	firmware->boot->foreign = !boot_has_marked(flash);
	result = folder_write(firmware->folder, "flash", data, flash.size,
			      firmware->report);
	free(data);
	return result;
}

int firmware_write(const struct folder *folder,
		   const struct reeve_host_options *options, struct boot *boot,
		   struct reeve_report *report)
{
	const struct firmware firmware = { folder, options, boot, report };

	return is_whole_flash(options->monitor) ? whole_write(&firmware)
						: parts_write(&firmware);
}
