/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks the device tree (Devicetree Specification 0.4, chapter 5) up to a node.
 * Every word is read within the bounds of the structure block.
 */
#include "monitor/core/dram.h"

#include <string.h>

#define FDT_MAGIC      0xd00dfeed
#define FDT_VERSION    17
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4

/* Words of the header, by number. */
#define HEADER_MAGIC        0
#define HEADER_TOTAL        1
#define HEADER_STRUCT       2
#define HEADER_STRINGS      3
#define HEADER_VERSION      5
#define HEADER_STRINGS_SIZE 8
#define HEADER_STRUCT_SIZE  9
#define HEADER_SIZE         40

#define NODE_DEPTH 2 /* the root is 1 */
#define REG_SIZE   16

struct block {
	const unsigned char *bytes;
	size_t size;
	size_t at;
	bool broken; /* something went beyond the end */
};

/*
 * Takes the next bytes, padded to words. Returns NULL, and marks the block as
 * broken, if they reach beyond its end.
 */
static const unsigned char *block_take(struct block *block, size_t size)
{
	const unsigned char *bytes = block->bytes + block->at;
	size_t left = block->size - block->at;
	size_t padding = -size % 4;

	if (size > left || padding > left - size) {
		block->broken = true;
		return NULL;
	}
	block->at += size + padding;
	return bytes;
}

static uint32_t word_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Takes the next word. Returns 0, which is no token, beyond the end. */
static uint32_t take_word(struct block *block)
{
	const unsigned char *bytes = block_take(block, 4);

	return bytes != NULL ? word_at(bytes) : 0;
}

static uint32_t header_word(const unsigned char *tree, size_t number)
{
	return word_at(tree + 4 * number);
}

static const char *string_at(const struct block *block, size_t at)
{
	if (at >= block->size ||
	    memchr(block->bytes + at, '\0', block->size - at) == NULL)
		return "";
	return (const char *)block->bytes + at;
}

static bool find_block(const unsigned char *tree, unsigned at_word,
		       unsigned size_word, struct block *block)
{
	uint32_t total = header_word(tree, HEADER_TOTAL);
	uint32_t at = header_word(tree, at_word);

	*block = (struct block){ .size = header_word(tree, size_word) };
	if (at > total || block->size > total - at || at % 4 != 0)
		return false;
	block->bytes = tree + at;
	return true;
}

static uint64_t number_at(const unsigned char *cells)
{
	return (uint64_t)word_at(cells) << 32 | word_at(cells + 4);
}

/*
 * Takes one property. Returns true, with *bank set, if it is the "reg" of the
 * node that is looked for.
 */
static bool take_property(struct block *nodes, const struct block *strings,
			  bool is_it, struct rmm_el3_bank *bank)
{
	uint32_t size = take_word(nodes);
	uint32_t name = take_word(nodes);
	const unsigned char *value = block_take(nodes, size);

	if (value == NULL || !is_it || size < REG_SIZE ||
	    strcmp(string_at(strings, name), "reg") != 0)
		return false;
	bank->base = number_at(value);
	bank->size = number_at(value + REG_SIZE / 2);
	return true;
}

static const char *take_name(struct block *nodes)
{
	const char *name = string_at(nodes, nodes->at);

	(void)block_take(nodes, strlen(name) + 1);
	return name;
}

static bool is_node(struct block *nodes, unsigned depth, const char *wanted)
{
	const char *name = take_name(nodes);

	return depth == NODE_DEPTH && strncmp(name, wanted, strlen(wanted)) == 0;
}

static bool tree_walk(struct block *nodes, const struct block *strings,
		      const char *name, struct rmm_el3_bank *bank)
{
	bool is_it = false;
	unsigned depth = 0;

	while (!nodes->broken) {
		switch (take_word(nodes)) {
		case FDT_BEGIN_NODE:
			depth++;
			is_it = is_node(nodes, depth, name);
			break;
		case FDT_END_NODE:
			is_it = false;
			depth--;
			break;
		case FDT_PROP:
			if (take_property(nodes, strings, is_it, bank))
				return true;
			break;
		case FDT_NOP:
			break;
		default:
			return false;
		}
	}
	return false;
}

bool dram_find(const void *tree, size_t size, const char *name,
	       struct rmm_el3_bank *bank)
{
	const unsigned char *bytes = tree;
	struct block nodes;
	struct block strings;

	if (size < HEADER_SIZE || header_word(bytes, HEADER_MAGIC) != FDT_MAGIC ||
	    header_word(bytes, HEADER_TOTAL) > size ||
	    header_word(bytes, HEADER_VERSION) < FDT_VERSION)
		return false;
	if (!find_block(bytes, HEADER_STRUCT, HEADER_STRUCT_SIZE, &nodes) ||
	    !find_block(bytes, HEADER_STRINGS, HEADER_STRINGS_SIZE, &strings))
		return false;
	return tree_walk(&nodes, &strings, name, bank);
}
