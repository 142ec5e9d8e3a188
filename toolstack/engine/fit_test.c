/* SPDX-License-Identifier: BSD-3-Clause */
/* The fit of a configuration to our hosts: what they can give a guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "toolstack/engine/fit.h"

#define ORDINARY "name=\"web\"\nkernel=\"k\"\nmemory=64\n"
#define REALM    ORDINARY "realm=1\n"

struct fixture {
	struct reeve_report *report;
	struct cfg *cfg;
	struct domain *domain;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->report = reeve_report_new();
	*state = f;
	return 0;
}

static void forget(struct fixture *f)
{
	domain_free(f->domain);
	cfg_free(f->cfg);
	reeve_report_free(f->report);
	f->domain = NULL;
	f->cfg = NULL;
	f->report = reeve_report_new();
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forget(f);
	reeve_report_free(f->report);
	free(f);
	return 0;
}

static void read_text(struct fixture *f, const char *text)
{
	struct reeve_report *unheard = reeve_report_new();

	assert_int_equal(cfg_parse("text", text, strlen(text), NULL, 0, 0,
				   &f->cfg, unheard),
			 REEVE_OK);
	assert_int_equal(domain_read(f->cfg, 0, &f->domain, unheard), REEVE_OK);
	reeve_report_free(unheard);
}

static struct engine_info info_good(void)
{
	return (struct engine_info){ .realms = true,
				     .max_vcpus = 8,
				     .ipa_bits = 48,
				     .hashes = ~0U,
				     .gicv3 = true };
}

static void assert_unfit(struct fixture *f, const char *text,
			 const struct engine_info *info)
{
	read_text(f, text);
	assert_int_equal(engine_fit(info, f->domain, f->report),
			 REEVE_ERR_CONFIG);
	assert_int_equal(report_errors(f->report), 1);
	forget(f);
}

static void a_realm_needs_a_host_that_has_it_all(void **state)
{
	struct fixture *f = *state;
	struct engine_info info = info_good();

	read_text(f, REALM "vcpus=8\n");
	assert_int_equal(engine_fit(&info, f->domain, f->report), REEVE_OK);
	forget(f);
	assert_unfit(f, REALM "vcpus=9\n", &info);
	assert_unfit(f, REALM "vuart=\"sbsa_uart\"\n", &info);
	info.hashes = 1U << RMI_HASH_SHA_512;
	assert_unfit(f, REALM, &info);
	info = info_good();
	info.realms = false;
	assert_unfit(f, REALM, &info);
	/* The host's limits for Realms do not apply to an ordinary guest. */
	read_text(f, ORDINARY "vcpus=9\nvuart=\"sbsa_uart\"\n");
	assert_int_equal(engine_fit(&info, f->domain, f->report), REEVE_OK);
}

static void a_domain_is_as_it_is_configured(void **state)
{
	struct image image = { .banks = { { GUEST_RAM0_BASE, 64 << 20 } } };
	struct fixture *f = *state;
	struct engine_domain wanted;

	read_text(f, REALM "vcpus=3\nnr_spis=40\ncpu_weight=77\n"
			   "realm_hash=\"sha512\"\n"
			   "uuid=\"00112233-4455-6677-8899-aabbccddeeFF\"\n");
	wanted = engine_domain_of(f->domain, &image);
	assert_true(wanted.realm);
	assert_false(wanted.vuart);
	assert_string_equal(wanted.name, "web");
	assert_int_equal(wanted.vcpus, 3);
	assert_int_equal(wanted.nr_spis, 40);
	assert_int_equal(wanted.weight, 77);
	assert_int_equal(wanted.ram_size, 64 << 20);
	assert_int_equal(wanted.hash_algo, RMI_HASH_SHA_512);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(wanted.uuid[i], 0x11 * i);
}

static struct engine_domain domain_made(struct fixture *f, const char *text)
{
	struct image image = { .banks = { { GUEST_RAM0_BASE, 64 << 20 } } };
	struct engine_domain wanted;

	read_text(f, text);
	wanted = engine_domain_of(f->domain, &image);
	forget(f);
	assert_true(wanted.pvpanic);
	return wanted;
}

static void a_realm_has_a_clock_if_it_asks(void **state)
{
	struct fixture *f = *state;

	assert_true(domain_made(f, ORDINARY).rtc);
	assert_false(domain_made(f, REALM).rtc);
	assert_true(domain_made(f, REALM "realm_clock=\"host\"\n").rtc);
	assert_int_equal(domain_made(f, REALM "rtc_timeoffset=5\n").rtc_offset,
			 0);
}

static void the_clock_is_off_by_what_is_asked(void **state)
{
	struct fixture *f = *state;

	setenv("TZ", "ABC-5:30", 1); /* east of UTC */
	tzset();
	assert_int_equal(domain_made(f, ORDINARY).rtc_offset, 0);
	assert_int_equal(
		domain_made(f, ORDINARY "rtc_timeoffset='-3600'\n").rtc_offset,
		(uint32_t)-3600);
	assert_int_equal(domain_made(f, ORDINARY "localtime=1\n").rtc_offset,
			 19800);
	assert_int_equal(domain_made(f, REALM "realm_clock='host'\n"
					      "localtime=1\n"
					      "rtc_timeoffset=200\n")
				 .rtc_offset,
			 20000);
	unsetenv("TZ");
	tzset();
}

static void a_uuid_that_is_not_set_is_random(void **state)
{
	struct image image = { .banks = { { GUEST_RAM0_BASE, 64 << 20 } } };
	struct fixture *f = *state;
	struct engine_domain first, second;

	read_text(f, ORDINARY);
	first = engine_domain_of(f->domain, &image);
	second = engine_domain_of(f->domain, &image);
	assert_memory_not_equal(first.uuid, second.uuid, sizeof(first.uuid));
	assert_int_equal(first.uuid[6] >> 4, 4);
	assert_int_equal(first.uuid[8] >> 6, 2);
	/* An ordinary guest has no hash and no RPV. */
	assert_int_equal(first.hash_algo, 0);
	assert_int_equal(first.weight, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void a_host_without_slots_has_no_devices(void **state)
{
	struct fixture *f = *state;
	struct engine_info info = { .realms = true,
				    .gicv3 = true,
				    .max_vcpus = 8,
				    .ipa_bits = 40,
				    .hashes = 0xff };

	read_text(f, ORDINARY "disk=[\"/a,raw,xvda\"]\nvif=[]\nrng=1\n");
	assert_int_equal(engine_fit(&info, f->domain, f->report),
			 REEVE_ERR_CONFIG);
	assert_int_equal(reeve_report_count(f->report), 2);
	assert_string_equal(reeve_report_get(f->report, 0)->key, "disk");
	assert_int_equal(reeve_report_get(f->report, 0)->line, 4);
	assert_string_equal(reeve_report_get(f->report, 1)->key, "rng");
	info.slots = 1;
	forget(f);
	read_text(f, ORDINARY "disk=[\"/a,raw,xvda\"]\n");
	assert_int_equal(engine_fit(&info, f->domain, f->report), REEVE_OK);
	forget(f);
	info.slots = 0;
	read_text(f, ORDINARY "disk=[]\n");
	assert_int_equal(engine_fit(&info, f->domain, f->report), REEVE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_realm_needs_a_host_that_has_it_all),
		TEST(a_domain_is_as_it_is_configured),
		TEST(a_realm_has_a_clock_if_it_asks),
		TEST(the_clock_is_off_by_what_is_asked),
		TEST(a_uuid_that_is_not_set_is_random),
		TEST(a_host_without_slots_has_no_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
