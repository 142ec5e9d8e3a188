/* SPDX-License-Identifier: BSD-3-Clause */
/* The layout of a firmware image, and the search for its file. */
#include "toolstack/host/flash.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/machine_map.h"
#include "lib/number.h"
#include "toolstack/host/folder.h"

const char *flash_parse(const uint8_t *image, size_t size,
			struct flash_part *parts)
{
	struct firmware_header header;

	if (size < FIRMWARE_HEADER_OFFSET + sizeof(header))
		return "it is too short for a firmware image";
	memcpy(&header, image + FIRMWARE_HEADER_OFFSET, sizeof(header));
	if (header.magic != FIRMWARE_MAGIC)
		return "it is no firmware image";
	if (header.version != FIRMWARE_VERSION || header.parts != FIRMWARE_PARTS)
		return "it is a firmware image of another version";
	for (size_t i = 0; i < FIRMWARE_PARTS; i++) {
		const struct firmware_part *part = &header.part[i];

		if (part->size > size || part->offset > size - part->size)
			return "a part of it lies outside";
		parts[i] = (struct flash_part){ image + part->offset,
						(size_t)part->size };
	}
	return NULL;
}

/* The largest size of each part. */
static const size_t part_sizes[FIRMWARE_PARTS] = {
	[FIRMWARE_MONITOR] = FIRMWARE_HEADER_OFFSET,
	[FIRMWARE_RMM] = MACHINE_RMM_IMAGE_SIZE,
	[FIRMWARE_HYPERVISOR] = MACHINE_FLASH0_SIZE,
	[FIRMWARE_PROVISION] = MACHINE_FLASH0_SIZE / 2,
};

static const char *parts_check(const struct flash_part *parts)
{
	if (parts[FIRMWARE_MONITOR].size == 0)
		return "the monitor is empty";
	for (size_t i = 0; i < FIRMWARE_PARTS; i++) {
		if (parts[i].size > part_sizes[i])
			return "a part is larger than its place";
	}
	return NULL;
}

/* Lays the parts out: the monitor comes first, the others follow the header. */
static struct firmware_header header_layout(const struct flash_part *parts)
{
	struct firmware_header header = {
		.magic = FIRMWARE_MAGIC,
		.version = FIRMWARE_VERSION,
		.parts = FIRMWARE_PARTS,
		.part = { { 0, parts[FIRMWARE_MONITOR].size } },
	};
	size_t at = FIRMWARE_HEADER_OFFSET +
		    align_up(sizeof(header), FIRMWARE_ALIGN);

	for (size_t i = FIRMWARE_RMM; i < FIRMWARE_PARTS; i++) {
		if (parts[i].size == 0)
			continue;
		header.part[i] = (struct firmware_part){ at, parts[i].size };
		at += align_up(parts[i].size, FIRMWARE_ALIGN);
	}
	header.total = at;
	return header;
}

const char *flash_pack(const struct flash_part *parts,
		       const struct flash_settings *settings, uint8_t **image,
		       size_t *size)
{
	const char *wrong = parts_check(parts);
	struct firmware_header header;
	uint8_t *bytes;

	if (wrong != NULL)
		return wrong;
	header = header_layout(parts);
	if (header.total > MACHINE_FLASH0_SIZE)
		return "it is larger than the flash, which has 64 MiB";
	header.dma_memory = settings->dma_memory;
	if (settings->foreign_hypervisor)
		header.flags |= FIRMWARE_FOREIGN_HYPERVISOR;
	bytes = calloc(1, header.total);
	if (bytes == NULL)
		return "no memory for it";
	for (size_t i = 0; i < FIRMWARE_PARTS; i++) {
		if (parts[i].size != 0) {
			memcpy(bytes + header.part[i].offset, parts[i].data,
			       parts[i].size);
		}
	}
	memcpy(bytes + FIRMWARE_HEADER_OFFSET, &header, sizeof(header));
	*image = bytes;
	*size = header.total;
	return NULL;
}

/* ---- Files --------------------------------------------------------------- */

/* Where an image may be, relative to the folder of the running program: in a
 * build tree, and in an installation. */
static const char *const places[] = {
	"/../../../build-firmware/firmware/image/",
	"/../share/reeve/firmware/",
};

static bool try_place(char *path, size_t size, const char *place,
		      const char *name)
{
	char program[PATH_MAX];
	ssize_t length =
		readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return false;
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	length = snprintf(path, size, "%s%s%s", program, place, name);
	return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

int flash_find(bool debug, char *path, size_t size, struct reeve_report *report)
{
	const char *name = debug ? "firmware-debug.bin" : "firmware.bin";
	const char *chosen = getenv("REEVE_FIRMWARE");

	if (chosen != NULL && *chosen != '\0') {
		snprintf(path, size, "%s", chosen);
		return REEVE_OK;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (try_place(path, size, places[i], name))
			return REEVE_OK;
	}
	snprintf(path, size, REEVE_FIRMWARE_DIR "/%s", name);
	if (access(path, R_OK) == 0)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_IO, NULL, NULL,
			    "build it with make, or name it in REEVE_FIRMWARE",
			    "the firmware is missing: there is no %s", path);
}

static void *part_file_read(const char *path, size_t max, size_t *size,
			    struct reeve_report *report)
{
	void *data = folder_file_read(path, max, size);

	if (data == NULL) {
		report_add(report, REEVE_ERROR, NULL, NULL, NULL,
			   "%s cannot be used as firmware: %s", path,
			   strerror(errno));
	}
	return data;
}

static int image_load(bool debug, struct flash *flash,
		      struct reeve_report *report)
{
	char path[PATH_MAX];
	const char *wrong;
	size_t size;
	int result = flash_find(debug, path, sizeof(path), report);

	if (result != REEVE_OK)
		return result;
	flash->owned[FIRMWARE_PARTS] =
		part_file_read(path, MACHINE_FLASH0_SIZE, &size, report);
	if (flash->owned[FIRMWARE_PARTS] == NULL)
		return REEVE_ERR_IO;
	wrong = flash_parse(flash->owned[FIRMWARE_PARTS], size, flash->part);
	if (wrong != NULL) {
		return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
				    "%s cannot be used as firmware: %s", path,
				    wrong);
	}
	return REEVE_OK;
}

static int part_replace(struct flash *flash, size_t index, const char *path,
			struct reeve_report *report)
{
	size_t size;

	flash->owned[index] =
		part_file_read(path, part_sizes[index], &size, report);
	if (flash->owned[index] == NULL)
		return REEVE_ERR_IO;
	flash->part[index] = (struct flash_part){ flash->owned[index], size };
	return REEVE_OK;
}

int flash_load(bool debug, const char *const files[FIRMWARE_PARTS],
	       struct flash *out, struct reeve_report *report)
{
	struct flash flash = { 0 };
	int result = image_load(debug, &flash, report);

	for (size_t i = 0; result == REEVE_OK && i < FIRMWARE_HYPERVISOR; i++) {
		if (files[i] != NULL)
			result = part_replace(&flash, i, files[i], report);
	}
	if (result != REEVE_OK) {
		flash_dispose(&flash);
		return result;
	}
	*out = flash;
	return REEVE_OK;
}

void flash_dispose(struct flash *flash)
{
	for (size_t i = 0; i <= FIRMWARE_PARTS; i++)
		free(flash->owned[i]);
}
