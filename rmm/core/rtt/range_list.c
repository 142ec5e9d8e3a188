/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of address-range descriptors. */
#include "rmm/core/rtt/range_list.h"

#include "abi/bits.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/rmi/list.h"
#include "rmm/core/rtt/rtt.h"

bool range_list_read(struct rmm *rmm, pa_t pa, uint64_t count,
		     struct range_list *out)
{
	uint32_t size;

	out->count = rmi_list_clip(pa, count);
	out->max = out->count;
	size = out->count * (uint32_t)sizeof(out->ranges[0]);
	return is_aligned(pa.value, sizeof(out->ranges[0])) && size != 0 &&
	       granule_ns_read(rmm, pa, out->ranges, size);
}

bool range_list_write(struct rmm *rmm, pa_t pa, const struct range_list *list)
{
	uint32_t size = list->count * (uint32_t)sizeof(list->ranges[0]);

	return granule_ns_write(rmm, pa, list->ranges, size);
}

struct range_block range_block_of(uint64_t range)
{
	return (struct range_block){
		.pa = pa_make(range & BITS_MASK(RMI_RANGE_ADDR)),
		.level = RTT_LEVEL_MAX - (int)BITS_GET(range, RMI_RANGE_SIZE),
		.state = (unsigned)BITS_GET(range, RMI_RANGE_STATE),
	};
}

bool range_list_next(const struct range_list *list, struct range_cursor *cursor,
		     struct range_block *out)
{
	for (; cursor->range < list->count; cursor->range++) {
		uint64_t range = list->ranges[cursor->range];

		if (cursor->block < BITS_GET(range, RMI_RANGE_COUNT)) {
			*out = range_block_of(range);
			out->pa = pa_add(out->pa,
					 cursor->block *
						 rtt_level_size(out->level));
			cursor->block++;
			return true;
		}
		cursor->block = 0;
	}
	return false;
}

/* Returns whether a block continues the descriptor: the same level and state,
 * and the address that follows. */
static bool range_continues(uint64_t range, struct range_block block)
{
	struct range_block first = range_block_of(range);
	uint64_t count = BITS_GET(range, RMI_RANGE_COUNT);

	return first.level == block.level && first.state == block.state &&
	       count < RMI_RANGE_COUNT_MAX &&
	       block.pa.value ==
		       first.pa.value + count * rtt_level_size(first.level);
}

bool range_list_add(struct range_list *list, struct range_block block)
{
	if (list->count != 0) {
		uint64_t *last = &list->ranges[list->count - 1];

		if (range_continues(*last, block)) {
			*last += BITS_PUT(RMI_RANGE_COUNT, 1);
			return true;
		}
	}
	if (list->count == list->max)
		return false;
	list->ranges[list->count++] =
		block.pa.value |
		BITS_PUT(RMI_RANGE_SIZE, RTT_LEVEL_MAX - block.level) |
		BITS_PUT(RMI_RANGE_COUNT, 1) |
		BITS_PUT(RMI_RANGE_STATE, block.state);
	return true;
}
