/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of translation tables share, on top of fixture.h. The Realm
 * of fixture_realm() has 39 bits of IPA and one root table, at level 1.
 */
#ifndef REEVE_RMM_CORE_RTT_FIXTURE_H
#define REEVE_RMM_CORE_RTT_FIXTURE_H

#include "rmm/core/fixture.h"
#include "rmm/core/rtt.h"

#define KIB4 UINT64_C(0x1000)
#define MIB2 UINT64_C(0x200000)
#define GIB1 UINT64_C(0x40000000)
/* The unprotected half of fixture_realm()'s IPA space, and its end. */
#define UNPROT  (UINT64_C(1) << 38)
#define IPA_END (UINT64_C(1) << 39)

enum {
	PAGE_L2 = PAGE_FREE, /* tables of tables_make() */
	PAGE_L3,
	PAGE_TABLE, /* further tables, up to 16 */
	PAGE_MEM = PAGE_FREE + 32, /* pages, up to 128 */
	PAGE_BLOCK = 512, /* 2 MiB, aligned; and the same again */
	PAGE_NONE = FIXTURE_GRANULES, /* the first that is not tracked */
};

/* The status ERROR_RTT. */
#define AT_LEVEL(level) (RMI_ERROR_RTT | (uint64_t)(level) << 8)

/* A command that must succeed. */
#define done(f, ...) assert_int_equal(rmi(f, __VA_ARGS__), RMI_SUCCESS)

/* An address-range descriptor; level of the blocks, RMI_RANGE_* state. */
uint64_t range(uint64_t pa, int level, unsigned count, unsigned state);
/* The same for delegated pages from a number on. */
uint64_t pages(unsigned number, unsigned count);
/* Flags of the mapping commands. */
uint64_t list_of(unsigned count);
#define SINGLE ((uint64_t)RMI_ADDR_TYPE_SINGLE)
/* Normal memory, read and write. */
#define NS_RW UINT64_C(0x1e0000)

/* Delegates the page and makes it a table. */
void table_make(struct fixture *f, unsigned number, uint64_t ipa, int level);
/* fixture_realm(), and for a 2 MiB of it tables down to level. */
void tables_make(struct fixture *f, uint64_t ipa, int level);

/* Maps delegated memory: count pages, or the block, from page number on. */
void data_make(struct fixture *f, uint64_t ipa, unsigned number, unsigned count);
void block_make(struct fixture *f, uint64_t ipa);
/* INIT_RIPAS in one call. */
void ram_make(struct fixture *f, uint64_t base, uint64_t top);

/* A page of RAM that the host took away again. */
void destroyed_make(struct fixture *f, uint64_t ipa, unsigned number);
/* UNPROT_MAP of a whole descriptor, size bytes, with these attributes. */
void ns_make(struct fixture *f, uint64_t ipa, uint64_t desc, uint64_t size,
	     uint64_t attrs);

/* Activates the Realm; its REC 0 asks for a RIPAS, and that succeeds. */
uint64_t active_make(struct fixture *f);
void ripas_ask(struct fixture *f, uint64_t base, uint64_t top, uint8_t ripas,
	       uint64_t flags);

/* Fails the test unless RTT_READ_ENTRY says this: 3 asks for a level. */
struct entry_seen {
	uint64_t level;
	uint64_t state; /* RMI_ENTRY_* */
	uint64_t desc;
	uint64_t ripas;
};
struct entry_seen entry_read(struct fixture *f, uint64_t ipa, int level);
void entry_is(struct fixture *f, uint64_t ipa, struct entry_seen expected);
#define assert_entry(f, ipa, ...)                                              \
	entry_is(f, ipa, (struct entry_seen){ __VA_ARGS__ })

/* Of the Realm whose RD is PAGE_RD. */
const struct measurements *measurements(struct fixture *f);

/* What was dropped from the TLBs since tlb_watch(), and what a table entry
 * was at that moment. */
struct tlb_log {
	unsigned count;
	uint64_t ipa; /* of the last */
	uint64_t size;
	const uint64_t *slot;
	uint64_t entry;
};
void tlb_watch(struct fixture *f, struct tlb_log *log);
/* Fails the test unless there was exactly this one; it starts again. */
void tlb_was(struct tlb_log *log, uint64_t ipa, uint64_t size);

#endif
