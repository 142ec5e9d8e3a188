/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of replies that are allowed, and values next to them that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/machine_map.h"
#include "toolstack/host/reply.h"

static struct control_domain domain_good(void)
{
	return (struct control_domain){
		.domid = 1,
		.state = CONTROL_RUNNING,
		.flags = CONTROL_CREATE_REALM,
		.vcpus = CONTROL_VCPUS,
		.vcpus_online = CONTROL_VCPUS,
		.console = CONTROL_CONSOLES - 1,
		.cpu_ns = 5,
		.name = "web",
	};
}

static bool domain_fits(const struct control_domain *domain)
{
	struct reeve_domain out;

	return reply_domain(domain, &out);
}

static void a_domain_is_converted(void **state)
{
	struct control_domain from = domain_good();
	struct reeve_domain out;

	(void)state;
	assert_true(reply_domain(&from, &out));
	assert_int_equal(out.domid, 1);
	assert_int_equal(out.state, REEVE_DOMAIN_RUNNING);
	assert_true(out.realm);
	assert_false(out.vuart || out.rtc || out.pvpanic);
	assert_int_equal(out.cpu_ns, 5);
	assert_string_equal(out.name, "web");
	assert_int_equal(out.rim_size, 0);
	from.flags = CONTROL_CREATE_VUART | CONTROL_CREATE_PVPANIC;
	assert_true(reply_domain(&from, &out));
	assert_true(out.vuart && !out.rtc && out.pvpanic && !out.realm);
	from.flags = CONTROL_CREATE_RTC;
	assert_true(reply_domain(&from, &out));
	assert_true(!out.vuart && out.rtc && !out.pvpanic);
}

static void a_domain_must_have_an_id_and_a_state(void **state)
{
	struct control_domain from = domain_good();

	(void)state;
	from.domid = CONTROL_NO_DOMAIN;
	assert_false(domain_fits(&from));
	from = domain_good();
	from.state = 0;
	assert_false(domain_fits(&from));
	from.state = CONTROL_DYING;
	assert_true(domain_fits(&from));
	from.state = CONTROL_DYING + 1;
	assert_false(domain_fits(&from));
}

static void a_reason_counts_for_an_ended_domain(void **state)
{
	struct control_domain from = domain_good();

	(void)state;
	from.reason = 2;
	assert_true(domain_fits(&from));
	from.state = CONTROL_SHUTDOWN;
	assert_false(domain_fits(&from));
	from.reason = CONTROL_CRASH;
	assert_true(domain_fits(&from));
}

static void counts_of_a_domain_have_limits(void **state)
{
	struct control_domain from = domain_good();

	(void)state;
	from.vcpus++;
	assert_false(domain_fits(&from));
	from = domain_good();
	from.vcpus = 1;
	assert_false(domain_fits(&from)); /* more vCPUs are online */
	from = domain_good();
	from.devices = CONTROL_DEVICES + 1;
	assert_false(domain_fits(&from));
	from = domain_good();
	from.console = CONTROL_CONSOLES;
	assert_false(domain_fits(&from));
	from.console = CONTROL_NO_CONSOLE;
	assert_true(domain_fits(&from));
}

static struct control_host host_good(void)
{
	return (struct control_host){
		.version = CONTROL_VERSION,
		.domains = CONTROL_DOMAINS,
		.memory_total = 5,
		.memory_free = 5,
		.dma_total = 4,
		.dma_free = 4,
		.consoles_free = CONTROL_CONSOLES,
	};
}

static void a_host_has_limits(void **state)
{
	struct control_host from = host_good();
	struct reeve_host_info out;

	(void)state;
	assert_true(reply_host(&from, &out));
	from.version++;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.domains++;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.memory_free++;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.dma_free++;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.dma_total = 6;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.memory_free = 3;
	assert_false(reply_host(&from, &out));
	from = host_good();
	from.consoles_free++;
	assert_false(reply_host(&from, &out));
}

static void slots_of_a_host_have_limits(void **state)
{
	struct control_host from = host_good();
	struct reeve_host_info out;

	(void)state;
	from.slots = REPLY_SLOTS_MAX;
	from.slots_free = REPLY_SLOTS_MAX;
	assert_true(reply_host(&from, &out));
	assert_int_equal(out.slots, REPLY_SLOTS_MAX);
	from.slots_free++;
	assert_false(reply_host(&from, &out));
	from.slots++;
	assert_false(reply_host(&from, &out));
}

static void a_device_has_limits(void **state)
{
	struct control_device from = {
		.index = CONTROL_DEVICES - 1,
		.slot = REPLY_SLOTS_MAX - 1,
		.flags = CONTROL_DEVICE_BROKEN,
		.text = "\x1b",
	};
	struct reeve_domain_device out;

	(void)state;
	assert_true(reply_device(&from, &out));
	assert_true(out.broken);
	assert_string_equal(out.text, "?");
	from.slot++;
	assert_false(reply_device(&from, &out));
	from.slot--;
	from.index++;
	assert_false(reply_device(&from, &out));
}

static void a_vcpu_has_limits(void **state)
{
	struct control_vcpu from = { .index = CONTROL_VCPUS - 1,
				     .core = MACHINE_MAX_CPUS - 1,
				     .online = 1,
				     .exits = { 1, 2, 3, 4, 5, 6, 7, 8, 9 } };
	struct reeve_vcpu out;

	(void)state;
	assert_true(reply_vcpu(&from, &out));
	assert_true(out.online);
	assert_false(out.running);
	assert_int_equal(out.exits[8], 9);
	from.index++;
	assert_false(reply_vcpu(&from, &out));
	from.index--;
	from.core++;
	assert_false(reply_vcpu(&from, &out));
}

#define FIRST    (MACHINE_HYP_BASE + MACHINE_HYP_SIZE)
#define RAM_SIZE ((uint64_t)64 << 20)

static void a_grant_lies_in_ram_behind_the_firmware(void **state)
{
	const uint64_t end = MACHINE_DRAM_BASE + RAM_SIZE;
	const struct {
		uint64_t pa, size;
		bool good;
	} cases[] = {
		{ FIRST, 0x2000, true },
		{ FIRST - 0x1000, 0x2000, false },
		{ MACHINE_RMM_BASE, 0x2000, false },
		{ 0, 0x2000, false },
		{ end - 0x2000, 0x2000, true },
		{ end - 0x1000, 0x2000, false },
		{ FIRST + 1, 0x2000, false },
		{ FIRST, 0x1000, false },
		{ FIRST, 0x3000, false },
		{ UINT64_MAX - 0xfff, 0x2000, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct control_grant grant = { cases[i].pa, cases[i].size };

		assert_int_equal(reply_grant(&grant, 0x2000, RAM_SIZE),
				 cases[i].good);
	}
}

static void a_grant_is_not_larger_than_ram(void **state)
{
	const struct control_grant grant = { FIRST, 2 * RAM_SIZE };

	(void)state;
	assert_false(reply_grant(&grant, 2 * RAM_SIZE, RAM_SIZE));
	assert_false(reply_grant(&grant, 2 * RAM_SIZE, 0));
}

static void free_pages_lie_where_a_grant_may_lie(void **state)
{
	const uint64_t end = MACHINE_DRAM_BASE + RAM_SIZE;
	const uint64_t pages = (end - FIRST) / 0x1000;
	const struct {
		struct control_trim trim;
		uint64_t asked;
		bool good;
	} cases[] = {
		{ { .count = 0 }, FIRST, true },
		{ { .next = end }, FIRST, true },
		{ { .next = FIRST + 0x1000 }, FIRST, true },
		{ { .next = FIRST }, FIRST, false },
		{ { .next = FIRST - 0x1000 }, FIRST, false },
		{ { .next = end + 0x1000 }, FIRST, false },
		{ { .next = FIRST + 8 }, FIRST, false },
		{ { .count = 1, .runs = { { FIRST, pages } } }, FIRST, true },
		{ { .count = 1, .runs = { { FIRST, pages } } }, 0, true },
		{ { .count = 1, .runs = { { FIRST, pages + 1 } } }, FIRST, false },
		{ { .count = 1, .runs = { { FIRST, 0 } } }, FIRST, false },
		{ { .count = 1, .runs = { { FIRST + 8, 1 } } }, FIRST, false },
		{ { .count = 1, .runs = { { end, 1 } } }, FIRST, false },
		{ { .count = 1, .runs = { { FIRST, UINT64_MAX } } }, 0, false },
		{ { .count = 1, .runs = { { FIRST - 0x1000, 1 } } }, 0, false },
		{ { .count = 1, .runs = { { MACHINE_RMM_BASE, 1 } } }, 0, false },
		{ { .count = 1, .runs = { { FIRST, 1 } } },
		  FIRST + 0x1000,
		  false },
		{ { .count = 2, .runs = { { FIRST, 2 }, { FIRST + 0x2000, 1 } } },
		  FIRST,
		  true },
		{ { .count = 2, .runs = { { FIRST, 2 }, { FIRST + 0x1000, 1 } } },
		  FIRST,
		  false },
		{ { .next = FIRST + 0x1000, .count = 1, .runs = { { FIRST, 2 } } },
		  FIRST,
		  false },
		{ { .count = CONTROL_RUNS + 1 }, FIRST, false },
		{ { .count = UINT32_MAX }, FIRST, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			reply_trim(&cases[i].trim, cases[i].asked, RAM_SIZE),
			cases[i].good);
	}
}

static void assert_text(const char *from, size_t size, const char *expected)
{
	char to[16];

	reply_text(to, sizeof(to), (const uint8_t *)from, size);
	assert_string_equal(to, expected);
}

static void texts_become_printable(void **state)
{
	(void)state;
	assert_text("plain", 6, "plain");
	assert_text("cut here", 3, "cut");
	assert_text("a\0b", 4, "a");
	assert_text("\x1b[2J\x7f\r\n", 8, "?[2J???");
	assert_text("gr\xc3\xbc\xc3\x9f", 7, "gr\xc3\xbc\xc3\x9f");
	assert_text("\xff\xc3", 3, "??");
	assert_text("\xc2\x9b", 3, "??"); /* a C1 control character */
	assert_text("0123456789abcdefgh", 19, "0123456789abcde");
	/* A cut character does not count as one. */
	assert_text("0123456789abcd\xc3\xbc", 17, "0123456789abcd?");
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_is_converted),
		TEST(a_domain_must_have_an_id_and_a_state),
		TEST(a_reason_counts_for_an_ended_domain),
		TEST(counts_of_a_domain_have_limits),
		TEST(a_host_has_limits),
		TEST(slots_of_a_host_have_limits),
		TEST(a_device_has_limits),
		TEST(a_vcpu_has_limits),
		TEST(a_grant_lies_in_ram_behind_the_firmware),
		TEST(a_grant_is_not_larger_than_ram),
		TEST(free_pages_lie_where_a_grant_may_lie),
		TEST(texts_become_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
