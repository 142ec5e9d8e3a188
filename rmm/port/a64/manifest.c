/* SPDX-License-Identifier: BSD-3-Clause */
/* The boot manifest. Every list is checked, also those that are not used. */
#include "rmm/port/a64/manifest.h"

#include <stdbool.h>
#include <string.h>

#include "abi/rmm_el3.h"
#include "lib/addr.h"
#include "lib/number.h"
#include "rmm/core/granule.h"

#define VERSION_MAJOR(version) ((version) >> 16)
#define VERSION_MINOR(version) ((version) & 0xffff)
/* The minor versions that added lists. */
#define MINOR_CONSOLES 3
#define MINOR_DEVICES  4
#define MINOR_SMMUS    5

#define SMMU_SIZE         16
#define ROOT_COMPLEX_SIZE 24

struct page {
	const uint64_t *words;
	uint64_t pa;
};

/* Returns the words of a list's array, or NULL if the array does not lie in the
 * page behind the manifest. */
static const uint64_t *array_of(const struct page *page,
				const struct rmm_el3_list *list,
				uint64_t element)
{
	uint64_t offset = list->pointer - page->pa;

	if (list->pointer < page->pa || offset > GRANULE_SIZE ||
	    offset < sizeof(struct rmm_el3_manifest) ||
	    !is_aligned(offset, sizeof(uint64_t)) ||
	    list->count > (GRANULE_SIZE - offset) / element)
		return NULL;
	return page->words + offset / sizeof(uint64_t);
}

/* An empty list is all zero. The words of any other list add up to zero. */
static bool list_valid(const struct page *page, const struct rmm_el3_list *list,
		       uint64_t element)
{
	uint64_t sum = list->count + list->pointer + list->checksum;
	const uint64_t *words;

	if (list->count == 0)
		return list->pointer == 0 && list->checksum == 0;
	words = array_of(page, list, element);
	if (words == NULL)
		return false;
	for (uint64_t i = 0; i < list->count * element / sizeof(*words); i++)
		sum += words[i];
	return sum == 0;
}

/* An empty list may have any pointer and any checksum: TF-A's port to QEMU
 * leaves those of a list that it has emptied. */
static bool root_complexes_valid(const struct page *page,
				 const struct rmm_el3_root_complexes *complexes)
{
	struct rmm_el3_list list = { complexes->count, complexes->pointer, 0 };

	if (complexes->zero != 0)
		return false;
	if (complexes->count == 0)
		return true;
	/* The word of the version is part of the sum. */
	list.checksum = complexes->checksum + complexes->version;
	return list_valid(page, &list, ROOT_COMPLEX_SIZE);
}

static bool lists_valid(const struct page *page,
			const struct rmm_el3_manifest *manifest)
{
	uint32_t minor = VERSION_MINOR(manifest->version);
	uint64_t bank = sizeof(struct rmm_el3_bank);

	if (manifest->zero != 0 || !list_valid(page, &manifest->dram, bank) ||
	    !list_valid(page, &manifest->consoles,
			sizeof(struct rmm_el3_console)))
		return false;
	if (minor >= MINOR_DEVICES &&
	    (!list_valid(page, &manifest->device_noncoherent, bank) ||
	     !list_valid(page, &manifest->device_coherent, bank)))
		return false;
	return minor < MINOR_SMMUS ||
	       (list_valid(page, &manifest->smmus, SMMU_SIZE) &&
		root_complexes_valid(page, &manifest->root_complexes));
}

/* The core tracks exactly one bank of memory. */
static bool memory_read(const struct page *page, const struct rmm_el3_list *dram,
			uint64_t pa_end, struct manifest *manifest)
{
	struct rmm_el3_bank bank;

	if (dram->count != 1)
		return false;
	memcpy(&bank, array_of(page, dram, sizeof(bank)), sizeof(bank));
	if (bank.base == 0 || bank.size == 0 ||
	    !is_aligned(bank.base | bank.size, GRANULE_SIZE) ||
	    bank.base >= pa_end || bank.size > pa_end - bank.base)
		return false;
	manifest->memory_base = bank.base;
	manifest->memory_size = bank.size;
	return true;
}

/* Uses the first console. There may be none. */
static bool console_read(const struct page *page,
			 const struct rmm_el3_list *consoles,
			 struct manifest *manifest)
{
	static const char pl011[8] = "pl011";
	struct rmm_el3_console console;

	if (consoles->count == 0)
		return true;
	memcpy(&console, array_of(page, consoles, sizeof(console)),
	       sizeof(console));
	if (memcmp(console.name, pl011, sizeof(pl011)) != 0 ||
	    console.base == 0 || !is_aligned(console.base, GRANULE_SIZE) ||
	    console.pages == 0 || console.flags != 0)
		return false;
	manifest->console = console.base;
	return true;
}

int64_t manifest_read(const uint64_t *words, uint64_t pa, uint64_t pa_end,
		      struct manifest *manifest)
{
	struct page page = { words, pa };
	struct rmm_el3_manifest raw;

	memcpy(&raw, words, sizeof(raw));
	*manifest = (struct manifest){ 0 };
	if (VERSION_MAJOR(raw.version) != 0 ||
	    VERSION_MINOR(raw.version) < MINOR_CONSOLES)
		return RMM_EL3_BOOT_MANIFEST;
	if (!lists_valid(&page, &raw) ||
	    !memory_read(&page, &raw.dram, pa_end, manifest) ||
	    !console_read(&page, &raw.consoles, manifest))
		return RMM_EL3_BOOT_MANIFEST_DATA;
	return RMM_EL3_BOOT_OK;
}
