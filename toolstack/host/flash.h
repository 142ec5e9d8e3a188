/* SPDX-License-Identifier: BSD-3-Clause */
/* Firmware images (abi/firmware.h): takes one apart, replaces parts of it, and
 * packs it again. */
#ifndef REEVE_TOOLSTACK_HOST_FLASH_H
#define REEVE_TOOLSTACK_HOST_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/firmware.h"
#include "toolstack/report/report.h"

/* A part as it lies in an image or a file. size 0: it is absent. */
struct flash_part {
	const uint8_t *data;
	size_t size;
};

struct flash {
	struct flash_part part[FIRMWARE_PARTS];
	void *owned[FIRMWARE_PARTS + 1]; /* the memory in which the parts lie */
};

/* Finds the parts of an image; they point into it. Returns NULL, or what is
 * wrong with the image. */
const char *flash_parse(const uint8_t *image, size_t size,
			struct flash_part *parts);
/* The settings that an image has for the monitor. */
struct flash_settings {
	uint64_t dma_memory; /* bytes for devices; 0: the monitor chooses */
	bool foreign_hypervisor; /* it is not ours */
};

/* Packs the parts into an image of *size bytes, which the caller frees. Returns
 * NULL, or what is wrong with the parts. */
const char *flash_pack(const struct flash_part *parts,
		       const struct flash_settings *settings, uint8_t **image,
		       size_t *size);

/* Finds the firmware. Returns REEVE_ERR_IO if it is missing. */
int flash_find(bool debug, char *path, size_t size, struct reeve_report *report);

/* Reads the firmware. If files[i] is not NULL, that file replaces part i (only
 * FIRMWARE_MONITOR and _RMM). Returns REEVE_ERR_IO if a file is missing or
 * unsuitable. The caller disposes of *out after success only. */
int flash_load(bool debug, const char *const files[FIRMWARE_PARTS],
	       struct flash *out, struct reeve_report *report);
void flash_dispose(struct flash *flash);

#endif
