/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks the header of the flash image. */
#include "monitor/core/firmware.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/machine_map.h"
#include "abi/provision.h"
#include "lib/addr.h"
#include "lib/number.h"

static bool is_inside(const struct firmware_part *part, uint64_t total)
{
	return part->offset <= total && part->size <= total - part->offset;
}

const char *firmware_fault(const struct firmware_header *header)
{
	const struct firmware_part *part = header->part;

	if (header->magic != FIRMWARE_MAGIC)
		return "no firmware header";
	if (header->version != FIRMWARE_VERSION ||
	    header->parts != FIRMWARE_PARTS)
		return "a firmware header of another version";
	if ((header->flags & ~(uint32_t)FIRMWARE_FOREIGN_HYPERVISOR) != 0 ||
	    header->zero != 0)
		return "a firmware header with unknown flags";
	if (header->total > MACHINE_FLASH0_SIZE)
		return "firmware larger than the flash";
	for (size_t i = 0; i < FIRMWARE_PARTS; i++) {
		if (!is_inside(&part[i], header->total))
			return "a part outside the firmware";
		if (!is_aligned(part[i].offset, FIRMWARE_ALIGN))
			return "a part that is not aligned";
	}
	if (part[FIRMWARE_RMM].size == 0 ||
	    part[FIRMWARE_RMM].size > MACHINE_RMM_IMAGE_SIZE)
		return "no RMM, or one that is too large";
	if (part[FIRMWARE_HYPERVISOR].size == 0)
		return "no hypervisor";
	if (part[FIRMWARE_PROVISION].size > PROVISION_PART_SIZE)
		return "a provisioned part that is too large";
	return NULL;
}
