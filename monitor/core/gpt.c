/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule protection table's descriptors (docs/machine.md, GPT
 * descriptors).
 */
#include "monitor/core/gpt.h"

#include <stddef.h>

#include "lib/addr.h"
#include "lib/number.h"

#define GRANULE       UINT64_C(0x1000)
#define GRANULE_SHIFT 12
#define L0_SHIFT      30
#define L0_SIZE       (UINT64_C(1) << L0_SHIFT)
#define TABLE_END     ((uint64_t)GPT_L0_ENTRIES << L0_SHIFT)

#define L0_KIND    UINT64_C(0xf)
#define L0_BLOCK   UINT64_C(1)
#define L0_TABLE   UINT64_C(3)
#define L0_ADDRESS UINT64_C(0x000ffffffffff000)
#define L0_GPI(d)  ((enum gpi)((d) >> 4 & 0xf))

/* One word of level 1 holds sixteen granules, four bits each. */
#define WORD_GRANULES 16
#define WORD_SIZE     (GRANULE * WORD_GRANULES)

#define TLBI_SIZE_SHIFT 44

static uint64_t *l0_entry(const struct gpt *gpt, uint64_t pa)
{
	return &gpt->l0[pa >> L0_SHIFT];
}

/*
 * Returns the level 1 word of an address; NULL where level 0 has a block, and
 * outside the table.
 */
static uint64_t *l1_word(const struct gpt *gpt, uint64_t pa)
{
	uint64_t entry;

	if (pa >= TABLE_END)
		return NULL;
	entry = *l0_entry(gpt, pa);
	if ((entry & L0_KIND) != L0_TABLE)
		return NULL;
	return (uint64_t *)(uintptr_t)(entry & L0_ADDRESS) +
	       pa % L0_SIZE / WORD_SIZE;
}

static unsigned nibble_shift(uint64_t pa)
{
	return (unsigned)(pa >> GRANULE_SHIFT) % WORD_GRANULES * 4;
}

static uint64_t word_of(enum gpi gpi)
{
	return UINT64_C(0x1111111111111111) * gpi;
}

/*
 * CPUs walk the table at any time, so a word changes in one store. It is a
 * release: a CPU that sees a new entry of level 0 also sees the level 1 table
 * below it.
 */
static void write_word(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static uint64_t block_of(enum gpi gpi)
{
	return (uint64_t)gpi << 4 | L0_BLOCK;
}

void gpt_init(struct gpt *gpt)
{
	gpt->l1_used = 0;
	for (size_t i = 0; i < GPT_L0_ENTRIES; i++)
		write_word(&gpt->l0[i], block_of(GPI_NONE));
}

static bool is_range(const struct gpt_range *range, uint64_t unit)
{
	return is_aligned(range->base | range->size, unit) &&
	       range->base < TABLE_END && range->size <= TABLE_END - range->base;
}

bool gpt_set_blocks(struct gpt *gpt, const struct gpt_range *range)
{
	if (!is_range(range, L0_SIZE))
		return false;
	for (uint64_t done = 0; done < range->size; done += L0_SIZE) {
		if (l1_word(gpt, range->base + done) != NULL)
			return false;
	}
	for (uint64_t done = 0; done < range->size; done += L0_SIZE) {
		write_word(l0_entry(gpt, range->base + done),
			   block_of(range->gpi));
	}
	return true;
}

/*
 * Replaces a block of level 0 by a table with the same content. Returns false
 * if the pool is used up.
 */
static bool split_block(struct gpt *gpt, uint64_t pa)
{
	uint64_t *entry = l0_entry(gpt, pa);
	uint64_t *table;

	if (gpt->l1_used == gpt->l1_tables)
		return false;
	table = gpt->l1 + (size_t)gpt->l1_used++ * GPT_L1_WORDS;
	for (size_t i = 0; i < GPT_L1_WORDS; i++)
		table[i] = word_of(L0_GPI(*entry));
	write_word(entry, (uint64_t)(uintptr_t)table | L0_TABLE);
	return true;
}

/*
 * Returns how many granules lie between pa and the end of its word, at most
 * count.
 */
static unsigned granules_in_word(uint64_t pa, uint64_t count)
{
	unsigned room = WORD_GRANULES - (unsigned)(pa / GRANULE % WORD_GRANULES);

	return count < room ? (unsigned)count : room;
}

static void set_in_word(uint64_t *word, uint64_t pa, unsigned count,
			enum gpi gpi)
{
	uint64_t mask = (UINT64_MAX >> (64 - 4 * count)) << nibble_shift(pa);

	write_word(word, (*word & ~mask) | (word_of(gpi) & mask));
}

void gpt_set_run(struct gpt *gpt, uint64_t pa, uint64_t count, enum gpi gpi)
{
	unsigned done;

	for (; count > 0; count -= done, pa += done * GRANULE) {
		done = granules_in_word(pa, count);
		set_in_word(l1_word(gpt, pa), pa, done, gpi);
	}
}

bool gpt_set_granules(struct gpt *gpt, const struct gpt_range *range)
{
	uint64_t pa = range->base;
	uint64_t left = range->size / GRANULE;
	unsigned done;

	if (!is_range(range, GRANULE))
		return false;
	for (; left > 0; left -= done, pa += done * GRANULE) {
		if (l1_word(gpt, pa) == NULL && !split_block(gpt, pa))
			return false;
		done = granules_in_word(pa, left);
		set_in_word(l1_word(gpt, pa), pa, done, range->gpi);
	}
	return true;
}

enum gpi gpt_get(const struct gpt *gpt, uint64_t pa)
{
	const uint64_t *word = l1_word(gpt, pa);

	if (word != NULL)
		return (enum gpi)(*word >> nibble_shift(pa) & 0xf);
	return pa < TABLE_END ? L0_GPI(*l0_entry(gpt, pa)) : GPI_NONE;
}

/*
 * Returns how many granules of a word, from pa on, are in a state. That may be
 * more than are left in the word: the caller bounds it.
 */
static unsigned run_in_word(uint64_t word, uint64_t pa, enum gpi gpi)
{
	uint64_t differs = (word ^ word_of(gpi)) >> nibble_shift(pa);

	return differs == 0 ? WORD_GRANULES
			    : (unsigned)__builtin_ctzll(differs) / 4;
}

enum gpt_result gpt_find_run(const struct gpt *gpt, uint64_t pa, enum gpi gpi,
			     uint64_t *count)
{
	uint64_t left = *count;
	const uint64_t *word = l1_word(gpt, pa);
	unsigned run, wanted;

	*count = 0;
	if (word == NULL || !is_aligned(pa, GRANULE))
		return GPT_BAD_ADDRESS;
	do {
		wanted = granules_in_word(pa, left);
		run = run_in_word(*word, pa, gpi);
		run = run < wanted ? run : wanted;
		*count += run;
		left -= run;
		pa += run * GRANULE;
		word = l1_word(gpt, pa);
	} while (run == wanted && left > 0 && word != NULL);
	return *count > 0 ? GPT_OK : GPT_BAD_GPI;
}

static bool has_granule(uint64_t word, enum gpi gpi)
{
	for (unsigned i = 0; i < WORD_GRANULES; i++) {
		if ((word >> 4 * i & 0xf) == gpi)
			return true;
	}
	return false;
}

/* Returns pa, or the start of the first word behind it, with a granule of that
 * word in a state; TABLE_END if there is none. */
static uint64_t skip_words(const struct gpt *gpt, enum gpi gpi, uint64_t pa)
{
	const uint64_t *word;

	while (pa < TABLE_END) {
		word = l1_word(gpt, pa);
		if (word == NULL)
			pa = align_down(pa, L0_SIZE) + L0_SIZE;
		else if (has_granule(*word, gpi))
			return pa;
		else
			pa = align_down(pa, WORD_SIZE) + WORD_SIZE;
	}
	return TABLE_END;
}

bool gpt_next_run(const struct gpt *gpt, enum gpi gpi, uint64_t *pa,
		  uint64_t *count)
{
	uint64_t at = skip_words(gpt, gpi, *pa);

	while (at < TABLE_END) {
		*count = (TABLE_END - at) / GRANULE;
		*pa = at;
		if (gpt_find_run(gpt, at, gpi, count) == GPT_OK)
			return true;
		at = skip_words(gpt, gpi, at + GRANULE);
	}
	return false;
}

uint64_t gpt_tlbi_operand(uint64_t pa, uint64_t size)
{
	/* log2 of the sizes, by the value of the operand's field SIZE. */
	static const uint8_t log2[] = { 12, 14, 16, 21, 25, 29, 30, 34, 36, 39 };
	uint64_t last = pa + size - 1;
	uint64_t code = 0;

	while (code < sizeof(log2) - 1 && (pa ^ last) >> log2[code] != 0)
		code++;
	return code << TLBI_SIZE_SHIFT | pa >> log2[code] << (log2[code] - 12);
}
