/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each call and each allocation in the life of a domain fails once, in turn.
 * The domain fails or ends, with a text; it can be destroyed, and then nothing
 * is left of it.
 */
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "tests/domains/realm_bench.h"

#define PAGE        ((uint64_t)4096)
#define CONTENT     (RAM + 4 * MIB)
#define ERROR_RTT_3 (RMI_ERROR_RTT | RTT_DEEPEST << 8)

static const uint64_t errors[] = { RMI_ERROR_INPUT,         RMI_ERROR_REALM,
				   RMI_ERROR_REC,           ERROR_RTT_3,
				   RMI_ERROR_NOT_SUPPORTED, RMI_ERROR_GLOBAL,
				   RMI_ERROR_GRANULE,       SMCCC_NOT_SUPPORTED };

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

/* ---- The life of a domain ---- */

static bool goes_on(struct table *table)
{
	return table_state(table, table->domains.last_domid) == CONTROL_RUNNING;
}

/* Asks for all that vCPUs ask for, as long as the domain runs. */
static void realm_live(struct table *table, struct domain *domain)
{
	(void)memory_realm_fault(domain, ipa_make(RAM)); /* a block */
	if (goes_on(table)) { /* a page */
		(void)memory_realm_fault(domain, ipa_make(RAM + 6 * MIB));
	}
	if (goes_on(table)) { /* content */
		(void)realm_asks(table, domain, CONTENT, CONTENT + 2 * PAGE, 0,
				 RMI_RIPAS_EMPTY);
	}
	if (goes_on(table)) {
		(void)realm_asks(table, domain, RAM, RAM + PAGE, 0,
				 RMI_RIPAS_EMPTY);
	}
	if (goes_on(table)) {
		(void)memory_realm_fault(
			domain, realm_alias(&domain->realm, ipa_make(CONTENT)));
	}
	if (goes_on(table)) {
		(void)memory_realm_fault(
			domain, realm_alias(&domain->realm, ipa_make(RAM)));
	}
	if (goes_on(table)) {
		(void)realm_asks(table, domain, CONTENT, CONTENT + PAGE, 0,
				 RMI_RIPAS_RAM);
	}
}

static void guest_live(struct table *table, struct domain *domain)
{
	(void)memory_guest_fault(domain, ipa_make(RAM));
	if (goes_on(table))
		(void)memory_guest_fault(domain, ipa_make(RAM + 6 * MIB));
}

/* From creation to the first attempt to destroy it. */
static void live(struct table *table, uint32_t flags)
{
	struct domain *domain;
	uint32_t domid;

	table_create_body(table, "a", flags)->ram_size = 7 * MIB;
	if (table_ask(table, CONTROL_DOMAIN_CREATE, 0) != CONTROL_OK)
		return;
	domid = table->reply.body.domain.domid;
	domain = table_domain(table, domid);
	table->request.body.segment.ipa = CONTENT;
	table->request.body.segment.size = 3 * PAGE;
	if (table_ask(table, CONTROL_DOMAIN_SEGMENT, domid) == CONTROL_OK) {
		table_ask(table, CONTROL_DOMAIN_BUILD, domid);
		table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	}
	if (goes_on(table)) {
		if (flags & CONTROL_CREATE_REALM)
			realm_live(table, domain);
		else
			guest_live(table, domain);
	}
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid);
}

/* Destroys the domain while nothing fails any more. */
static void bury(struct table *table)
{
	table->bench->meddler.at = NEVER;
	table->bench->meddler.alloc_at = NEVER;
	for (unsigned i = 0; i < 3; i++) {
		table_ask(table, CONTROL_DOMAIN_DESTROY,
			  table->domains.last_domid);
	}
	assert_empty(table);
}

static void watch(struct table *table)
{
	bench_watch(table->bench);
}

/* Counts the calls and allocations of a life in which nothing fails. */
static void count(struct table *table, uint32_t flags, uint64_t *calls,
		  uint64_t *allocs)
{
	watch(table);
	live(table, flags);
	assert_empty(table);
	*calls = table->bench->calls;
	*allocs = table->bench->allocs;
}

/* ---- Failures ---- */

static void each_call_refused_once(void **state)
{
	struct table *table = *state;
	uint32_t trace[BENCH_TRACE];
	uint64_t calls, allocs;

	count(table, CONTROL_CREATE_REALM, &calls, &allocs);
	assert_in_range(calls, 60, BENCH_TRACE);
	memcpy(trace, table->bench->trace, sizeof(trace));
	for (uint64_t at = 0; at < calls; at++) {
		/* The last call of an operation cannot be refused. */
		if (trace[at] == RMI_OP_CONTINUE)
			continue;
		for (unsigned i = 0; i < ERRORS; i++) {
			watch(table);
			table->bench->meddler.at = at;
			table->bench->meddler.x0 = errors[i];
			live(table, CONTROL_CREATE_REALM);
			bury(table);
		}
	}
}

static void each_call_busy_for_a_while(void **state)
{
	struct table *table = *state;
	uint64_t calls, allocs;

	count(table, CONTROL_CREATE_REALM, &calls, &allocs);
	for (uint64_t at = 0; at < calls; at++) {
		watch(table);
		table->bench->meddler.at = at;
		table->bench->meddler.times = 50;
		table->bench->meddler.x0 = at % 2 ? RMI_BUSY : RMI_BLOCKED;
		live(table, CONTROL_CREATE_REALM);
		assert_empty(table);
	}
}

static void each_command_made_stateful(void **state)
{
	struct table *table = *state;
	uint32_t trace[BENCH_TRACE];
	uint64_t calls, allocs;

	count(table, CONTROL_CREATE_REALM, &calls, &allocs);
	memcpy(trace, table->bench->trace, sizeof(trace));
	for (uint64_t at = 0; at < calls; at++) {
		if (trace[at] >= RMI_OP_CONTINUE ||
		    trace[at] == RMI_REC_CREATE || trace[at] == RMI_REC_DESTROY)
			continue;
		watch(table);
		table->bench->meddler.at = at;
		table->bench->meddler.how = MEDDLE_DEFER;
		live(table, CONTROL_CREATE_REALM);
		assert_empty(table);
	}
}

static void each_call_given_up_once(void **state)
{
	struct table *table = *state;
	uint64_t calls, allocs;

	count(table, CONTROL_CREATE_REALM, &calls, &allocs);
	for (uint64_t at = 0; at < calls; at += 7) {
		watch(table);
		table->bench->meddler.at = at;
		table->bench->meddler.times = BENCH_TRIES;
		table->bench->meddler.x0 = RMI_BUSY;
		live(table, CONTROL_CREATE_REALM);
		bury(table);
	}
}

static void each_allocation_failing_once(void **state)
{
	struct table *table = *state;
	const uint32_t kinds[] = { CONTROL_CREATE_REALM, 0 };
	uint64_t calls, allocs;

	for (unsigned kind = 0; kind < 2; kind++) {
		count(table, kinds[kind], &calls, &allocs);
		assert_true(allocs > 8);
		for (uint64_t at = 0; at < allocs; at++) {
			watch(table);
			table->bench->meddler.alloc_at = at;
			live(table, kinds[kind]);
			bury(table);
		}
	}
}

static void no_memory_from_some_point_on(void **state)
{
	struct table *table = *state;
	const uint32_t kinds[] = { CONTROL_CREATE_REALM, 0 };
	uint64_t calls, allocs;

	for (unsigned kind = 0; kind < 2; kind++) {
		count(table, kinds[kind], &calls, &allocs);
		for (uint64_t at = 0; at < allocs; at++) {
			watch(table);
			table->bench->meddler.alloc_at = at;
			table->bench->meddler.alloc_times = NEVER;
			live(table, kinds[kind]);
			bury(table);
		}
	}
}

static void many_random_refusals_lose_nothing(void **state)
{
	struct table *table = *state;

	for (uint32_t seed = 1; seed <= 300; seed++) {
		watch(table);
		table->bench->meddler.at = seed % 90;
		table->bench->meddler.how = MEDDLE_RANDOM;
		table->bench->meddler.times = NEVER;
		table->bench->meddler.random = seed * 2654435761U;
		live(table, CONTROL_CREATE_REALM);
		bury(table);
	}
}

/* A call succeeds without an effect, and its arguments stay in place of
 * results. Pages that the RMM seems to have are not freed; the domain may stay
 * DYING. */
static void an_rmm_that_lies(void **state)
{
	struct table *table = *state;
	uint64_t calls, allocs;
	unsigned stayed = 0;

	count(table, CONTROL_CREATE_REALM, &calls, &allocs);
	for (uint64_t at = 0; at < calls; at++) {
		void *fresh;

		table_teardown(state);
		assert_int_equal(table_setup(&fresh), 0);
		*state = table = fresh;
		watch(table);
		table->bench->meddler.at = at;
		table->bench->meddler.x0 = RMI_SUCCESS;
		live(table, CONTROL_CREATE_REALM);
		table->bench->meddler.at = NEVER;
		table_ask(table, CONTROL_DOMAIN_DESTROY, 1);
		if (table_ask(table, CONTROL_DOMAIN_INFO, 1) != CONTROL_OK) {
			assert_empty(table);
			continue;
		}
		stayed++;
		assert_int_equal(table->reply.body.domain.state, CONTROL_DYING);
		assert_true(table->reply.body.domain.text[0] != 0);
	}
	assert_in_range(stayed, 1, calls - 1);
}

/* ---- Texts and totals ---- */

static void a_failed_build_says_why(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_load(table, "a", CONTROL_CREATE_REALM);
	const struct control_domain *info = &table->reply.body.domain;
	const char *text = (const char *)info->text;

	watch(table);
	table->bench->meddler.at = 2;
	table->bench->meddler.x0 = RMI_ERROR_GLOBAL;
	table_ask(table, CONTROL_DOMAIN_BUILD, domid);
	assert_int_equal(table->bench->trace[2], RMI_REALM_CREATE);
	assert_int_equal(table_state(table, domid), CONTROL_FAILED);
	assert_memory_equal(text, "creating the Realm: RMI_REALM_CREATE(rd=0x",
			    42);
	assert_non_null(strstr(text, "): RMI_ERROR_GLOBAL"));
	assert_int_equal(info->granules_delegated, 0);
	bury(table);
}

static void a_page_that_is_refused_stops_the_domain(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);
	const struct control_domain *info = &table->reply.body.domain;

	watch(table);
	table->bench->meddler.at = 2;
	table->bench->meddler.x0 = RMI_ERROR_INPUT;
	assert_int_equal(memory_realm_fault(domain, ipa_make(RAM)),
			 MEMORY_BROKEN);
	assert_int_equal(table->bench->trace[2], RMI_RTT_DATA_MAP);
	assert_int_equal(table_state(table, 1), CONTROL_SHUTDOWN);
	assert_int_equal(info->reason, CONTROL_CRASH);
	assert_non_null(strstr((const char *)info->text,
			       "supplying memory: RMI_RTT_DATA_MAP(rd="));
	bury(table);
}

static void a_domain_that_cannot_go_stays_and_says_why(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);
	struct meddler *meddler = &table->bench->meddler;
	const struct control_domain *info = &table->reply.body.domain;

	watch(table);
	meddler->kept = domain->realm.rd.base;
	meddler->kept_times = 3;
	for (unsigned i = 0; i < 3; i++) {
		table_ask(table, CONTROL_DOMAIN_DESTROY, 1);
		assert_int_equal(table_state(table, 1), CONTROL_DYING);
		assert_int_equal(info->granules_delegated, 1);
		/* And those of vCPUs, interrupts, runs, and threads. */
		assert_int_equal(info->pages_held, 1 + 4 + 8);
		assert_int_equal(info->progress_done, info->progress_all - 13);
		assert_non_null(strstr((const char *)info->text,
				       "taking the Realm apart: "
				       "RMI_GRANULE_RANGE_UNDELEGATE"));
	}
	bury(table);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_refused_once),
		TEST(each_call_busy_for_a_while),
		TEST(each_command_made_stateful),
		TEST(each_call_given_up_once),
		TEST(each_allocation_failing_once),
		TEST(no_memory_from_some_point_on),
		TEST(many_random_refusals_lose_nothing),
		TEST(an_rmm_that_lies),
		TEST(a_failed_build_says_why),
		TEST(a_page_that_is_refused_stops_the_domain),
		TEST(a_domain_that_cannot_go_stays_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
