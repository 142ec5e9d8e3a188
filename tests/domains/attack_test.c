/* SPDX-License-Identifier: BSD-3-Clause */
/* Attacks, which break rules of the RMI on purpose, against the RMM in
 * process. */
#include "hypervisor/attack/attack_internal.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "abi/rmi.h"
#include "abi/rsi.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/core/vgic/vgic_internal.h"
#include "tests/domains/realm_bench.h"

static struct rmi_rec_exit record;
static struct rmi_rec_enter page, answer;

static enum control_status ask(struct table *table, uint32_t what,
			       uint32_t domid, uint32_t vcpu)
{
	table->request.body.attack.what = what;
	table->request.body.attack.vcpu = vcpu;
	return table_ask(table, CONTROL_ATTACK, domid);
}

static const struct control_attack *told(struct table *table, uint32_t domid)
{
	assert_int_equal(ask(table, CONTROL_ATTACK_NONE, domid, 0), CONTROL_OK);
	return &table->reply.body.attack;
}

/* Enters a vCPU after an exit with that reason, as its thread does. */
static bool enters(struct vcpu *vcpu, uint64_t reason, struct smccc_regs *regs)
{
	const struct host_ops *ops = vcpu->domain->domains->config.host->ops;

	record.exit_reason = reason;
	memset(&page, 0, sizeof(page));
	*regs = (struct smccc_regs){ { RMI_REC_ENTER, vcpu->rec.value,
				       vcpu->run.value } };
	vgic_load(vcpu);
	attack_before(vcpu, &record, regs, &page);
	ops->smc(ops->ctx, regs);
	return attack_after(vcpu, &regs->x[0], &record);
}

static struct domain *realm_of(struct table *table)
{
	return realm_start(table, 6 * MIB);
}

static void finish(struct table *table, struct domain *domain)
{
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domain->domid),
			 CONTROL_OK);
	assert_empty(table);
}

static void who_may_be_harmed(void **state)
{
	struct table *table = *state;
	uint32_t ordinary = table_build(table, "a", 0);
	struct domain *domain = realm_of(table);

	ask(table, CONTROL_ATTACKS, domain->domid, 0);
	assert_refused(table, CONTROL_E_REQUEST, "unknown attack");
	table->request.body.attack.ipa = 1;
	ask(table, CONTROL_ATTACK_PAGE_LOST, domain->domid, 0);
	assert_refused(table, CONTROL_E_REQUEST, "whole pages");
	ask(table, CONTROL_ATTACK_SEA, ordinary, 0);
	assert_refused(table, CONTROL_E_STATE, "no active Realm");
	ask(table, CONTROL_ATTACK_SEA, domain->domid, 2);
	assert_refused(table, CONTROL_E_REQUEST, "no vCPU 2");
	assert_int_equal(ask(table, CONTROL_ATTACK_SEA, domain->domid, 0),
			 CONTROL_OK);
	assert_int_equal(table->reply.body.attack.done, 0);
	ask(table, CONTROL_ATTACK_SEA, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "waits for its moment");
	table->domains.config.attack = NULL;
	ask(table, CONTROL_ATTACK_NONE, domain->domid, 0);
	assert_refused(table, CONTROL_E_UNSUPPORTED, "--debug-console");
}

/* A refused entry is reported, and repeated with the right arguments. */
static void entries_are_wrong_once(void **state)
{
	static const struct {
		uint32_t what;
		uint64_t status;
	} cases[] = {
		{ CONTROL_ATTACK_RUN_UNALIGNED, RMI_ERROR_INPUT },
		{ CONTROL_ATTACK_RUN_DELEGATED, RMI_ERROR_INPUT },
		{ CONTROL_ATTACK_RUN_NOWHERE, RMI_ERROR_INPUT },
		{ CONTROL_ATTACK_REC_RD, RMI_ERROR_INPUT },
		{ CONTROL_ATTACK_REC_UNDELEGATED, RMI_ERROR_INPUT },
	};
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	struct smccc_regs regs;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(table, cases[i].what, domain->domid, 0);
		/* No attack while an exit is to be answered. */
		assert_false(enters(vcpu, RMI_EXIT_SYNC, &regs));
		assert_int_equal(told(table, domain->domid)->done, 0);
		assert_true(enters(vcpu, RMI_EXIT_IRQ, &regs));
		assert_int_equal(told(table, domain->domid)->done, 1);
		assert_int_equal(table->reply.body.attack.what, cases[i].what);
		assert_int_equal(table->reply.body.attack.x0, cases[i].status);
		assert_false(enters(vcpu, RMI_EXIT_IRQ, &regs));
		/* The right entry; no vCPU can run here. */
		assert_int_equal(regs.x[0], RMI_ERROR_NOT_SUPPORTED);
	}
	finish(table, domain);
}

/* Only list registers that no interrupt uses are filled, and cleared later. */
static void list_registers_are_filled(void **state)
{
	static const uint32_t what[] = {
		CONTROL_ATTACK_LR_HARDWARE, CONTROL_ATTACK_LR_TWICE,
		CONTROL_ATTACK_LR_UNKNOWN,  CONTROL_ATTACK_LR_SPECIAL,
		CONTROL_ATTACK_LR_ACTIVE,   CONTROL_ATTACK_LR_INVALID
	};
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	const uint64_t *lr = vcpu->gic.state.lr;
	struct smccc_regs regs;

	for (unsigned i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		ask(table, what[i], domain->domid, 0);
		(void)enters(vcpu, RMI_EXIT_IRQ, &regs);
		assert_true(lr[3] != 0);
		assert_int_equal(lr[2] != 0, what[i] == CONTROL_ATTACK_LR_TWICE);
		if (what[i] == CONTROL_ATTACK_LR_TWICE)
			assert_int_equal((uint32_t)lr[2], (uint32_t)lr[3]);
		assert_int_equal((lr[3] & ICH_LR_HW) != 0,
				 what[i] == CONTROL_ATTACK_LR_HARDWARE ||
					 what[i] == CONTROL_ATTACK_LR_INVALID);
		vgic_save(vcpu);
		assert_int_equal(lr[3], 0);
	}
	finish(table, domain);
}

static void old_list_registers_come_again(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	uint64_t *lr = vcpu->gic.state.lr;
	struct smccc_regs regs;
	uint64_t old = ICH_LR_PENDING | ICH_LR_GROUP1 | 27;

	ask(table, CONTROL_ATTACK_LR_STALE, domain->domid, 0);
	(void)enters(vcpu, RMI_EXIT_IRQ, &regs);
	assert_int_equal(told(table, domain->domid)->done, 0);
	lr[0] = old;
	record.exit_reason = RMI_EXIT_IRQ;
	attack_before(vcpu, &record, &regs, &page);
	vgic_save(vcpu);
	(void)enters(vcpu, RMI_EXIT_IRQ, &regs);
	assert_int_equal(lr[3], old);
	assert_int_equal(told(table, domain->domid)->done, 1);
	finish(table, domain);
}

/* An attack waits for an exit that fits, and answers only that one. */
static void answers_are_wrong_once(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	struct smccc_regs regs;

	ask(table, CONTROL_ATTACK_RIPAS_REJECT, domain->domid, 0);
	record.exit_reason = RMI_EXIT_IRQ;
	assert_false(attack_exit(vcpu, &record, &answer));
	record.exit_reason = RMI_EXIT_RIPAS_CHANGE;
	assert_false(attack_exit(domain_vcpu(domain, 1), &record, &answer));
	assert_true(attack_exit(vcpu, &record, &answer));
	assert_int_equal(answer.flags, RMI_REC_ENTER_RIPAS_REJECT);
	(void)enters(vcpu, RMI_EXIT_RIPAS_CHANGE, &regs);
	assert_int_equal(told(table, domain->domid)->done, 1);
	assert_false(attack_exit(vcpu, &record, &answer));
	ask(table, CONTROL_ATTACK_HOST_CALL, domain->domid, 0);
	record.exit_reason = RMI_EXIT_HOST_CALL;
	assert_true(attack_exit(vcpu, &record, &answer));
	assert_int_not_equal(answer.gprs[30], 0);
	(void)enters(vcpu, RMI_EXIT_HOST_CALL, &regs);
	finish(table, domain);
}

static bool ripas_is_refused(struct table *table, struct domain *domain,
			     uint32_t what, uint64_t x0)
{
	record = (struct rmi_rec_exit){ .exit_reason = RMI_EXIT_RIPAS_CHANGE,
					.ripas_base = RAM,
					.ripas_top = RAM + 0x1000 };
	ask(table, what, domain->domid, 0);
	return !attack_exit(domain_vcpu(domain, 0), &record, &answer) &&
	       told(table, domain->domid)->done == 1 &&
	       table->reply.body.attack.x0 == x0;
}

static void wrong_commands_come_before_the_right_one(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);

	assert_true(ripas_is_refused(table, domain, CONTROL_ATTACK_RIPAS_BASE,
				     RMI_ERROR_INPUT));
	assert_true(ripas_is_refused(table, domain, CONTROL_ATTACK_RIPAS_ODD,
				     RMI_ERROR_INPUT));
	assert_true(ripas_is_refused(table, domain, CONTROL_ATTACK_RIPAS_REC,
				     RMI_ERROR_INPUT));
	/* This attack waits until there is another Realm. */
	assert_false(ripas_is_refused(table, domain, CONTROL_ATTACK_RIPAS_RD,
				      RMI_ERROR_REC));
	table_build(table, "b", CONTROL_CREATE_REALM);
	assert_false(attack_exit(domain_vcpu(domain, 0), &record, &answer));
	assert_int_equal(told(table, domain->domid)->x0, RMI_ERROR_REC);
	ask(table, CONTROL_ATTACK_PSCI_OTHER, domain->domid, 0);
	record = (struct rmi_rec_exit){ .exit_reason = RMI_EXIT_PSCI,
					.gprs = { PSCI_AFFINITY_INFO_64, 1 } };
	assert_false(attack_exit(domain_vcpu(domain, 0), &record, &answer));
	assert_int_equal(told(table, domain->domid)->x0, RMI_ERROR_INPUT);
}

static uint64_t status_of(const struct table *table)
{
	assert_int_equal(table->reply.status, CONTROL_OK);
	assert_int_equal(table->reply.body.attack.done, 1);
	return BITS_GET(table->reply.body.attack.x0, RMI_RETURN_STATUS);
}

static void who_is_off_is_not_entered(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);

	ask(table, CONTROL_ATTACK_ENTER, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "vCPU 0 is not off");
	ask(table, CONTROL_ATTACK_ENTER, domain->domid, 1);
	assert_int_equal(status_of(table), RMI_ERROR_REC);
	ask(table, CONTROL_ATTACK_REC_DESTROYED, domain->domid, 1);
	assert_refused(table, CONTROL_E_STATE, "not the last");
	domain_stop(domain, CONTROL_POWEROFF, "over");
	ask(table, CONTROL_ATTACK_REC_DESTROYED, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "not the last");
	ask(table, CONTROL_ATTACK_REC_DESTROYED, domain->domid, 1);
	assert_int_equal(status_of(table), RMI_ERROR_INPUT);
	finish(table, domain);
}

static void content_is_taken_away_and_replaced(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	uint64_t where = RAM + 4 * MIB;

	ask(table, CONTROL_ATTACK_PAGE_LOST, domain->domid, 0);
	assert_refused(table, CONTROL_E_REQUEST, "not in the domain's RAM");
	table->request.body.attack.ipa = where;
	table->request.body.attack.size = 4 * KIB;
	ask(table, CONTROL_ATTACK_PAGE_LOST, domain->domid, 0);
	assert_int_equal(status_of(table), RMI_SUCCESS);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), 511);
	table->request.body.attack.ipa = where;
	ask(table, CONTROL_ATTACK_PAGE_REPLACED, domain->domid, 0);
	assert_int_equal(status_of(table), RMI_SUCCESS);
	assert_int_equal(memory_realm_fault(domain, ipa_make(where)),
			 MEMORY_BROKEN);
	assert_non_null(strstr(domain->text, "whose content is lost"));
	finish(table, domain);
}

static void a_terminated_realm_is_not_entered(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	struct smccc_regs regs;

	ask(table, CONTROL_ATTACK_TERMINATE, domain->domid, 0);
	assert_int_equal(table->reply.body.attack.done, 0);
	assert_false(enters(domain_vcpu(domain, 0), RMI_EXIT_IRQ, &regs));
	assert_int_equal(told(table, domain->domid)->x0, RMI_ERROR_REALM);
	finish(table, domain);
}

static void count(void *context, struct rec *rec, struct rec_trap *trap)
{
	(void)rec;
	(void)trap;
	++*(unsigned *)context;
}

static struct vcpu *entered_beside;
static unsigned taken_over;

/* Stands in for the vCPU's thread while the attacking thread waits for it. */
static void thread_plays(void *ctx, bool waiting)
{
	struct attack *attack = attack_of(entered_beside->domain);
	uint64_t x0 = RMI_ERROR_REC;

	(void)ctx;
	(void)waiting;
	if (__atomic_load_n(&attack->intruded, __ATOMIC_ACQUIRE) == 0)
		return;
	record.exit_reason = RMI_EXIT_HOST_CALL;
	assert_false(attack_after(entered_beside, &x0, &record));
	*attack_enters(entered_beside) = true; /* again */
	taken_over += x0 == RMI_SUCCESS && record.exit_reason == RMI_EXIT_IRQ;
	/* At some time the domain ends, which ends the attempts. */
	if (taken_over == 3)
		domain_stop(entered_beside->domain, CONTROL_POWEROFF, "over");
}

/* If the second entry succeeds, the vCPU's thread takes its exit over. */
static void who_was_entered_meanwhile_takes_over(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);
	unsigned runs = 0;

	entered_beside = domain_vcpu(domain, 0);
	*attack_enters(entered_beside) = true;
	taken_over = 0;
	inprocess_set_vcpu(table->bench->rmm, count, &runs);
	table->bench->ops.relax = thread_plays;
	ask(table, CONTROL_ATTACK_TWICE, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "has ended");
	assert_int_equal(taken_over, 3);
	assert_int_equal(runs, 3);
	assert_int_equal(attack_of(domain)->intruded, 0);
	finish(table, domain);
}

/* No vCPU runs here, so an attack that waits for one gives up. */
static void a_vcpu_that_never_runs_is_not_met(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_of(table);

	ask(table, CONTROL_ATTACK_TWICE, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "never met");
	/* The vCPU seems to run, but does not. */
	*attack_enters(domain_vcpu(domain, 0)) = true;
	ask(table, CONTROL_ATTACK_RIPAS_RUNNING, domain->domid, 0);
	assert_refused(table, CONTROL_E_STATE, "never met");
	finish(table, domain);
}

/* A domain that takes the place of another in the table does not get the
 * other's attack, nor the report of it. */
static void an_attack_ends_with_its_domain(void **state)
{
	struct table *table = *state;
	struct domain *first = realm_of(table), *second;
	struct smccc_regs regs;

	ask(table, CONTROL_ATTACK_RUN_UNALIGNED, first->domid, 0);
	assert_int_equal(told(table, first->domid)->what,
			 CONTROL_ATTACK_RUN_UNALIGNED);
	finish(table, first);
	second = realm_of(table);
	assert_ptr_equal(second, first);
	assert_int_equal(told(table, second->domid)->what, CONTROL_ATTACK_NONE);
	assert_false(enters(domain_vcpu(second, 0), RMI_EXIT_IRQ, &regs));
	/* The right entry; no vCPU can run here. */
	assert_int_equal(regs.x[0], RMI_ERROR_NOT_SUPPORTED);
	assert_int_equal(told(table, second->domid)->done, 0);
	finish(table, second);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_may_be_harmed),
		TEST(entries_are_wrong_once),
		TEST(list_registers_are_filled),
		TEST(old_list_registers_come_again),
		TEST(answers_are_wrong_once),
		TEST(wrong_commands_come_before_the_right_one),
		TEST(who_is_off_is_not_entered),
		TEST(content_is_taken_away_and_replaced),
		TEST(a_terminated_realm_is_not_entered),
		TEST(who_was_entered_meanwhile_takes_over),
		TEST(a_vcpu_that_never_runs_is_not_met),
		TEST(an_attack_ends_with_its_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
