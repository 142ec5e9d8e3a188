/* SPDX-License-Identifier: BSD-3-Clause */
/* The bench of the tests of domains. */
#include "tests/domains/table.h"

#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"

static void reply_take(void *ctx, const struct control_reply *reply)
{
	struct table *table = ctx;

	table->reply = *reply;
	table->replies++;
}

static void session_start(struct table *table, struct control_session *session)
{
	control_init(session, &table->domains, reply_take, table);
	control_open(session);
	assert_int_equal(table_ask_by(table, session, CONTROL_HELLO, 0),
			 CONTROL_OK);
}

int table_setup(void **state)
{
	struct table *table = calloc(1, sizeof(*table));
	struct domains_config config = { .dmesg = NULL };
	void *bench;

	assert_non_null(table);
	assert_int_equal(bench_setup(&bench), 0);
	table->bench = bench;
	still_init(&table->still, &table->bench->port.pages);
	table->still.now_ns = 1000;
	config = (struct domains_config){
		.host = &table->bench->host,
		.ops = &table->still.ops,
		.dmesg = &table->dmesg,
		.pages = pages_unused(&table->bench->port.pages),
		.cores = 2,
		.lr_count = 4,
		.thread_pages = 4,
		.debug = true,
		.attack = &table->still.attacks.ops,
	};
	domains_init(&table->domains, &config);
	session_start(table, &table->session);
	session_start(table, &table->other);
	*state = table;
	return 0;
}

int table_teardown(void **state)
{
	struct table *table = *state;
	void *bench = table->bench;

	bench_teardown(&bench);
	free(table);
	return 0;
}

static void work(struct table *table)
{
	while (table->still.work && !table->lazy) {
		table->still.work = false;
		domains_work(&table->domains);
	}
}

enum control_status table_ask_by(struct table *table,
				 struct control_session *session,
				 enum control_op op, uint32_t domid)
{
	struct control_request request = table->request;
	unsigned replies = table->replies;

	request.magic = CONTROL_MAGIC;
	request.version = CONTROL_VERSION;
	request.op = op;
	request.cookie = 0x100 + replies;
	request.domid = domid;
	memset(&table->request, 0, sizeof(table->request));
	control_input(session, (const uint8_t *)&request, sizeof(request));
	assert_int_equal(table->replies, replies + 1);
	assert_int_equal(table->reply.magic, CONTROL_MAGIC);
	assert_int_equal(table->reply.cookie, request.cookie);
	assert_int_equal(table->reply.op, op);
	assert_int_equal(table->reply.status == CONTROL_OK,
			 table->reply.text[0] == '\0');
	work(table);
	return table->reply.status;
}

enum control_status table_ask(struct table *table, enum control_op op,
			      uint32_t domid)
{
	return table_ask_by(table, &table->session, op, domid);
}

void assert_refused(const struct table *table, enum control_status expected,
		    const char *words)
{
	const char *text = (const char *)table->reply.text;

	assert_int_equal(table->reply.status, expected);
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, text);
}

struct control_create *table_create_body(struct table *table, const char *name,
					 uint32_t flags)
{
	struct control_create *create = &table->request.body.create;

	memset(&table->request, 0, sizeof(table->request));
	create->flags = flags;
	create->vcpus = 2;
	create->ram_size = TABLE_RAM;
	memcpy(create->name, name, strlen(name));
	return create;
}

uint32_t table_create(struct table *table, const char *name, uint32_t flags)
{
	table_create_body(table, name, flags);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	return table->reply.body.domain.domid;
}

uint32_t table_load(struct table *table, const char *name, uint32_t flags)
{
	uint32_t domid = table_create(table, name, flags);
	struct control_grant grant;

	table->request.body.segment.ipa = RAM + 4 * MIB;
	table->request.body.segment.size = 12 * KIB - 5;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	grant = table->reply.body.grant;
	assert_int_equal(grant.size, 12 * KIB);
	memset(inprocess_host_page(table->bench->rmm, grant.pa), 0x5a,
	       grant.size - 5);
	return domid;
}

uint32_t table_build(struct table *table, const char *name, uint32_t flags)
{
	uint32_t domid = table_load(table, name, flags);

	table->request.body.build.pc = RAM + 4 * MIB;
	table->request.body.build.x0 = 7;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_BUILD, domid),
			 CONTROL_OK);
	assert_int_equal(table_state(table, domid), CONTROL_PAUSED);
	return domid;
}

struct domain *table_domain(struct table *table, uint32_t domid)
{
	struct domain *domain = domain_get(&table->domains, domid);

	assert_non_null(domain);
	domain_put(domain);
	return domain;
}

struct control_domain *table_info(struct table *table, uint32_t domid)
{
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_INFO, domid),
			 CONTROL_OK);
	assert_int_equal(table->reply.body.domain.domid, domid);
	return &table->reply.body.domain;
}

uint32_t table_state(struct table *table, uint32_t domid)
{
	return table_info(table, domid)->state;
}

void assert_empty(struct table *table)
{
	const struct control_host *host = &table->reply.body.host;

	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->domains, 0);
	assert_int_equal(host->memory_free, host->memory_total);
	assert_int_equal(host->consoles_free, CONTROL_CONSOLES);
	assert_int_equal(host->granules_delegated, 0);
	assert_int_equal(host->pages_used, table->bench->used);
	assert_int_equal(inprocess_delegated(table->bench->rmm), 0);
	assert_int_equal(table->still.threads, 0);
	assert_int_equal(table->domains.promised, 0);
	assert_int_equal(table->domains.dma_promised, 0);
	assert_int_equal(table->bench->port.dma_pages.used, 0);
}
