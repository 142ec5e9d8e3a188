/* SPDX-License-Identifier: BSD-3-Clause */
/* The encoding of the entries of a Realm Translation Table. */
#include "rmm/core/rtt/rtt_entry.h"

#include "abi/bits.h"
#include "abi/rmi.h"
#include "rmm/core/rtt/rtt.h"

/* Stage 2 descriptors (DDI0487). */
#define DESC_VALID         0x1
#define DESC_TABLE_OR_PAGE 0x2 /* at level 3 a page, above it a table */
#define DESC_MEMATTR_SHIFT 2
#define DESC_MEMATTR_WIDTH 4
#define DESC_SH_SHIFT      8
#define DESC_SH_WIDTH      2
#define DESC_AF            0x400
#define DESC_PA_MASK       UINT64_C(0x0000fffffffff000)
#define DESC_XN            UINT64_C(0x0040000000000000) /* EL1 and EL0 */
#define DESC_NS            UINT64_C(0x0080000000000000)

#define SH_INNER          3
#define MEMATTR_NORMAL_WB 6 /* with FWB: whatever stage 1 says */

/* Our own fields of invalid entries, which hardware ignores. NS and the address
 * are where descriptors have them. */
#define INVALID_RIPAS_SHIFT 1
#define INVALID_RIPAS_WIDTH 2
#define INVALID_ASSIGNED    0x8

#define HOST_ATTRS                                                             \
	(BITS_MASK(RTT_ATTR_MEMATTR) | RTT_ATTR_READ | RTT_ATTR_WRITE)

static uint64_t leaf_bits(int level)
{
	return DESC_VALID | (level == RTT_LEVEL_MAX ? DESC_TABLE_OR_PAGE : 0) |
	       DESC_AF | BITS_PUT(DESC_SH, SH_INNER);
}

static uint64_t encode_assigned(struct rtt_entry entry, int level)
{
	if (entry.ripas == RMI_RIPAS_RAM) {
		return entry.pa.value | leaf_bits(level) | RTT_ATTR_READ |
		       RTT_ATTR_WRITE |
		       BITS_PUT(DESC_MEMATTR, MEMATTR_NORMAL_WB);
	}
	return entry.pa.value | INVALID_ASSIGNED |
	       BITS_PUT(INVALID_RIPAS, entry.ripas);
}

uint64_t rtt_entry_encode(struct rtt_entry entry, int level)
{
	switch (entry.kind) {
	case RTT_UNASSIGNED:
		return BITS_PUT(INVALID_RIPAS, entry.ripas);
	case RTT_ASSIGNED:
		return encode_assigned(entry, level);
	case RTT_UNASSIGNED_NS:
		return DESC_NS;
	case RTT_ASSIGNED_NS:
		return entry.pa.value | leaf_bits(level) | entry.attrs |
		       DESC_XN | DESC_NS;
	case RTT_TABLE:
		break;
	}
	return entry.pa.value | DESC_VALID | DESC_TABLE_OR_PAGE;
}

struct rtt_entry rtt_entry_decode(uint64_t word, int level)
{
	struct rtt_entry entry = { .pa = pa_make(word & DESC_PA_MASK) };

	if (!(word & DESC_VALID)) {
		entry.ripas = (uint8_t)BITS_GET(word, INVALID_RIPAS);
		if (word & INVALID_ASSIGNED)
			entry.kind = RTT_ASSIGNED;
		else
			entry.kind = word & DESC_NS ? RTT_UNASSIGNED_NS
						    : RTT_UNASSIGNED;
	} else if (level < RTT_LEVEL_MAX && word & DESC_TABLE_OR_PAGE) {
		entry.kind = RTT_TABLE;
	} else if (word & DESC_NS) {
		entry.kind = RTT_ASSIGNED_NS;
		entry.attrs = (uint8_t)(word & HOST_ATTRS);
	} else {
		entry.kind = RTT_ASSIGNED;
		entry.ripas = RMI_RIPAS_RAM;
	}
	return entry;
}

uint64_t rtt_entry_step(struct rtt_entry whole, int level)
{
	return rtt_entry_live(whole) ? rtt_level_size(level) : 0;
}

bool rtt_entry_equal(struct rtt_entry a, struct rtt_entry b)
{
	return a.kind == b.kind && a.ripas == b.ripas && pa_equal(a.pa, b.pa) &&
	       a.attrs == b.attrs;
}
