/* SPDX-License-Identifier: BSD-3-Clause */
/* Places a guest's images where libxl would. */
#include "toolstack/image/layout.h"

#include "abi/guest_map.h"
#include "lib/number.h"

#define MIB ((uint64_t)1 << 20)

/* The end of the kernel is rounded up to this before the modules (initrd and
 * device tree) are put behind it. */
#define KERNEL_END_ALIGN (2 * MIB)

/* The preferred place of the modules: far from the kernel, so that it does not
 * depend on the kernel's size. */
#define MODULES_BASE (GUEST_RAM0_BASE + 128 * MIB)

/* The sizes as extents, after the check that they cannot overflow. */
struct extents {
	uint64_t kernel_start;
	uint64_t kernel_end; /* whole pages */
	uint64_t kernel_limit; /* rounded up to KERNEL_END_ALIGN */
	uint64_t initrd; /* whole pages */
	uint64_t modules; /* initrd and tree, whole pages */
};

void layout_banks(uint64_t ram, struct image_bank banks[2])
{
	uint64_t size = align_down(ram, MIB);
	uint64_t first = smaller(size, GUEST_RAM0_SIZE);

	banks[0] = (struct image_bank){ GUEST_RAM0_BASE, first };
	banks[1] = (struct image_bank){ GUEST_RAM1_BASE,
					smaller(size - first, GUEST_RAM1_SIZE) };
}

/* Computes the extents. Returns false if a size exceeds the bank; after this
 * check no sum in this file can wrap. */
static bool sizes_measure(const struct layout_sizes *sizes,
			  struct extents *extents)
{
	if (sizes->text_offset >= GUEST_RAM0_SIZE ||
	    sizes->kernel > GUEST_RAM0_SIZE ||
	    sizes->initrd > GUEST_RAM0_SIZE || sizes->dtb > GUEST_RAM0_SIZE)
		return false;
	extents->kernel_start = GUEST_RAM0_BASE + sizes->text_offset;
	extents->kernel_end = align_up(extents->kernel_start + sizes->kernel,
				       GUEST_PAGE_SIZE);
	extents->kernel_limit = align_up(extents->kernel_end, KERNEL_END_ALIGN);
	extents->initrd = align_up(sizes->initrd, GUEST_PAGE_SIZE);
	extents->modules =
		extents->initrd + align_up(sizes->dtb, GUEST_PAGE_SIZE);
	return true;
}

/* Returns true if the modules fit below the kernel. */
static bool fits_below(const struct extents *extents)
{
	return extents->kernel_start - GUEST_RAM0_BASE > extents->modules;
}

/* Returns where the modules go, or 0 if they fit nowhere. */
static uint64_t place_modules(const struct extents *extents, uint64_t ram_end)
{
	if (ram_end >= MODULES_BASE + extents->modules &&
	    extents->kernel_limit < MODULES_BASE)
		return MODULES_BASE;
	if (ram_end - GUEST_RAM0_BASE >= extents->modules &&
	    ram_end - extents->modules > extents->kernel_limit)
		return ram_end - extents->modules;
	if (fits_below(extents))
		return extents->kernel_start - extents->modules;
	return 0;
}

bool layout_place(const struct layout_sizes *sizes, struct layout *layout)
{
	struct image_bank banks[2];
	struct extents extents;
	uint64_t ram_end, modules;

	if (!sizes_measure(sizes, &extents))
		return false;
	layout_banks(sizes->ram, banks);
	ram_end = banks[0].base + banks[0].size;
	if (extents.kernel_end > ram_end)
		return false;
	modules = place_modules(&extents, ram_end);
	if (modules == 0)
		return false;
	*layout = (struct layout){ extents.kernel_start, modules,
				   modules + extents.initrd };
	return true;
}

uint64_t layout_minimum(const struct layout_sizes *sizes)
{
	struct extents extents;
	uint64_t end;

	if (!sizes_measure(sizes, &extents))
		return 0;
	/* Behind the kernel the modules need one byte more than their size,
	 * because place_modules() compares with >. Below the kernel they need
	 * no RAM behind it. */
	end = fits_below(&extents) ? extents.kernel_end
				   : extents.kernel_limit + extents.modules + 1;
	end = align_up(end - GUEST_RAM0_BASE, MIB);
	return end <= GUEST_RAM0_SIZE ? end : 0;
}
