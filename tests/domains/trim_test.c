/* SPDX-License-Identifier: BSD-3-Clause */
/* Free pages that sessions take for a while (CONTROL_HOST_TRIM): which they
 * are, who misses them, and when they are free again. */
#include <string.h>

#include "hypervisor/core/domain/memory.h"
#include "tests/domains/table.h"

#define PAGE     ((uint64_t)PAGE_SIZE)
#define PLACE    (32 * MIB) /* of the memory that a test leaves the host */
#define THE_MOST ((uint64_t)CONTROL_TRIM_PAGES)

static struct pages *pages_of(struct table *table)
{
	return &table->bench->port.pages;
}

/* Asks for pages, checks the reply, and returns how many pages it has. */
static uint64_t trim_by(struct table *table, struct control_session *session,
			uint64_t from, uint64_t most)
{
	const struct control_trim *trim = &table->reply.body.trim;
	uint64_t end = from;
	uint64_t pages = 0;

	table->request.body.trim = (struct control_trim_ask){ from, most };
	assert_int_equal(table_ask_by(table, session, CONTROL_HOST_TRIM, 0),
			 CONTROL_OK);
	assert_true(trim->count <= CONTROL_RUNS);
	for (unsigned i = 0; i < trim->count; i++) {
		assert_true(trim->runs[i].pa >= end && trim->runs[i].pages > 0);
		end = trim->runs[i].pa + trim->runs[i].pages * PAGE;
		pages += trim->runs[i].pages;
	}
	assert_true(pages <= most);
	assert_true(trim->next == 0 || trim->next >= end);
	return pages;
}

static uint64_t trim(struct table *table, uint64_t from, uint64_t most)
{
	return trim_by(table, &table->session, from, most);
}

/* Leaves the host a part of the memory. */
static void memory_limit(struct table *table)
{
	struct pages *pages = pages_of(table);

	pages_reserve(pages, pa_add(pages->base, PLACE),
		      pages->count * PAGE - PLACE);
	table->domains.config.pages = pages_unused(pages);
}

/* Has every page of the host used and free again. */
static void memory_soil(struct table *table)
{
	struct pages *pages = pages_of(table);
	uint64_t count = pages_unused(pages);
	pa_t base;

	assert_true(pages_alloc(pages, count, 1, &base));
	pages_free(pages, base, count);
}

static uint64_t unpromised(const struct table *table)
{
	return table->domains.config.pages - table->domains.promised;
}

static void touch_all(struct table *table, uint32_t domid)
{
	struct domain *domain = table_domain(table, domid);

	for (uint64_t at = 0; at < TABLE_RAM; at += PAGE) {
		ipa_t ipa = ipa_make(RAM + at);

		assert_int_equal(domain->is_realm
					 ? memory_realm_fault(domain, ipa)
					 : memory_guest_fault(domain, ipa),
				 MEMORY_READY);
	}
}

static uint32_t start(struct table *table, const char *name, uint32_t flags)
{
	uint32_t domid = table_build(table, name, flags);

	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	return domid;
}

/* ---- Which pages ---- */

static void a_host_that_was_not_used_has_nothing_to_give(void **state)
{
	struct table *table = *state;

	assert_int_equal(trim(table, 0, THE_MOST), 0);
	assert_int_equal(table->reply.body.trim.next, 0);
	assert_empty(table);
}

static void pages_of_a_destroyed_guest_are_taken(void **state)
{
	struct table *table = *state;

	for (uint32_t flags = 0; flags <= CONTROL_CREATE_REALM; flags++) {
		uint32_t domid = start(table, "a", flags);
		uint64_t held;

		touch_all(table, domid);
		held = table_info(table, domid)->pages_held;
		assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid),
				 CONTROL_OK);
		assert_true(trim(table, 0, THE_MOST) >= held);
		assert_int_equal(trim(table, 0, 0), 0);
		assert_empty(table);
	}
}

static void all_free_pages_are_taken_in_parts(void **state)
{
	struct table *table = *state;
	uint64_t whole = pages_unused(pages_of(table));
	uint64_t sum = 0;
	uint64_t from = 0;

	memory_soil(table);
	do {
		sum += trim(table, from, 1000);
		assert_true(table->reply.body.trim.next != from);
		from = table->reply.body.trim.next;
	} while (from != 0);
	assert_int_equal(sum, whole);
	assert_int_equal(trim(table, 0, 0), 0);
	assert_empty(table);
}

static void runs_end_at_pages_in_use(void **state)
{
	struct table *table = *state;
	struct pages *pages = pages_of(table);
	pa_t base;

	assert_true(pages_alloc(pages, 300, 1, &base));
	for (uint64_t i = 0; i < 300; i += 3)
		pages_free(pages, pa_add(base, i * PAGE), 2);
	assert_int_equal(trim(table, 0, THE_MOST), 2 * CONTROL_RUNS);
	for (unsigned i = 0; i < CONTROL_RUNS; i++) {
		assert_int_equal(table->reply.body.trim.runs[i].pa,
				 base.value + 3 * i * PAGE);
	}
	assert_int_equal(trim(table, table->reply.body.trim.next, THE_MOST),
			 2 * (100 - CONTROL_RUNS));
	assert_int_equal(pages->used,
			 table->bench->used + 100 + 2 * (100 - CONTROL_RUNS));
}

static void sessions_get_different_pages(void **state)
{
	struct table *table = *state;
	uint64_t first;

	memory_soil(table);
	assert_int_equal(trim(table, 0, 100), 100);
	first = table->reply.body.trim.runs[0].pa;
	assert_int_equal(trim_by(table, &table->other, 0, 100), 100);
	assert_int_equal(table->reply.body.trim.runs[0].pa, first + 100 * PAGE);
	assert_int_equal(table->domains.trimmed, 200);
	control_close(&table->session);
	control_close(&table->other);
	assert_int_equal(table->domains.trimmed, 0);
	assert_int_equal(pages_of(table)->used, table->bench->used);
}

static void wrong_requests_take_nothing(void **state)
{
	struct table *table = *state;

	memory_soil(table);
	table->request.body.trim.from = PAGE + 8;
	table_ask(table, CONTROL_HOST_TRIM, 0);
	assert_refused(table, CONTROL_E_REQUEST, "begins with a page");
	table->request.body.trim.pages = THE_MOST + 1;
	table_ask(table, CONTROL_HOST_TRIM, 0);
	assert_refused(table, CONTROL_E_REQUEST, "too many pages");
	assert_int_equal(trim(table, UINT64_MAX & ~(PAGE - 1), THE_MOST), 0);
	assert_empty(table);
}

/* ---- Who misses them ---- */

static void a_guest_never_misses_a_page(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	memory_soil(table);
	for (uint32_t flags = 0; flags <= CONTROL_CREATE_REALM; flags++) {
		uint32_t domid = start(table, "a", flags);

		assert_int_equal(trim(table, 0, THE_MOST), unpromised(table));
		touch_all(table, domid);
		assert_int_equal(table_state(table, domid), CONTROL_RUNNING);
		assert_int_equal(trim(table, 0, 0), 0);
		assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid),
				 CONTROL_OK);
	}
	assert_empty(table);
}

static void a_guest_gets_none_of_them(void **state)
{
	struct table *table = *state;
	const struct control_grant *grant = &table->reply.body.grant;
	uint64_t first, end;
	uint32_t domid;

	memory_soil(table);
	domid = table_create(table, "a", 0);
	assert_int_equal(trim(table, 0, 1000), 1000);
	first = table->reply.body.trim.runs[0].pa;
	end = first + 1000 * PAGE;
	table->request.body.segment.ipa = RAM;
	table->request.body.segment.size = 1 * MIB;
	assert_int_equal(table_ask_by(table, &table->other,
				      CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	assert_true(grant->pa >= end);
}

/* A request that waits for pages, and the sessions around it. */
static struct {
	struct table *table;
	unsigned waits; /* so far */
	unsigned ends_at; /* the wait in which the other session ends */
	uint64_t taken; /* by a third session meanwhile */
	struct control_session third;
} scene;

static void third_reply(void *ctx, const struct control_reply *reply)
{
	(void)ctx;
	if (reply->op == CONTROL_HOST_TRIM)
		scene.taken += reply->body.trim.count;
}

static void third_ask(enum control_op op)
{
	const struct control_request request = {
		.magic = CONTROL_MAGIC,
		.version = CONTROL_VERSION,
		.op = op,
		.body.trim.pages = op == CONTROL_HOST_TRIM ? THE_MOST : 0,
	};

	control_input(&scene.third, (const uint8_t *)&request, sizeof(request));
}

static void scene_relax(void *ctx, bool waiting)
{
	struct bench *bench = ctx;

	if (!waiting)
		return;
	bench->waits++;
	third_ask(CONTROL_HOST_TRIM);
	if (scene.waits++ == scene.ends_at)
		control_close(&scene.table->other);
}

/* The other session takes all that is left; it ends in that wait. */
static void scene_open(struct table *table, unsigned ends_at)
{
	memset(&scene, 0, sizeof(scene));
	scene.table = table;
	scene.ends_at = ends_at;
	control_init(&scene.third, &table->domains, third_reply, NULL);
	control_open(&scene.third);
	third_ask(CONTROL_HELLO);
	assert_int_equal(trim_by(table, &table->other, 0, THE_MOST),
			 unpromised(table));
	table->bench->ops.relax = scene_relax;
}

static void a_new_domain_waits_for_them(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	memory_soil(table);
	scene_open(table, 3);
	table_create(table, "a", 0);
	assert_int_equal(scene.waits, 4);
	assert_int_equal(scene.taken, 0);
	assert_int_equal(table->domains.trim_holds, 0);
	assert_true(trim(table, 0, THE_MOST) > 0);
}

static void content_waits_for_them(void **state)
{
	struct table *table = *state;
	uint32_t domid;

	memory_limit(table);
	memory_soil(table);
	domid = table_create(table, "a", CONTROL_CREATE_REALM);
	scene_open(table, 3);
	table->request.body.segment.ipa = RAM;
	table->request.body.segment.size = TABLE_RAM;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	assert_int_equal(scene.waits, 4);
	assert_int_equal(scene.taken, 0);
}

static void nobody_waits_for_ever(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	memory_soil(table);
	scene_open(table, UINT32_MAX);
	table_create_body(table, "a", 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_MEMORY, "0 MiB free");
	assert_true(scene.waits > 1);
	assert_int_equal(scene.taken, 0);
	assert_int_equal(table->domains.trim_holds, 0);
	control_close(&table->other);
	table_create(table, "a", 0);
}

/* A request that cannot be met does not wait for pages that nobody has. */
static void what_was_never_there_is_refused_at_once(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	memory_soil(table);
	assert_true(trim(table, 0, THE_MOST) > 0);
	assert_int_equal(trim(table, 0, 0), 0);
	table->bench->waits = 0;
	table_create_body(table, "a", 0)->ram_size = 2 * PLACE;
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_MEMORY, "MiB free");
	assert_int_equal(table->bench->waits, 0);
	assert_empty(table);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_that_was_not_used_has_nothing_to_give),
		TEST(pages_of_a_destroyed_guest_are_taken),
		TEST(all_free_pages_are_taken_in_parts),
		TEST(runs_end_at_pages_in_use),
		TEST(sessions_get_different_pages),
		TEST(wrong_requests_take_nothing),
		TEST(a_guest_never_misses_a_page),
		TEST(a_guest_gets_none_of_them),
		TEST(a_new_domain_waits_for_them),
		TEST(content_waits_for_them),
		TEST(nobody_waits_for_ever),
		TEST(what_was_never_there_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
