/* SPDX-License-Identifier: BSD-3-Clause */
/* Several sessions, the worker and vCPUs at the same time, while another
 * session takes all pages that are promised to nobody, again and again. */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "hypervisor/core/domain/memory.h"
#include "tests/domains/table.h"

#define CLIENTS 3
#define ROUNDS  30
/* Pages of the host: so many that all clients find room, if only just. */
#define PLACE UINT64_C(9000)

static pthread_mutex_t pages_mutex = PTHREAD_MUTEX_INITIALIZER;

static bool alloc(void *ctx, uint64_t count, uint64_t align, pa_t *base)
{
	struct bench *bench = ctx;
	bool done;

	pthread_mutex_lock(&pages_mutex);
	done = bench->port.ops.pages_alloc(&bench->port, count, align, base);
	pthread_mutex_unlock(&pages_mutex);
	return done;
}

static void release(void *ctx, pa_t base, uint64_t count)
{
	struct bench *bench = ctx;

	pthread_mutex_lock(&pages_mutex);
	bench->port.ops.pages_free(&bench->port, base, count);
	pthread_mutex_unlock(&pages_mutex);
}

static uint64_t take(void *ctx, uint64_t max, pa_t *at)
{
	struct bench *bench = ctx;
	uint64_t count;

	pthread_mutex_lock(&pages_mutex);
	count = bench->port.ops.pages_take(&bench->port, max, at);
	pthread_mutex_unlock(&pages_mutex);
	return count;
}

static void smc(void *ctx, struct smccc_regs *regs)
{
	struct bench *bench = ctx;

	inprocess_smc(bench->rmm, regs);
}

static void relax(void *ctx, bool waiting)
{
	(void)ctx;
	(void)waiting;
	sched_yield();
}

/* A client in its own thread. */
struct client {
	struct table *table;
	struct control_session session;
	struct control_reply reply;
	char name;
	const char *failed; /* the step that failed; NULL: none */
	uint64_t pages; /* runs of pages that it was given */
};

static void reply_take(void *ctx, const struct control_reply *reply)
{
	struct client *client = ctx;

	client->reply = *reply;
}

static enum control_status ask(struct client *client,
			       struct control_request request)
{
	request.magic = CONTROL_MAGIC;
	request.version = CONTROL_VERSION;
	control_input(&client->session, (const uint8_t *)&request,
		      sizeof(request));
	return client->reply.status;
}

static enum control_status ask_about(struct client *client, enum control_op op,
				     uint32_t domid)
{
	return ask(client, (struct control_request){ .op = op, .domid = domid });
}

static uint32_t create(struct client *client, bool is_realm)
{
	struct control_request request = { .op = CONTROL_DOMAIN_CREATE };
	uint32_t domid;

	request.body.create = (struct control_create){
		.flags = is_realm ? CONTROL_CREATE_REALM : 0,
		.vcpus = 2,
		.ram_size = TABLE_RAM,
		.name = { (uint8_t)client->name },
	};
	if (ask(client, request) != CONTROL_OK)
		return 0;
	domid = client->reply.body.domain.domid;
	request = (struct control_request){ .op = CONTROL_DOMAIN_SEGMENT,
					    .domid = domid };
	request.body.segment =
		(struct control_segment){ RAM + 4 * MIB, 64 * KIB };
	return ask(client, request) == CONTROL_OK ? domid : 0;
}

/* Asks about the domains of all clients. */
static void look_around(struct client *client)
{
	uint32_t domid = 0;

	while (ask_about(client, CONTROL_DOMAIN_NEXT, domid) == CONTROL_OK)
		domid = client->reply.body.domain.domid + 1;
	ask_about(client, CONTROL_HOST_INFO, 0);
}

static void await_built(struct client *client, uint32_t domid)
{
	do {
		sched_yield();
		ask_about(client, CONTROL_DOMAIN_INFO, domid);
	} while (client->reply.body.domain.state == CONTROL_BUILDING);
}

static bool touch(struct client *client, uint32_t domid, bool is_realm)
{
	struct domain *domain = domain_get(&client->table->domains, domid);
	ipa_t ipa = ipa_make(RAM + 5 * MIB);
	enum memory_result result;

	if (domain == NULL)
		return false;
	result = is_realm ? memory_realm_fault(domain, ipa)
			  : memory_guest_fault(domain, ipa);
	domain_put(domain);
	return result == MEMORY_READY;
}

static const char *round_make(struct client *client, bool is_realm)
{
	uint32_t domid = create(client, is_realm);

	if (domid == 0)
		return "creating";
	if (ask_about(client, CONTROL_DOMAIN_BUILD, domid) != CONTROL_OK)
		return "building";
	look_around(client);
	await_built(client, domid);
	if (ask_about(client, CONTROL_DOMAIN_UNPAUSE, domid) != CONTROL_OK)
		return "unpausing";
	if (!touch(client, domid, is_realm))
		return "touching";
	look_around(client);
	if (ask_about(client, CONTROL_DOMAIN_DESTROY, domid) != CONTROL_OK)
		return "destroying";
	while (ask_about(client, CONTROL_DOMAIN_INFO, domid) == CONTROL_OK)
		sched_yield();
	return NULL;
}

static void *client_run(void *context)
{
	struct client *client = context;

	for (unsigned i = 0; i < ROUNDS && client->failed == NULL; i++) {
		client->failed = round_make(
			client, (i + (unsigned)client->name) % 3 != 0);
	}
	return NULL;
}

static bool stopped;

static void *worker_run(void *context)
{
	struct table *table = context;

	while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) {
		domains_work(&table->domains);
		sched_yield();
	}
	domains_work(&table->domains);
	return NULL;
}

static void *trimmer_run(void *context)
{
	struct client *client = context;
	struct control_request request = { .op = CONTROL_HOST_TRIM };

	request.body.trim.pages = CONTROL_TRIM_PAGES;
	while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) {
		if (ask(client, request) != CONTROL_OK)
			client->failed = "trimming";
		client->pages += client->reply.body.trim.count;
		request.body.trim.from = client->reply.body.trim.next;
		sched_yield();
	}
	control_close(&client->session);
	return NULL;
}

static void memory_limit(struct table *table)
{
	struct pages *pages = &table->bench->port.pages;

	pages_reserve(pages, pa_add(pages->base, PLACE * PAGE_SIZE),
		      (pages->count - PLACE) * PAGE_SIZE);
	table->domains.config.pages = pages_unused(pages);
}

static void client_open(struct client *client, struct table *table, char name)
{
	*client = (struct client){ .table = table, .name = name };
	control_init(&client->session, &table->domains, reply_take, client);
	control_open(&client->session);
	ask_about(client, CONTROL_HELLO, 0);
}

static void clients_do_not_get_in_each_others_way(void **state)
{
	struct table *table = *state;
	struct client clients[CLIENTS], trimmer;
	pthread_t threads[CLIENTS], worker, other;

	memory_limit(table);
	table->bench->ops.pages_alloc = alloc;
	table->bench->ops.pages_free = release;
	table->bench->ops.pages_take = take;
	table->bench->ops.relax = relax;
	table->bench->ops.smc = smc;
	pthread_create(&worker, NULL, worker_run, table);
	client_open(&trimmer, table, 't');
	pthread_create(&other, NULL, trimmer_run, &trimmer);
	for (unsigned i = 0; i < CLIENTS; i++) {
		client_open(&clients[i], table, (char)('a' + i));
		pthread_create(&threads[i], NULL, client_run, &clients[i]);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(threads[i], NULL);
		if (clients[i].failed != NULL) {
			fail_msg("%s: %s", clients[i].failed,
				 (char *)clients[i].reply.text);
		}
	}
	__atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
	pthread_join(worker, NULL);
	pthread_join(other, NULL);
	assert_null(trimmer.failed);
	assert_true(trimmer.pages > 0);
	assert_int_equal(table->domains.last_domid, CLIENTS * ROUNDS);
	assert_empty(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			clients_do_not_get_in_each_others_way, table_setup,
			table_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
