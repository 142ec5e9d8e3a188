/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the boot manifest and reserves memory for the RMM. */
#include "monitor/core/manifest.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/machine_map.h"

#define ARRAY_OFFSET(field) offsetof(struct manifest_page, field)

/*
 * Returns a list of one element, `words` long, at pa. Its checksum makes the
 * sum of all words 0 (docs/machine.md, Boot manifest).
 */
static struct rmm_el3_list list_of_one(uint64_t pa, const uint64_t *element,
				       size_t words)
{
	struct rmm_el3_list list = { .count = 1, .pointer = pa };
	uint64_t sum = list.count + list.pointer;

	for (size_t i = 0; i < words; i++)
		sum += element[i];
	list.checksum = -sum;
	return list;
}

/*
 * The console as words: the checksum counts its name, which is text, as the RMM
 * reads it.
 */
union console_words {
	struct rmm_el3_console console;
	uint64_t words[sizeof(struct rmm_el3_console) / sizeof(uint64_t)];
};

void manifest_make(struct manifest_page *page, uint64_t pa,
		   const struct rmm_el3_bank *dram)
{
	const uint64_t bank[] = { dram->base, dram->size };
	const union console_words uart = { .console = {
						   .base = MACHINE_UART0_BASE,
						   .pages = 1,
						   .name = "pl011",
						   .clock_hz =
							   MACHINE_UART_CLOCK_HZ,
						   .baud = MACHINE_UART_BAUD,
					   } };

	*page = (struct manifest_page){
		.manifest.version = RMM_EL3_MANIFEST_VERSION,
		.dram = *dram,
		.console = uart.console,
	};
	page->manifest.dram = list_of_one(pa + ARRAY_OFFSET(dram), bank, 2);
	page->manifest.consoles =
		list_of_one(pa + ARRAY_OFFSET(console), uart.words,
			    sizeof(uart.words) / sizeof(uart.words[0]));
}

#define HOW_KNOWN                                                              \
	(BITS_MASK(RMM_EL3_RESERVE_ALIGN) | BITS_MASK(RMM_EL3_RESERVE_LOCAL))

int reserve_memory(struct reserve *reserve, uint64_t bytes, uint64_t how,
		   uint64_t *pa)
{
	uint64_t log2 = BITS_GET(how, RMM_EL3_RESERVE_ALIGN);
	uint64_t gap;

	if ((how & ~HOW_KNOWN) != 0 || log2 > 63)
		return RMM_EL3_E_INVALID;
	gap = -reserve->next & ((UINT64_C(1) << log2) - 1);
	if (gap > reserve->end - reserve->next ||
	    bytes > reserve->end - reserve->next - gap)
		return RMM_EL3_E_NO_MEMORY;
	*pa = reserve->next + gap;
	reserve->next = *pa + bytes;
	return RMM_EL3_OK;
}
