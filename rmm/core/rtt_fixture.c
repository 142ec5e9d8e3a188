/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of translation tables share. */
#include "rmm/core/rtt_fixture.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/rsi.h"

uint64_t range(uint64_t pa, int level, unsigned count, unsigned state)
{
	return pa | BITS_PUT(RMI_RANGE_SIZE, 3 - level) |
	       BITS_PUT(RMI_RANGE_COUNT, count) |
	       BITS_PUT(RMI_RANGE_STATE, state);
}

uint64_t pages(unsigned number, unsigned count)
{
	return range(page(number), 3, count, RMI_RANGE_DELEGATED);
}

uint64_t list_of(unsigned count)
{
	return BITS_PUT(RMI_MAP_TYPE, RMI_ADDR_TYPE_LIST) |
	       BITS_PUT(RMI_MAP_LIST_COUNT, count);
}

void table_make(struct fixture *f, unsigned number, uint64_t ipa, int level)
{
	delegate(f, number, 1);
	done(f, RMI_RTT_CREATE, page(PAGE_RD), page(number), ipa,
	     (uint64_t)level);
}

void tables_make(struct fixture *f, uint64_t ipa, int level)
{
	fixture_realm(f);
	if (level >= 2)
		table_make(f, PAGE_L2, ipa & ~(GIB1 - 1), 2);
	if (level >= 3)
		table_make(f, PAGE_L3, ipa & ~(MIB2 - 1), 3);
}

void data_make(struct fixture *f, uint64_t ipa, unsigned number, unsigned count)
{
	uint64_t top = ipa + count * KIB4;

	delegate(f, number, count);
	done(f, RMI_RTT_DATA_MAP, page(PAGE_RD), ipa, top, SINGLE,
	     pages(number, count));
	assert_int_equal(f->regs.x[1], top);
}

void block_make(struct fixture *f, uint64_t ipa)
{
	delegate(f, PAGE_BLOCK, 512);
	done(f, RMI_RTT_DATA_MAP, page(PAGE_RD), ipa, ipa + MIB2, SINGLE,
	     range(page(PAGE_BLOCK), 2, 1, RMI_RANGE_DELEGATED));
	assert_int_equal(f->regs.x[1], ipa + MIB2);
}

void ram_make(struct fixture *f, uint64_t base, uint64_t top)
{
	done(f, RMI_RTT_INIT_RIPAS, page(PAGE_RD), base, top);
	assert_int_equal(f->regs.x[1], top);
}

void destroyed_make(struct fixture *f, uint64_t ipa, unsigned number)
{
	ram_make(f, ipa, ipa + KIB4);
	data_make(f, ipa, number, 1);
	done(f, RMI_RTT_DATA_UNMAP, page(PAGE_RD), ipa, ipa + KIB4, 0, 0);
	undelegate(f, number, 1);
}

void ns_make(struct fixture *f, uint64_t ipa, uint64_t desc, uint64_t size,
	     uint64_t attrs)
{
	done(f, RMI_RTT_UNPROT_MAP, page(PAGE_RD), ipa, ipa + size,
	     SINGLE | attrs, desc);
	assert_int_equal(f->regs.x[1], ipa + size);
}

uint64_t active_make(struct fixture *f)
{
	uint64_t rec = fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);

	done(f, RMI_REALM_ACTIVATE, page(PAGE_RD));
	return rec;
}

void ripas_ask(struct fixture *f, uint64_t base, uint64_t top, uint8_t ripas,
	       uint64_t flags)
{
	struct smccc_regs regs = {
		.x = { RSI_IPA_STATE_SET, base, top, ripas, flags },
	};
	struct rmi_rec_exit exit;
	enum rsi_outcome outcome;

	assert_int_equal(inprocess_rsi(f->machine, page(PAGE_REC), &regs,
				       &outcome, &exit),
			 RMI_SUCCESS);
	assert_int_equal(outcome, RSI_EXIT);
	assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	assert_int_equal(exit.ripas_base, base);
	assert_int_equal(exit.ripas_top, top);
	assert_int_equal(exit.ripas_value, ripas);
}

struct entry_seen entry_read(struct fixture *f, uint64_t ipa, int level)
{
	done(f, RMI_RTT_READ_ENTRY, page(PAGE_RD), ipa, (uint64_t)level);
	return (struct entry_seen){ f->regs.x[1], f->regs.x[2], f->regs.x[3],
				    f->regs.x[4] };
}

void entry_is(struct fixture *f, uint64_t ipa, struct entry_seen expected)
{
	struct entry_seen seen = entry_read(f, ipa, (int)expected.level);

	assert_int_equal(seen.level, expected.level);
	assert_int_equal(seen.state, expected.state);
	assert_int_equal(seen.desc, expected.desc);
	assert_int_equal(seen.ripas, expected.ripas);
}

static void on_tlb(void *context, unsigned vmid, uint64_t ipa, uint64_t size)
{
	struct tlb_log *log = context;

	(void)vmid; /* a test has one Realm */
	log->count++;
	log->ipa = ipa;
	log->size = size;
	if (log->slot != NULL)
		log->entry = *log->slot;
}

void tlb_watch(struct fixture *f, struct tlb_log *log)
{
	*log = (struct tlb_log){ 0 };
	inprocess_watch_tlb(f->machine, on_tlb, log);
}

void tlb_was(struct tlb_log *log, uint64_t ipa, uint64_t size)
{
	assert_int_equal(log->count, 1);
	assert_int_equal(log->ipa, ipa);
	assert_int_equal(log->size, size);
	log->count = 0;
}

const struct measurements *measurements(struct fixture *f)
{
	return &((const struct rd *)peek(f, PAGE_RD))->measurements;
}
