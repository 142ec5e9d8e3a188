/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the firmware's device tree. */
#include "hypervisor/port/a64/board.h"

#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#define PAGE_MASK UINT64_C(0xfff)

/* The cells of a property that have not been read yet. */
struct cells {
	const fdt32_t *next;
	int left;
};

static struct cells cells_of(const void *fdt, int node, const char *name)
{
	int bytes = 0;
	const fdt32_t *first = fdt_getprop(fdt, node, name, &bytes);

	return (struct cells){ first, first == NULL ? 0 : bytes / 4 };
}

/*
 * Reads a number of one or two cells. Returns false if there are not as many.
 */
static bool cells_take(struct cells *cells, int count, uint64_t *value)
{
	if (count < 1 || count > 2 || count > cells->left)
		return false;
	*value = 0;
	for (int i = 0; i < count; i++)
		*value = *value << 32 | fdt32_ld(cells->next++);
	cells->left -= count;
	return true;
}

static bool has_text(const void *fdt, int node, const char *name,
		     const char *text)
{
	int bytes;
	const char *value = fdt_getprop(fdt, node, name, &bytes);

	return value != NULL && fdt_stringlist_contains(value, bytes, text);
}

/* Returns true if the node may be used: a node without a status may. */
static bool is_usable(const void *fdt, int node)
{
	return fdt_getprop(fdt, node, "status", NULL) == NULL ||
	       has_text(fdt, node, "status", "okay");
}

/* Reads the next range of a node's reg. Returns false if there is none. */
static bool reg_take(const void *fdt, int parent, struct cells *reg,
		     uint64_t *base, uint64_t *size)
{
	return cells_take(reg, fdt_address_cells(fdt, parent), base) &&
	       cells_take(reg, fdt_size_cells(fdt, parent), size);
}

/* Cuts a range at BOARD_RAM_END. */
static struct host_ram range_cut(uint64_t base, uint64_t size)
{
	if (base >= BOARD_RAM_END)
		size = 0;
	else if (size > BOARD_RAM_END - base)
		size = BOARD_RAM_END - base;
	return (struct host_ram){ pa_make(base), size };
}

/* Returns the whole pages of a bank. */
static struct host_ram bank_trim(struct host_ram bank)
{
	uint64_t first = (bank.base.value + PAGE_MASK) & ~PAGE_MASK;
	uint64_t end = (bank.base.value + bank.size) & ~PAGE_MASK;

	return (struct host_ram){ pa_make(first),
				  first < end ? end - first : 0 };
}

static void bank_keep(struct board *board, struct host_ram bank)
{
	if (bank.size > board->ram.size)
		board->ram = bank;
}

static void ram_read(const void *fdt, struct board *board)
{
	uint64_t base, size;
	int node;

	fdt_for_each_subnode(node, fdt, 0)
	{
		struct cells reg = cells_of(fdt, node, "reg");

		if (!has_text(fdt, node, "device_type", "memory") ||
		    !is_usable(fdt, node))
			continue;
		while (reg_take(fdt, 0, &reg, &base, &size))
			bank_keep(board, bank_trim(range_cut(base, size)));
	}
}

static void cpus_read(const void *fdt, struct board *board)
{
	int parent = fdt_path_offset(fdt, "/cpus");
	uint64_t affinity;
	int node;

	fdt_for_each_subnode(node, fdt, parent)
	{
		struct cells reg = cells_of(fdt, node, "reg");

		if (!has_text(fdt, node, "device_type", "cpu") ||
		    !is_usable(fdt, node) ||
		    board->cpu_count == MACHINE_MAX_CPUS)
			continue;
		if (cells_take(&reg, fdt_address_cells(fdt, parent), &affinity))
			board->cpus[board->cpu_count++] = affinity;
	}
}

bool board_reserve(struct board *board, uint64_t base, uint64_t size)
{
	struct host_ram range = range_cut(base, size);

	if (range.size == 0)
		return true;
	if (board->reserved_count == BOARD_RESERVED_MAX)
		return false;
	board->reserved[board->reserved_count++] = range;
	return true;
}

/* Reads the reservation list of the tree's header. */
static bool reserved_list_read(const void *fdt, struct board *board)
{
	uint64_t base, size;

	for (int i = 0; i < fdt_num_mem_rsv(fdt); i++) {
		if (fdt_get_mem_rsv(fdt, i, &base, &size) != 0 ||
		    !board_reserve(board, base, size))
			return false;
	}
	return true;
}

static bool reserved_nodes_read(const void *fdt, struct board *board)
{
	int parent = fdt_path_offset(fdt, "/reserved-memory");
	uint64_t base, size;
	int node;

	fdt_for_each_subnode(node, fdt, parent)
	{
		struct cells reg = cells_of(fdt, node, "reg");

		while (reg_take(fdt, parent, &reg, &base, &size)) {
			if (!board_reserve(board, base, size))
				return false;
		}
	}
	return true;
}

const char *board_read(const void *fdt, struct board *board)
{
	*board = (struct board){ 0 };
	if (fdt_check_header(fdt) != 0)
		return "there is no device tree";
	if (fdt_totalsize(fdt) > MACHINE_DTB_MAX)
		return "the device tree is too long";
	ram_read(fdt, board);
	cpus_read(fdt, board);
	if (!reserved_list_read(fdt, board) || !reserved_nodes_read(fdt, board))
		return "the device tree reserves too many ranges";
	if (board->ram.size == 0)
		return "the device tree has no memory";
	return board->cpu_count == 0 ? "the device tree has no CPU" : NULL;
}
