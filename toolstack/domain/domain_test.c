/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests how configurations are read into typed domains, and how those print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"

#define BASE "name='g'\nkernel='Image'\nmemory=512\n"

struct read_case {
	struct reeve_report *report;
	struct cfg *cfg;
	struct domain *domain;
	int result;
};

static void case_read_with(struct read_case *tested, const char *text,
			   unsigned flags)
{
	tested->report = reeve_report_new();
	assert_int_equal(cfg_parse("g.cfg", text, strlen(text), NULL, 0, 0,
				   &tested->cfg, tested->report),
			 0);
	tested->domain = NULL;
	tested->result = domain_read(tested->cfg, flags, &tested->domain,
				     tested->report);
	assert_non_null(tested->domain);
}

static void case_read(struct read_case *tested, const char *text)
{
	case_read_with(tested, text, 0);
}

static void case_end(struct read_case *tested)
{
	domain_free(tested->domain);
	cfg_free(tested->cfg);
	reeve_report_free(tested->report);
}

static void defaults_are_those_of_a_pvh_guest(void **state)
{
	struct read_case tested;
	const struct domain *domain;

	(void)state;
	case_read(&tested, BASE);
	domain = tested.domain;
	assert_int_equal(tested.result, REEVE_OK);
	assert_int_equal(domain->type, DOMAIN_TYPE_PVH);
	assert_int_equal(domain->maxmem, 512);
	assert_int_equal(domain->vcpus, 1);
	assert_int_equal(domain->maxvcpus, 1);
	assert_int_equal(domain->shadow_memory, 4);
	assert_int_equal(domain->nr_spis, 0);
	assert_int_equal(domain->passthrough, DOMAIN_PASSTHROUGH_DISABLED);
	assert_true(domain->trap_unmapped_accesses);
	assert_true(domain->hap);
	assert_false(domain->realm);
	assert_false(domain->nomigrate);
	assert_null(domain->uuid);
	assert_null(domain->cmdline);
	assert_null(domain->device_tree);
	assert_int_equal(domain->on_reboot, DOMAIN_ACTION_RESTART);
	assert_int_equal(domain->on_soft_reset, DOMAIN_ACTION_SOFT_RESET);
	assert_int_equal(domain->max_event_channels, 1023);
	assert_true(domain->max_grant_frames == DOMAIN_UNSET);
	case_end(&tested);
}

static void a_realm_never_migrates(void **state)
{
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "realm=1\n");
	assert_int_equal(tested.result, REEVE_OK);
	assert_true(tested.domain->realm);
	assert_true(tested.domain->nomigrate);
	case_end(&tested);
}

static void the_personalization_value_stands_left(void **state)
{
	static const uint8_t rpv[DOMAIN_RPV_SIZE] = { 0x12, 0xab, 0xcd };
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "realm=1\nrealm_rpv='12abCD'\n");
	assert_memory_equal(tested.domain->rpv, rpv, sizeof(rpv));
	case_end(&tested);
}

static void an_unreadable_switch_is_an_error_and_never_ordinary(void **state)
{
	static const char *const texts[] = {
		"realm='true'", "realm='yes'",      "realm=[1]",
		"realm+=1",     "realm=[]",         "realm=''",
		"realm=1x",     "realm=1;realm+=0", "realm=1;realm+='x'"
	};
	struct read_case tested;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), BASE "%s\n", texts[i]);
		/* A number cannot hold an x, so 1x needs quotes. */
		if (strstr(text, "1x") != NULL)
			snprintf(text, sizeof(text), BASE "realm='1x'\n");
		case_read(&tested, text);
		assert_int_equal(tested.result, REEVE_ERR_CONFIG);
		assert_true(tested.domain->realm);
		case_end(&tested);
	}
}

static void memory_and_maxmem_stand_for_each_other(void **state)
{
	struct read_case tested;

	(void)state;
	case_read(&tested, "name='g'\nkernel='k'\nmaxmem=100\n");
	assert_int_equal(tested.result, REEVE_OK);
	assert_int_equal(tested.domain->memory, 100);
	case_end(&tested);
}

static void root_and_extra_make_the_command_line(void **state)
{
	static const char *const cases[][2] = {
		{ "root='/dev/a'\nextra='b'\n", "root=/dev/a b" },
		{ "root='/dev/a'\n", "root=/dev/a" },
		{ "extra='b'\n", "b" },
		{ "cmdline=''\nextra='b'\n", "" },
		{ "cmdline='c'\n", "c" },
	};
	struct read_case tested;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), BASE "%s", cases[i][0]);
		case_read(&tested, text);
		assert_string_equal(tested.domain->cmdline, cases[i][1]);
		case_end(&tested);
	}
}

static void virtio_disks_come_before_virtio_devices(void **state)
{
	const struct domain_virtio *virtio;
	struct read_case tested;

	(void)state;
	case_read_with(
		&tested,
		BASE "virtio=['type=virtio,device22,transport=mmio,backend=3',"
		     " 'type=virtio,device29,transport=mmio,grant_usage=1',"
		     " 'type=virtio,device,transport=mmio,backend=Domain-0']\n"
		     "disk=['a,raw,xvda,w',"
		     " 'b,raw,xvdb,specification=virtio']\nvif=['']\nrng=1\n",
		DOMAIN_ON_XEN);
	assert_int_equal(tested.result, REEVE_OK);
	assert_int_equal(tested.domain->virtio_mmio_count, 4);
	virtio = tested.domain->virtio_mmio;
	assert_int_equal(virtio[0].kind, DOMAIN_VIRTIO_DISK);
	assert_int_equal(virtio[0].index, 1);
	assert_null(virtio[0].type);
	assert_string_equal(virtio[1].type, "virtio,device22");
	assert_int_equal(virtio[1].backend_domid, 3);
	assert_true(virtio[1].grant);
	assert_string_equal(virtio[2].type, "virtio,device29");
	assert_true(virtio[2].grant);
	assert_int_equal(virtio[3].backend_domid, 0);
	assert_false(virtio[3].grant);
	assert_int_equal(tested.domain->nr_spis, 5);
	case_end(&tested);
}

static void assert_kinds(const struct domain *domain,
			 const enum domain_virtio_kind *kinds, size_t count)
{
	assert_int_equal(domain->virtio_mmio_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(domain->virtio_mmio[i].kind, kinds[i]);
}

/* On our hosts every device is virtio, for an ordinary guest and for a Realm
 * alike, whatever engine plans it. */
static void all_devices_of_our_hosts_are_virtio(void **state)
{
	static const char devices[] =
		"channel=['name=a,connection=pty', 'name=b,connection=pty']\n"
		"vif=['', 'mac=02:00:00:00:00:01']\nrng=1\n"
		"p9=['tag=t,path=/srv']\ndisk=['b,raw,xvdb','a,raw,xvda,w']\n";
	static const enum domain_virtio_kind kinds[] = {
		DOMAIN_VIRTIO_DISK, DOMAIN_VIRTIO_DISK,    DOMAIN_VIRTIO_VIF,
		DOMAIN_VIRTIO_VIF,  DOMAIN_VIRTIO_CONSOLE, DOMAIN_VIRTIO_P9,
		DOMAIN_VIRTIO_RNG,
	};
	struct read_case tested;
	char text[512];

	(void)state;
	for (unsigned realm = 0; realm < 2; realm++) {
		snprintf(text, sizeof(text), BASE "%s%s", devices,
			 realm ? "realm=1\nrealm_devices='untrusted'\n" : "");
		case_read_with(&tested, text, realm ? DOMAIN_ON_XEN : 0);
		assert_int_equal(tested.result, REEVE_OK);
		assert_kinds(tested.domain, kinds, 7);
		assert_memory_equal(tested.domain->disks[0].vdev.at, "xvda", 4);
		assert_int_equal(tested.domain->nr_spis, 8);
		case_end(&tested);
	}
}

static void spis_reach_to_the_last_interrupt(void **state)
{
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "vuart='sbsa_uart'\n");
	assert_int_equal(tested.domain->nr_spis, 1);
	case_end(&tested);
	case_read(&tested, BASE "irqs=[27, 112]\n");
	assert_int_equal(tested.domain->nr_spis, 81);
	case_end(&tested);
}

static void passthrough_follows_the_devices(void **state)
{
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "dtdev=['/soc/dma']\n");
	assert_int_equal(tested.domain->passthrough,
			 DOMAIN_PASSTHROUGH_SHARE_PT);
	assert_false(domain_is_set(tested.domain, KEY_passthrough));
	case_end(&tested);
}

/* Returns a value that is wrong for any key of that kind. */
static const char *wrong_value(const struct key *key)
{
	return key->kind == KEY_LIST || key->kind == KEY_LISTS ? "'text'"
							       : "[['nested']]";
}

static void every_key_refuses_the_wrong_type_at_its_place(void **state)
{
	const struct reeve_diagnostic *item;
	struct read_case tested;
	char text[128];

	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field == KEY_NO_FIELD)
			continue;
		snprintf(text, sizeof(text), "\n%s=%s\n", key->info.name,
			 wrong_value(key));
		case_read(&tested, text);
		assert_true(domain_is_refused(tested.domain, schema_index(key)));
		for (size_t i = 0;; i++) {
			item = reeve_report_get(tested.report, i);
			assert_non_null(item);
			if (item->severity == REEVE_ERROR &&
			    strcmp(item->key, key->info.name) == 0)
				break;
		}
		assert_int_equal(item->line, 2);
		assert_true(item->column > strlen(key->info.name) + 1);
		assert_non_null(item->hint);
		case_end(&tested);
	}
}

static void every_key_takes_its_default(void **state)
{
	struct read_case tested;
	char text[256];

	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		bool quoted = key->kind == KEY_STRING || key->kind == KEY_CHOICE;
		const char *quote = quoted ? "'" : "";
		const char *realm =
			key->guests == KEY_FOR_REALM ? "realm=1\n" : "";

		if (key->field == KEY_NO_FIELD || key_default_is_words(key))
			continue;
		snprintf(text, sizeof(text), BASE "%s%s=%s%s%s\n", realm,
			 key->info.name, quote, key->info.fallback, quote);
		case_read(&tested, text);
		assert_false(domain_is_refused(tested.domain, schema_index(key)));
		assert_true(schema_index(key) == KEY_passthrough ||
			    domain_is_default(tested.domain, schema_index(key)));
		case_end(&tested);
	}
}

static void every_idle_key_is_a_warning(void **state)
{
	const struct reeve_diagnostic *item;
	struct read_case tested;
	char text[128];

	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field != KEY_NO_FIELD)
			continue;
		snprintf(text, sizeof(text), BASE "%s=1\n", key->info.name);
		case_read(&tested, text);
		assert_int_equal(tested.result, REEVE_OK);
		item = reeve_report_get(tested.report, 0);
		assert_non_null(item);
		assert_int_equal(item->severity, REEVE_WARNING);
		assert_string_equal(item->key, key->info.name);
		assert_int_equal(item->line, 4);
		case_end(&tested);
	}
}

static void a_refused_value_leaves_the_default(void **state)
{
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "vcpus=500\ntee='x'\nvif='a'\n");
	assert_int_equal(tested.result, REEVE_ERR_CONFIG);
	assert_int_equal(tested.domain->vcpus, 1);
	assert_int_equal(tested.domain->tee, DOMAIN_TEE_NONE);
	assert_int_equal(tested.domain->vif.count, 0);
	case_end(&tested);
}

static void places_are_those_of_values(void **state)
{
	const struct report_place *place;
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "vcpus = 2\n");
	place = domain_place(tested.domain, KEY_vcpus);
	assert_non_null(place);
	assert_string_equal(place->file, "g.cfg");
	assert_int_equal(place->line, 4);
	assert_int_equal(place->column, 9);
	assert_null(domain_place(tested.domain, KEY_maxvcpus));
	case_end(&tested);
}

/* ---- Want of memory ---------------------------------------------------- */

static size_t allocations_left = SIZE_MAX;

static bool allocation_fails(void)
{
	if (allocations_left == SIZE_MAX)
		return false;
	return allocations_left == 0 || allocations_left-- == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strndup(const char *text, size_t length);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strndup(const char *text, size_t length)
{
	return allocation_fails() ? NULL : __real_strndup(text, length);
}

static void want_of_memory_is_reported_and_leaves_nothing(void **state)
{
	static const char text[] =
		BASE "virtio=['type=virtio,device22,transport=mmio',"
		     " 'type=virtio,device29,transport=mmio']\n"
		     "disk=['a,raw,xvda']\nvif=['']\np9=['tag=a,path=/a']\n"
		     "channel=['name=a,connection=pty']\n";
	struct reeve_report *report = reeve_report_new();
	struct domain *domain = NULL;
	struct cfg *cfg = NULL;
	int result = REEVE_ERR_MEMORY;
	size_t tried = 0;

	(void)state;
	assert_int_equal(
		cfg_parse("g", text, strlen(text), NULL, 0, 0, &cfg, report), 0);
	for (; result == REEVE_ERR_MEMORY; tried++) {
		assert_null(domain);
		allocations_left = tried;
		result = domain_read(cfg, 0, &domain, report);
		allocations_left = SIZE_MAX;
	}
	assert_int_equal(result, REEVE_OK);
	/* Nine allocations: the domain, its origins, four lists of devices,
	 * all virtio devices, the types of two. */
	assert_int_equal(tried, 10);
	domain_free(domain);
	cfg_free(cfg);
	reeve_report_free(report);
}

/* ---- Printing ---------------------------------------------------------- */

static struct json_object *json_of(struct json_object *document, const char *key)
{
	struct json_object *object = NULL;

	if (!json_object_object_get_ex(document, key, &object))
		fail_msg("no %s", key);
	return object;
}

#define assert_json(document, key, text)                                        \
	assert_string_equal(                                                    \
		json_object_to_json_string_ext(json_of(document, key),          \
					       JSON_C_TO_STRING_NOSLASHESCAPE), \
		text)

static void json_holds_values_and_where_they_come_from(void **state)
{
	struct json_object *document;
	struct read_case tested;

	(void)state;
	case_read(&tested,
		  BASE "vcpus=0x2\nvif=['']\nextra='x'\ngic_version='V3'\n");
	document = domain_to_json(tested.domain);
	assert_non_null(document);
	assert_json(document, "memory",
		    "{\"value\":512,\"unit\":\"MiB\","
		    "\"source\":\"file\",\"file\":\"g.cfg\",\"line\":3,"
		    "\"column\":8}");
	assert_json(document, "maxmem",
		    "{\"value\":512,\"unit\":\"MiB\","
		    "\"source\":\"default\"}");
	assert_json(document, "vcpus",
		    "{\"value\":2,\"source\":\"file\","
		    "\"file\":\"g.cfg\",\"line\":4,\"column\":7}");
	assert_json(document, "gic_version",
		    "{\"value\":\"v3\",\"source\":\"file\","
		    "\"file\":\"g.cfg\",\"line\":7,\"column\":13}");
	assert_json(document, "vif",
		    "{\"value\":[\"\"],\"source\":\"file\","
		    "\"file\":\"g.cfg\",\"line\":5,\"column\":5}");
	assert_json(document, "cmdline",
		    "{\"value\":\"x\",\"source\":\"default\"}");
	assert_json(document, "realm",
		    "{\"value\":false,\"source\":\"default\"}");
	assert_json(document, "uuid", "{\"value\":null,\"source\":\"default\"}");
	json_object_put(document);
	case_end(&tested);
}

static void json_is_utf8_whatever_the_file_holds(void **state)
{
	struct json_object *document;
	struct read_case tested;

	(void)state;
	case_read(&tested, "name='\xff'\nkernel='k'\nmemory=1\n");
	document = domain_to_json(tested.domain);
	assert_json(document, "name",
		    "{\"value\":\"\xc3\xbf\",\"source\":\"file\","
		    "\"file\":\"g.cfg\",\"line\":1,\"column\":6}");
	json_object_put(document);
	case_end(&tested);
}

static char *line_value(const struct domain *domain, const char *key)
{
	struct domain_line line;

	assert_true(domain_line(domain, schema_index(schema_find(key)), &line));
	assert_string_equal(line.key, key);
	return line.value;
}

static void assert_line(const struct domain *domain, const char *key,
			const char *value)
{
	char *actual = line_value(domain, key);

	assert_string_equal(actual, value);
	free(actual);
}

static void lines_show_values_as_a_configuration_would(void **state)
{
	struct domain_line line;
	struct read_case tested;

	(void)state;
	case_read(&tested, BASE "cpus='0-1'\nvsnd=[['CARD','PCM']]\n");
	assert_line(tested.domain, "kernel", "\"Image\"");
	assert_line(tested.domain, "memory", "512");
	assert_line(tested.domain, "acpi", "false");
	assert_line(tested.domain, "uuid", "(random)");
	assert_line(tested.domain, "cpus_soft", "(all)");
	assert_line(tested.domain, "disk", "[ ]");
	assert_line(tested.domain, "max_grant_version", "(the host's best)");
	assert_false(domain_line(tested.domain, KEY_vnc, &line));
	assert_false(domain_line(tested.domain, KEY_COUNT, &line));
	case_end(&tested);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_a_pvh_guest),
		cmocka_unit_test(a_realm_never_migrates),
		cmocka_unit_test(the_personalization_value_stands_left),
		cmocka_unit_test(
			an_unreadable_switch_is_an_error_and_never_ordinary),
		cmocka_unit_test(memory_and_maxmem_stand_for_each_other),
		cmocka_unit_test(root_and_extra_make_the_command_line),
		cmocka_unit_test(virtio_disks_come_before_virtio_devices),
		cmocka_unit_test(all_devices_of_our_hosts_are_virtio),
		cmocka_unit_test(spis_reach_to_the_last_interrupt),
		cmocka_unit_test(passthrough_follows_the_devices),
		cmocka_unit_test(every_key_refuses_the_wrong_type_at_its_place),
		cmocka_unit_test(every_key_takes_its_default),
		cmocka_unit_test(every_idle_key_is_a_warning),
		cmocka_unit_test(a_refused_value_leaves_the_default),
		cmocka_unit_test(places_are_those_of_values),
		cmocka_unit_test(want_of_memory_is_reported_and_leaves_nothing),
		cmocka_unit_test(json_holds_values_and_where_they_come_from),
		cmocka_unit_test(json_is_utf8_whatever_the_file_holds),
		cmocka_unit_test(lines_show_values_as_a_configuration_would),
	};

	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
