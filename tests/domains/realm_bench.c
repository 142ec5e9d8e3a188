/* SPDX-License-Identifier: BSD-3-Clause */
/* A Realm whose vCPU makes the requests of a test. */
#include "tests/domains/realm_bench.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "abi/rsi.h"

/* The address in the entry that RMI_RTT_READ_ENTRY returns. */
#define ENTRY_ADDRESS_SHIFT 12
#define ENTRY_ADDRESS_WIDTH 36

struct domain *realm_start(struct table *table, uint64_t ram_size)
{
	uint32_t domid;

	table_create_body(table, "realm", CONTROL_CREATE_REALM)->ram_size =
		ram_size;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	domid = table->reply.body.domain.domid;
	table->request.body.segment.ipa = RAM + 4 * MIB;
	table->request.body.segment.size = 12 * KIB;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_BUILD, domid),
			 CONTROL_OK);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	return table_domain(table, domid);
}

/* Stands in for the code of a Realm: does nothing. */
static void vcpu_idle(void *context, struct rec *rec, struct rec_trap *trap)
{
	(void)context;
	(void)rec;
	(void)trap;
}

static void rec_enter(struct table *table, const struct vcpu *vcpu)
{
	struct smccc_regs regs = { .x = { RMI_REC_ENTER, vcpu->rec.value,
					  vcpu->run.value } };

	memset(inprocess_host_page(table->bench->rmm, vcpu->run.value), 0,
	       RMI_GRANULE_SIZE);
	inprocess_set_vcpu(table->bench->rmm, vcpu_idle, NULL);
	inprocess_smc(table->bench->rmm, &regs);
	assert_int_equal(regs.x[0], RMI_SUCCESS);
}

bool realm_asks(struct table *table, struct domain *domain, uint64_t base,
		uint64_t top, uint64_t flags, unsigned ripas)
{
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	struct smccc_regs regs = { .x = { RSI_IPA_STATE_SET, base, top, ripas,
					  flags } };
	enum rsi_outcome outcome;
	struct rmi_rec_exit exit;
	enum memory_change change;

	if (inprocess_rsi(table->bench->rmm, vcpu->rec.value, &regs, &outcome,
			  &exit) != RMI_SUCCESS)
		return false;
	assert_int_equal(outcome, RSI_EXIT);
	assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	change = memory_ripas_change(domain, vcpu, ipa_make(exit.ripas_base),
				     ipa_make(exit.ripas_top), exit.ripas_value);
	rec_enter(table, vcpu);
	return change == MEMORY_CHANGED;
}

void *realm_shared_page(struct table *table, struct domain *domain, uint64_t ipa)
{
	struct smccc_regs regs = { .x = { RMI_RTT_READ_ENTRY,
					  domain->realm.rd.base.value, ipa,
					  RTT_DEEPEST } };

	uint64_t in_block;

	inprocess_smc(table->bench->rmm, &regs);
	assert_int_equal(regs.x[0], RMI_SUCCESS);
	if (regs.x[2] != RMI_ENTRY_ASSIGNED)
		return NULL;
	in_block = ipa % rtt_entry_size((int)regs.x[1]);
	return inprocess_host_page(table->bench->rmm,
				   (regs.x[3] & BITS_MASK(ENTRY_ADDRESS)) +
					   in_block);
}
