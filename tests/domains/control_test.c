/* SPDX-License-Identifier: BSD-3-Clause */
/* Each refusal of the control server, and its stream of bytes. */
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "abi/virtio.h"
#include "tests/domains/table.h"

/* ---- The stream ---- */

static void bytes_send(struct table *table, const void *bytes, size_t size)
{
	control_input(&table->session, bytes, size);
}

static struct control_request hello(void)
{
	return (struct control_request){ .magic = CONTROL_MAGIC,
					 .version = CONTROL_VERSION,
					 .op = CONTROL_HELLO,
					 .cookie = 42 };
}

static void nothing_is_answered_before_a_hello(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	control_open(&table->session);
	request.op = CONTROL_HOST_INFO;
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies);
	request = hello();
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies + 1);
	assert_int_equal(table->reply.cookie, 42);
	assert_int_equal(table->reply.body.host.version, CONTROL_VERSION);
	request.op = CONTROL_HOST_INFO;
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies + 2);
}

static void what_a_killed_client_left_is_skipped(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	for (size_t left = 0; left < sizeof(request); left++) {
		control_open(&table->session);
		bytes_send(table, &request, left); /* a client that is killed */
		control_close(&table->session);
		control_open(&table->session);
		bytes_send(table, (uint8_t *)&request + left,
			   sizeof(request) - left);
		bytes_send(table, "REEVE", 5);
		bytes_send(table, &request, sizeof(request));
		assert_int_equal(table->replies, ++replies + (left == 0));
		replies += left == 0;
	}
}

static void a_hello_in_the_middle_of_another_is_found(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	control_open(&table->session);
	bytes_send(table, &request, 12); /* cut in the operation */
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies + 1);
	assert_int_equal(table->reply.status, CONTROL_OK);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	for (size_t i = 0; i < sizeof(request); i++) {
		assert_int_equal(table->replies, replies);
		bytes_send(table, (uint8_t *)&request + i, 1);
	}
	assert_int_equal(table->replies, replies + 1);
}

static void where_no_request_begins_a_hello_is_needed(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	bytes_send(table, "x", 1);
	request.op = CONTROL_HOST_INFO;
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies);
	request.op = CONTROL_HELLO;
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies + 1);
}

static void another_version_is_named(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies;

	control_open(&table->session);
	request.version = 2;
	bytes_send(table, &request, sizeof(request));
	assert_refused(table, CONTROL_E_VERSION, "version 1, not 2");
	replies = table->replies;
	request.version = CONTROL_VERSION;
	request.op = CONTROL_HOST_INFO;
	bytes_send(table, &request, sizeof(request));
	assert_int_equal(table->replies, replies);
}

/* ---- Frames ---- */

static void unknown_operations_are_refused(void **state)
{
	struct table *table = *state;
	const uint32_t ops[] = { 0, CONTROL_OPS, 0xffffffff };

	for (unsigned i = 0; i < 3; i++) {
		table_ask(table, ops[i], 0);
		assert_refused(table, CONTROL_E_REQUEST, "an unknown operation");
	}
}

/* A request is refused if any byte that its operation does not use is set. */
static void bytes_that_are_not_used_are_zero(void **state)
{
	struct table *table = *state;
	static const uint8_t used[CONTROL_OPS] = {
		[CONTROL_DOMAIN_CREATE] = 224, [CONTROL_DOMAIN_SEGMENT] = 16,
		[CONTROL_DOMAIN_BUILD] = 16,   [CONTROL_VCPU_INFO] = 4,
		[CONTROL_DOMAIN_SHUTDOWN] = 4, [CONTROL_DOMAIN_RENAME] = 64,
		[CONTROL_DMESG] = 8,           [CONTROL_TOUCH] = 8,
		[CONTROL_DOMAIN_MEMORY] = 8,   [CONTROL_ATTACK] = 24,
		[CONTROL_DOMAIN_BREAK] = 1,    [CONTROL_HOST_TRIM] = 16,
		[CONTROL_DEVICE_INFO] = 4,     [CONTROL_DISKS_HOLD] = 4,
	};

	for (enum control_op op = CONTROL_HELLO; op < CONTROL_OPS; op++) {
		for (unsigned i = used[op]; i < 224; i++) {
			table->request.body.bytes[i] = 1;
			assert_int_equal(table_ask(table, op, 0),
					 CONTROL_E_REQUEST);
		}
		table->request.zero = 1;
		table_ask(table, op, 0);
		assert_refused(table, CONTROL_E_REQUEST, "reserved bits");
	}
	assert_false(table->still.off);
}

static void a_domain_is_named_where_one_is_meant(void **state)
{
	struct table *table = *state;

	for (enum control_op op = CONTROL_HELLO; op < CONTROL_OPS; op++) {
		switch (op) {
		case CONTROL_HELLO:
		case CONTROL_HOST_INFO:
		case CONTROL_DOMAIN_CREATE:
		case CONTROL_DMESG:
		case CONTROL_HOST_OFF:
		case CONTROL_HOST_TRIM:
		case CONTROL_DISKS_HOLD:
			table_ask(table, op, 1);
			assert_refused(table, CONTROL_E_REQUEST,
				       "about no domain");
			continue;
		case CONTROL_DOMAIN_SEGMENT:
			table->request.body.segment.size = 1;
			break;
		case CONTROL_DOMAIN_RENAME:
			table->request.body.rename.name[0] = 'a';
			break;
		default:
			break;
		}
		if (op == CONTROL_DOMAIN_NEXT)
			continue;
		table_ask(table, op, 9);
		assert_refused(table, CONTROL_E_NO_DOMAIN, "no domain 9");
	}
}

/* ---- Creating ---- */

static void create_refused(struct table *table, enum control_status status,
			   const char *words)
{
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, status, words);
	assert_empty(table);
}

static void reserved_bits_of_create(void **state)
{
	struct table *table = *state;

	for (unsigned bit = 5; bit < 32; bit++) {
		table_create_body(table, "a", 1U << bit);
		create_refused(table, CONTROL_E_REQUEST, "reserved");
	}
}

static void sizes_of_ram(void **state)
{
	struct table *table = *state;
	const uint64_t bad[] = { 0,          1,
				 0x1001,     GUEST_RAM0_SIZE + 0x1000ULL,
				 UINT64_MAX, UINT64_MAX & ~0xfffULL };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		table_create_body(table, "a", 0)->ram_size = bad[i];
		create_refused(table, CONTROL_E_REQUEST, "whole pages");
	}
}

static void counts_of_vcpus(void **state)
{
	struct table *table = *state;

	table_create_body(table, "a", 0)->vcpus = 0;
	create_refused(table, CONTROL_E_REQUEST, "at least one");
	table_create_body(table, "a", 0)->vcpus = CONTROL_VCPUS + 1;
	create_refused(table, CONTROL_E_LIMIT, "at most 128");
	table_create_body(table, "a", 0)->vcpus = UINT32_MAX;
	create_refused(table, CONTROL_E_LIMIT, "at most 128");
	table->bench->host.info.max_recs = 3;
	table_create_body(table, "a", CONTROL_CREATE_REALM)->vcpus = 4;
	create_refused(table, CONTROL_E_LIMIT, "allows a Realm 3 vCPUs");
}

static void other_numbers_of_create(void **state)
{
	struct table *table = *state;

	table_create_body(table, "a", 0)->nr_spis = VGIC_SPIS + 1;
	create_refused(table, CONTROL_E_REQUEST, "interrupts");
	table_create_body(table, "a", 0)->weight = 65536;
	create_refused(table, CONTROL_E_REQUEST, "weight");
}

static void names(void **state)
{
	struct table *table = *state;
	static const char *const bad[] = { "",
					   "\x01",
					   "a\nb",
					   "\x7f",
					   "\x80",
					   "\xc0\xaf",
					   "\xc1\xbf",
					   "\xe0\x80\xaf",
					   "\xed\xa0\x80",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xff",
					   "a\xc3",
					   "a\xc3(",
					   "\xf0\x80\x80\xaf",
					   "\xc2\x9b",
					   "\xe2\x82" };
	static const char *const good[] = {
		"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xbe", "a b", "~"
	};
	struct control_create *create;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		table_create_body(table, bad[i], 0);
		create_refused(table, CONTROL_E_REQUEST, "a name is UTF-8");
	}
	create = table_create_body(table, "a", 0);
	memset(create->name, 'a', sizeof(create->name));
	create_refused(table, CONTROL_E_REQUEST, "a name is UTF-8");
	table_create_body(table, "a", 0)->name[2] = 'b';
	create_refused(table, CONTROL_E_REQUEST, "a name is UTF-8");
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		table_create(table, good[i], 0);
}

static void a_name_is_taken_once(void **state)
{
	struct table *table = *state;
	uint32_t first = table_create(table, "a", 0);
	uint32_t second = table_create(table, "b", 0);

	table_create_body(table, "a", 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_EXISTS, "\"a\"");
	table->request.body.rename.name[0] = 'a';
	table_ask(table, CONTROL_DOMAIN_RENAME, second);
	assert_refused(table, CONTROL_E_EXISTS, "\"a\"");
	table->request.body.rename.name[0] = 'a';
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_RENAME, first),
			 CONTROL_OK);
	table->request.body.rename.name[0] = 'c';
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_RENAME, first),
			 CONTROL_OK);
	assert_string_equal((char *)table_info(table, first)->name, "c");
	table_create(table, "a", 0);
	table_ask(table, CONTROL_DOMAIN_RENAME, first);
	assert_refused(table, CONTROL_E_REQUEST, "a name is UTF-8");
}

static void more_domains_than_places(void **state)
{
	struct table *table = *state;
	char name[] = "d00";

	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		name[1] = (char)('0' + i / 10);
		name[2] = (char)('0' + i % 10);
		assert_int_equal(table_create(table, name, 0), i + 1);
	}
	table_create_body(table, "more", 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_LIMIT, "32 domains");
	table_ask(table, CONTROL_DOMAIN_DESTROY, 5);
	assert_int_equal(table_create(table, "more", 0), CONTROL_DOMAINS + 1);
}

#define TYPED 40 /* bytes, more than a UART takes */

/* Types at a console slot. Returns how many bytes are taken. */
static size_t typed(struct table *table, unsigned slot)
{
	static const uint8_t bytes[TYPED] = { 0 };

	return domain_console_input(&table->domains, slot, bytes, sizeof(bytes));
}

static void more_consoles_than_slots(void **state)
{
	struct table *table = *state;
	char name[] = "a";

	for (unsigned i = 0; i < CONTROL_CONSOLES; i++) {
		name[0] = (char)('a' + i);
		table_create(table, name, CONTROL_CREATE_VUART);
		assert_int_equal(table->reply.body.domain.console, i);
	}
	assert_int_equal(table->still.consoles, (1U << CONTROL_CONSOLES) - 1);
	table->still.consoles = 0;
	table_create_body(table, "more", CONTROL_CREATE_VUART);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_LIMIT, "all 12 consoles");
	table_create(table, "quiet", 0);
	assert_int_equal(table->reply.body.domain.console, CONTROL_NO_CONSOLE);
	table_ask(table, CONTROL_DOMAIN_DESTROY, 3);
	table_create(table, "more", CONTROL_CREATE_VUART);
	assert_int_equal(table->reply.body.domain.console, 2);
	assert_int_equal(table->still.consoles, 1U << 2);
	assert_int_equal(typed(table, 2), VUART_FIFO);
	assert_int_equal(typed(table, CONTROL_CONSOLES), TYPED);
}

static void devices_that_make_no_sense(void **state)
{
	struct table *table = *state;
	struct control_create *create;

	create = table_create_body(table, "a", 0);
	create->device_count = CONTROL_DEVICES + 1;
	create_refused(table, CONTROL_E_REQUEST, "at most 11 devices");
	create = table_create_body(table, "a", 0);
	create->device_count = 1; /* with the id 0 */
	create_refused(table, CONTROL_E_REQUEST, "kind that is not carried");
	create = table_create_body(table, "a", 0);
	create->device_count = 2;
	create->devices[0] = (struct control_device_plan){ 3, VIRTIO_ID_NET };
	create->devices[1] = (struct control_device_plan){ 3, VIRTIO_ID_BLOCK };
	create_refused(table, CONTROL_E_REQUEST, "two devices are in one slot");
	create = table_create_body(table, "a", 0);
	create->devices[CONTROL_DEVICES - 1].slot = 1;
	create_refused(table, CONTROL_E_REQUEST, "beyond their number");
}

static void a_slot_that_the_host_does_not_have(void **state)
{
	struct table *table = *state;
	struct control_create *create = table_create_body(table, "a", 0);

	create->device_count = 1;
	create->devices[0] = (struct control_device_plan){ 3, VIRTIO_ID_BLOCK };
	create_refused(table, CONTROL_E_LIMIT,
		       "this host has no slot 3: it has 0");
	table->request.body.device.index = 0;
	table_ask(table, CONTROL_DEVICE_INFO, table_create(table, "without", 0));
	assert_refused(table, CONTROL_E_REQUEST, "has no device 0");
}

static void more_memory_than_there_is(void **state)
{
	struct table *table = *state;
	struct control_create *create =
		table_create_body(table, "a", CONTROL_CREATE_REALM);

	create->ram_size = 256 * MIB;
	create_refused(table, CONTROL_E_MEMORY,
		       "it needs 258 MiB with its "
		       "tables, and the host has 253");
	table_create_body(table, "a", 0)->ram_size = 200 * MIB;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	table_create_body(table, "b", 0)->ram_size = 54 * MIB;
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_MEMORY, "the host has 53 MiB");
}

static void what_the_rmm_does_not_offer(void **state)
{
	struct table *table = *state;

	table_create_body(table, "a", CONTROL_CREATE_REALM)->hash_algo = 7;
	create_refused(table, CONTROL_E_UNSUPPORTED, "hash algorithm");
	table_create_body(table, "a", CONTROL_CREATE_REALM)->hash_algo = 99;
	create_refused(table, CONTROL_E_UNSUPPORTED, "hash algorithm");
	table->domains.config.rmm_text = "it speaks RMI 1.0";
	table_create_body(table, "a", CONTROL_CREATE_REALM);
	create_refused(table, CONTROL_E_UNSUPPORTED,
		       "runs no Realms: it speaks RMI 1.0");
	assert_string_equal((char *)table->reply.body.host.rmm_text,
			    "it speaks RMI 1.0");
	assert_int_equal(table->reply.body.host.flags, CONTROL_HOST_DEBUG);
	table_create(table, "ordinary", 0);
}

static void an_offset_needs_a_clock(void **state)
{
	struct table *table = *state;

	table_create_body(table, "a", CONTROL_CREATE_PVPANIC)->rtc_offset = 1;
	create_refused(table, CONTROL_E_REQUEST, "an offset of no clock");
	table_create_body(table, "a", CONTROL_CREATE_RTC)->rtc_offset =
		UINT32_MAX;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	assert_int_equal(table->reply.body.domain.flags, CONTROL_CREATE_RTC);
}

static void what_this_build_does_not_offer(void **state)
{
	struct table *table = *state;

	table->domains.config.debug = false;
	table_create_body(table, "a",
			  CONTROL_CREATE_REALM | CONTROL_CREATE_VUART);
	create_refused(table, CONTROL_E_UNSUPPORTED, "--debug-console");
	table_create(table, "ordinary", CONTROL_CREATE_VUART);
	table->domains.config.attack = NULL;
	table_ask(table, CONTROL_TOUCH, 0);
	assert_refused(table, CONTROL_E_UNSUPPORTED, "--debug-console");
}

/* ---- Loading ---- */

static enum control_status segment(struct table *table, uint32_t domid,
				   uint64_t ipa, uint64_t size)
{
	table->request.body.segment.ipa = ipa;
	table->request.body.segment.size = size;
	return table_ask(table, CONTROL_DOMAIN_SEGMENT, domid);
}

static void segments_that_are_none(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_create(table, "a", 0);

	segment(table, domid, RAM + 1, 1);
	assert_refused(table, CONTROL_E_REQUEST, "begins with a page");
	segment(table, domid, RAM, 0);
	assert_refused(table, CONTROL_E_REQUEST, "not empty");
}

static void segments_outside_of_ram(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_create(table, "a", 0);
	const struct control_segment bad[] = {
		{ 0, 1 },
		{ RAM - 0x1000, 0x2000 },
		{ RAM + TABLE_RAM, 1 },
		{ RAM, TABLE_RAM + 1 },
		{ RAM + 0x1000, TABLE_RAM },
		{ RAM, UINT64_MAX },
		{ UINT64_MAX & ~0xfffULL, 0x2000 },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		segment(table, domid, bad[i].ipa, bad[i].size);
		assert_refused(table, CONTROL_E_REQUEST, "outside of RAM");
	}
	assert_int_equal(segment(table, domid, RAM + 0x4000, 0x1001),
			 CONTROL_OK);
	assert_int_equal(table->reply.body.grant.size, 0x2000);
	for (uint64_t ipa = RAM + 0x3000; ipa < RAM + 0x6000; ipa += 0x1000) {
		segment(table, domid, ipa, 1);
		assert_refused(table, CONTROL_E_REQUEST, "not after the one");
	}
	assert_int_equal(segment(table, domid, RAM + 0x6000, 0x1000),
			 CONTROL_OK);
}

static void more_segments_than_places(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_create(table, "a", 0);

	for (unsigned i = 0; i < CONTROL_SEGMENTS; i++) {
		assert_int_equal(segment(table, domid, RAM + i * 0x1000ULL, 1),
				 CONTROL_OK);
	}
	segment(table, domid, RAM + MIB, 1);
	assert_refused(table, CONTROL_E_LIMIT, "at most 8 segments");
}

static void content_that_the_host_has_no_room_for(void **state)
{
	struct table *table = *state;
	uint32_t domid;
	uint64_t promised;

	table_create_body(table, "a", CONTROL_CREATE_REALM)->ram_size =
		200 * MIB;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	domid = table->reply.body.domain.domid;
	promised = table->reply.body.domain.pages_promised;
	segment(table, domid, RAM, 150 * MIB); /* twice while it is built */
	assert_refused(table, CONTROL_E_MEMORY,
		       "with its content it needs 302 MiB while it is built, "
		       "and the host has 253 MiB free");
	assert_int_equal(table_info(table, domid)->pages_promised, promised);
	assert_int_equal(segment(table, domid, RAM, 100 * MIB), CONTROL_OK);
	assert_int_equal(table_info(table, domid)->pages_promised, promised);
	assert_int_equal(segment(table, domid, RAM + 100 * MIB, 4 * MIB),
			 CONTROL_OK);
	assert_int_equal(table_info(table, domid)->pages_promised,
			 promised + 8 * MIB / 4096);
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid);
	assert_empty(table);
}

/* 80 MiB are free before and 93 MiB behind what another domain holds. */
static void content_that_finds_no_room_in_a_row(void **state)
{
	struct table *table = *state;
	static const char *const names[] = { "a", "b", "c" };
	uint32_t domid[3];
	uint64_t promised;

	for (unsigned i = 0; i < 3; i++) {
		table_create_body(table, names[i], 0)->ram_size = 80 * MIB;
		assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0),
				 CONTROL_OK);
		domid[i] = table->reply.body.domain.domid;
		assert_int_equal(segment(table, domid[i], RAM, 80 * MIB),
				 CONTROL_OK);
	}
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid[0]);
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid[2]);
	table_create_body(table, "d", 0)->ram_size = 110 * MIB;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	domid[0] = table->reply.body.domain.domid;
	promised = table->reply.body.domain.pages_promised;
	segment(table, domid[0], RAM, 100 * MIB);
	assert_refused(table, CONTROL_E_MEMORY, "102400 KiB in a row");
	assert_int_equal(table_info(table, domid[0])->pages_promised, promised);
	assert_int_equal(segment(table, domid[0], RAM, 60 * MIB), CONTROL_OK);
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid[0]);
	table_ask(table, CONTROL_DOMAIN_DESTROY, domid[1]);
	assert_empty(table);
}

static void granted_pages_are_zero(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_load(table, "a", 0);
	pa_t page = table_domain(table, domid)->segments[0].pages.base;
	const uint8_t *content;

	table_ask(table, CONTROL_DOMAIN_DESTROY, domid);
	domid = table_create(table, "b", 0);
	assert_int_equal(segment(table, domid, RAM, 0x3000), CONTROL_OK);
	assert_int_equal(table->reply.body.grant.pa, page.value);
	content = inprocess_host_page(table->bench->rmm, page.value);
	for (unsigned i = 0; i < 0x3000; i++)
		assert_int_equal(content[i], 0);
}

/* ---- The rest ---- */

static void reasons_to_shut_down(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", 0);
	const uint32_t bad[] = { 2, 4, UINT32_MAX };

	for (unsigned i = 0; i < 3; i++) {
		table->request.body.shutdown.reason = bad[i];
		table_ask(table, CONTROL_DOMAIN_SHUTDOWN, domid);
		assert_refused(table, CONTROL_E_REQUEST, "no reason");
	}
	table->request.body.shutdown.zero = 1;
	table_ask(table, CONTROL_DOMAIN_SHUTDOWN, domid);
	assert_refused(table, CONTROL_E_REQUEST, "reserved");
}

static void a_vcpu_that_is_not_there(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_create(table, "a", 0);

	table->request.body.vcpu.index = 2;
	table_ask(table, CONTROL_VCPU_INFO, domid);
	assert_refused(table, CONTROL_E_REQUEST, "domain 1 has no vCPU 2");
	table->request.body.vcpu.zero = 1;
	table_ask(table, CONTROL_VCPU_INFO, domid);
	assert_refused(table, CONTROL_E_REQUEST, "reserved");
	table->request.body.vcpu.index = 1;
	assert_int_equal(table_ask(table, CONTROL_VCPU_INFO, domid), CONTROL_OK);
	assert_int_equal(table->reply.body.vcpu.index, 1);
	assert_int_equal(table->reply.body.vcpu.online, 0);
}

static void attacks(void **state)
{
	struct table *table = *state;
	uint32_t ordinary = table_build(table, "a", 0);
	uint32_t realm = table_build(table, "b", CONTROL_CREATE_REALM);
	struct control_touch *result = &table->reply.body.touch;

	table->request.body.touch.write = 2;
	table_ask(table, CONTROL_TOUCH, 0);
	assert_refused(table, CONTROL_E_REQUEST, "reserved");
	table->request.body.touch.device = 2;
	table_ask(table, CONTROL_TOUCH, 0);
	assert_refused(table, CONTROL_E_REQUEST, "reserved");
	table_ask(table, CONTROL_TOUCH, ordinary);
	assert_refused(table, CONTROL_E_STATE, "no active Realm");
	assert_int_equal(table->still.touches, 0);
	assert_int_equal(table_ask(table, CONTROL_TOUCH, 0), CONTROL_OK);
	assert_int_equal(result->faulted, 1);
	assert_true(result->pa != 0);
	assert_false(inprocess_in_realm(table->bench->rmm, result->pa));
	table->request.body.touch.write = 1;
	assert_int_equal(table_ask(table, CONTROL_TOUCH, realm), CONTROL_OK);
	assert_int_equal(result->pa,
			 table_domain(table, realm)->realm.rd.base.value);
	assert_int_equal(table->still.touches, 2);
	table->request.body.touch.device = 1;
	table_ask(table, CONTROL_TOUCH, 0);
	assert_refused(table, CONTROL_E_UNSUPPORTED, "there is no device");
	bench_watch(table->bench);
	table->bench->meddler.alloc_at = 0;
	table_ask(table, CONTROL_TOUCH, 0);
	assert_refused(table, CONTROL_E_RMM, "no free pages");
}

static void log_text_is_given_in_pieces(void **state)
{
	struct table *table = *state;
	const struct control_dmesg *dmesg = &table->reply.body.dmesg;

	for (unsigned i = 0; i < CONTROL_DMESG_SIZE + 2; i++)
		dmesg_put(&table->dmesg, (char)('a' + i % 26));
	assert_int_equal(table_ask(table, CONTROL_DMESG, 0), CONTROL_OK);
	assert_int_equal(dmesg->size, CONTROL_DMESG_SIZE);
	table->request.body.dmesg.from = dmesg->size;
	assert_int_equal(table_ask(table, CONTROL_DMESG, 0), CONTROL_OK);
	assert_int_equal(dmesg->size, 2);
	assert_int_equal(dmesg->from, CONTROL_DMESG_SIZE);
	assert_int_equal(dmesg->text[0], 'a' + CONTROL_DMESG_SIZE % 26);
	table->request.body.dmesg.from = UINT64_MAX;
	assert_int_equal(table_ask(table, CONTROL_DMESG, 0), CONTROL_OK);
	assert_int_equal(dmesg->size, 0);
	assert_int_equal(dmesg->from, CONTROL_DMESG_SIZE + 2);
}

static void what_the_host_is(void **state)
{
	struct table *table = *state;
	const struct control_host *host = &table->reply.body.host;
	uint64_t features[5];

	table->still.now_ns = 12345;
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->flags, CONTROL_HOST_DEBUG | CONTROL_HOST_REALM);
	assert_int_equal(host->cores, 2);
	assert_int_equal(host->rmi_lower, RMI_ABI_VERSION);
	assert_int_equal(host->max_recs, table->bench->host.info.max_recs);
	assert_int_equal(host->hashes, 7);
	assert_int_equal(host->uptime_ns, 12345);
	assert_int_equal(host->rmm_text[0], 0);
	memcpy(features, host->features, sizeof(features));
	assert_memory_equal(features, table->bench->host.info.features,
			    sizeof(features));
}

static void the_machine_is_turned_off_without_a_reply(void **state)
{
	struct table *table = *state;
	struct control_request request = hello();
	unsigned replies = table->replies;

	request.op = CONTROL_HOST_OFF;
	bytes_send(table, &request, sizeof(request));
	assert_true(table->still.off);
	assert_int_equal(table->replies, replies);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_answered_before_a_hello),
		TEST(what_a_killed_client_left_is_skipped),
		TEST(a_hello_in_the_middle_of_another_is_found),
		TEST(a_request_may_come_byte_by_byte),
		TEST(where_no_request_begins_a_hello_is_needed),
		TEST(another_version_is_named),
		TEST(unknown_operations_are_refused),
		TEST(bytes_that_are_not_used_are_zero),
		TEST(a_domain_is_named_where_one_is_meant),
		TEST(reserved_bits_of_create),
		TEST(sizes_of_ram),
		TEST(counts_of_vcpus),
		TEST(other_numbers_of_create),
		TEST(names),
		TEST(a_name_is_taken_once),
		TEST(more_domains_than_places),
		TEST(more_consoles_than_slots),
		TEST(devices_that_make_no_sense),
		TEST(a_slot_that_the_host_does_not_have),
		TEST(more_memory_than_there_is),
		TEST(what_the_rmm_does_not_offer),
		TEST(an_offset_needs_a_clock),
		TEST(what_this_build_does_not_offer),
		TEST(segments_that_are_none),
		TEST(segments_outside_of_ram),
		TEST(more_segments_than_places),
		TEST(content_that_the_host_has_no_room_for),
		TEST(content_that_finds_no_room_in_a_row),
		TEST(granted_pages_are_zero),
		TEST(reasons_to_shut_down),
		TEST(a_vcpu_that_is_not_there),
		TEST(attacks),
		TEST(log_text_is_given_in_pieces),
		TEST(what_the_host_is),
		TEST(the_machine_is_turned_off_without_a_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
