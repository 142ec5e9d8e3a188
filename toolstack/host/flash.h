/* SPDX-License-Identifier: BSD-3-Clause */
/* Firmware images (abi/firmware.h): taking one apart, replacing parts of it,
 * and packing it again. */
#ifndef REEVE_TOOLSTACK_HOST_FLASH_H
#define REEVE_TOOLSTACK_HOST_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/firmware.h"
#include "toolstack/report/report.h"

/* A part as it lies in an image or a file; size 0: absent. */
struct flash_part {
	const uint8_t *data;
	size_t size;
};

struct flash {
	struct flash_part part[FIRMWARE_PARTS];
	void *owned[FIRMWARE_PARTS + 1]; /* what the parts lie in */
};

/* The parts of an image, which is borrowed. NULL, or what is wrong. */
const char *flash_parse(const uint8_t *image, size_t size,
			struct flash_part *parts);
/* Packs parts into an image of *size bytes, which the caller frees. NULL, or
 * what is wrong. */
const char *flash_pack(const struct flash_part *parts, uint8_t **image,
		       size_t *size);

/*
 * Reads the firmware: files[i], if not NULL, is used in the place of part i
 * (only FIRMWARE_MONITOR, _RMM and _HYPERVISOR). REEVE_ERR_IO: a file is not
 * there or unfit. *out is disposed of after success only.
 */
int flash_load(bool debug, const char *const files[FIRMWARE_PARTS],
	       struct flash *out, struct reeve_report *report);
void flash_dispose(struct flash *flash);

#endif
