/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of our hosts, key by key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/engine/host_limits.h"
#include "toolstack/policy/policy.h"

#define ORDINARY "name=\"web\"\nkernel=\"k\"\nmemory=64\n"
#define REALM    ORDINARY "realm=1\n"

/* A configuration as it is judged, with what the limits say about it. */
struct judged {
	struct cfg *cfg;
	struct domain *domain;
	struct reeve_report *before;
	struct reeve_report *report;
	int result;
};

static void judge(struct judged *judged, const char *text,
		  enum reeve_engine engine)
{
	judged->before = reeve_report_new();
	judged->report = reeve_report_new();
	assert_int_equal(cfg_parse("text", text, strlen(text), NULL, 0, 0,
				   &judged->cfg, judged->before),
			 REEVE_OK);
	(void)domain_read(judged->cfg, 0, &judged->domain, judged->before);
	assert_non_null(judged->domain);
	judged->result =
		engine_limits_check(judged->domain, engine, judged->report);
}

static void forget(struct judged *judged)
{
	domain_free(judged->domain);
	cfg_free(judged->cfg);
	reeve_report_free(judged->before);
	reeve_report_free(judged->report);
}

/* Expects one diagnostic about the key, at that line, or none if key is
 * NULL. */
static void assert_said(const struct judged *judged, const char *key,
			unsigned line)
{
	const struct reeve_diagnostic *d = reeve_report_get(judged->report, 0);

	assert_int_equal(reeve_report_count(judged->report), key != NULL);
	if (key == NULL)
		return;
	assert_string_equal(d->key, key);
	assert_string_equal(d->file, "text");
	assert_int_equal(d->line, line);
	assert_non_null(d->hint);
}

static void plain_guests_are_within_the_limits(void **state)
{
	static const char *const texts[] = {
		ORDINARY "vcpus=4\nvuart=\"sbsa_uart\"\ncpu_weight=9\n",
		ORDINARY "maxvcpus=1\ngic_version=\"v3\"\nmaxmem=64\n",
		ORDINARY "passthrough=\"disabled\"\narm_sci=\"\"\ndisk=[]\n",
		REALM,
	};
	struct judged judged;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		judge(&judged, texts[i], REEVE_ENGINE_MACHINE);
		assert_int_equal(judged.result, REEVE_OK);
		assert_said(&judged, NULL, 0);
		forget(&judged);
	}
}

/* Settings that only an ordinary guest may have, and no host of ours gives. */
static const char *const absent[][2] = {
	{ "device_tree", "\"x\"" },
	{ "tee", "\"optee\"" },
	{ "arm_sci", "\"type=scmi_smc\"" },
	{ "irqs", "[40]" },
	{ "iomem", "[\"1,1\"]" },
	{ "ioports", "[\"3f8\"]" },
	{ "pci", "[\"0:1.0\"]" },
	{ "dtdev", "[\"/soc/dma\"]" },
	{ "passthrough", "\"enabled\"" },
	{ "virtio", "[\"type=virtio,device22,transport=mmio\"]" },
	{ "vkb", "[\"backend-type=linux\"]" },
	{ "pvcalls", "[\"backend=0\"]" },
	{ "vtpm", "[\"backend=tpm\"]" },
	{ "vfb", "[\"vnc=1\"]" },
	{ "vdispl", "[\"connectors=a:1x1\"]" },
	{ "vsnd", "[[\"CARD\"]]" },
	{ "usbctrl", "[\"version=2\"]" },
	{ "usbdev", "[\"hostbus=1\"]" },
	{ "sve", "\"hw\"" },
	{ "vpmu", "1" },
	{ "trap_unmapped_accesses", "0" },
	{ "llc_colors", "[\"1\"]" },
	{ "driver_domain", "1" },
	{ "gic_version", "\"v2\"" },
	{ "maxvcpus", "2" },
};

static void what_no_host_has_is_refused_at_its_place(void **state)
{
	struct judged judged;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		snprintf(text, sizeof(text), ORDINARY "%s=%s\n", absent[i][0],
			 absent[i][1]);
		judge(&judged, text, REEVE_ENGINE_MACHINE);
		assert_int_equal(report_errors(judged.before), 0);
		assert_int_equal(judged.result, REEVE_ERR_CONFIG);
		assert_said(&judged, absent[i][0], 4);
		forget(&judged);
		judge(&judged, text, REEVE_ENGINE_MODEL);
		assert_int_equal(judged.result, REEVE_OK);
		assert_said(&judged, NULL, 0);
		forget(&judged);
	}
}

static void a_mode_that_follows_from_another_key_is_not_blamed(void **state)
{
	static const char *const texts[] = {
		ORDINARY "dtdev=[\"/soc/dma\"]\n",
		ORDINARY "dtdev=[\"/soc/dma\"]\npassthrough=\"default\"\n",
	};
	struct judged judged;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		judge(&judged, texts[i], REEVE_ENGINE_MACHINE);
		assert_said(&judged, "dtdev", 4);
		forget(&judged);
	}
}

static void ram_beyond_the_first_bank_is_refused(void **state)
{
	static const char *const keys[] = { "memory", "maxmem" };
	struct judged judged;
	char text[256];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "name='a'\nkernel='k'\n%s=3073\n",
			 keys[i]);
		judge(&judged, text, REEVE_ENGINE_MACHINE);
		assert_int_equal(judged.result, REEVE_ERR_CONFIG);
		assert_said(&judged, keys[i], 3);
		forget(&judged);
	}
}

static void what_no_plan_can_have_is_refused_for_every_engine(void **state)
{
	static const char *const texts[][2] = {
		{ "acpi", ORDINARY "acpi=1\n" },
		{ "bootloader", "name='a'\nmemory=64\ndisk=['a,raw,xvda']\n"
				"bootloader='pygrub'\n" },
	};
	struct judged judged;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		judge(&judged, texts[i][1], REEVE_ENGINE_MODEL);
		assert_int_equal(report_errors(judged.before), 0);
		assert_int_equal(judged.result, REEVE_ERR_CONFIG);
		assert_said(&judged, texts[i][0], 4);
		forget(&judged);
	}
}

static void a_realm_is_left_to_the_policy(void **state)
{
	struct judged judged;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		snprintf(text, sizeof(text), REALM "%s=%s\n", absent[i][0],
			 absent[i][1]);
		judge(&judged, text, REEVE_ENGINE_MACHINE);
		assert_int_equal(judged.result, REEVE_OK);
		assert_said(&judged, NULL, 0);
		forget(&judged);
	}
}

static void a_value_that_was_refused_is_not_blamed_again(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, ORDINARY "vif=[\"frob=1\"]\n", REEVE_ENGINE_MACHINE);
	assert_int_equal(report_errors(judged.before), 1);
	assert_said(&judged, NULL, 0);
	forget(&judged);
}

static void what_the_scheduler_does_not_do_is_a_warning(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, REALM "cap=50\n", REEVE_ENGINE_MACHINE);
	assert_int_equal(judged.result, REEVE_OK);
	assert_said(&judged, "cap", 5);
	assert_int_equal(reeve_report_get(judged.report, 0)->severity,
			 REEVE_WARNING);
	forget(&judged);
}

/* ---- Every key of the schema -------------------------------------------- */

/* Keys, or single choices of them, that do on our hosts what they say, without
 * a word about it. */
static struct {
	const char *setting;
	bool met;
} effective[] = {
	{ "name" },
	{ "uuid" },
	{ "type=pvh" },
	{ "realm" },
	{ "realm_hash=sha256" },
	{ "realm_hash=sha384" },
	{ "realm_hash=sha512" },
	{ "realm_rpv" },
	{ "realm_clock=none" },
	{ "localtime" },
	{ "rtc_timeoffset" },
	{ "realm_devices=none" },
	{ "kernel" },
	{ "ramdisk" },
	{ "cmdline" },
	{ "root" },
	{ "extra" },
	{ "memory" },
	{ "maxmem" },
	{ "vcpus" },
	{ "maxvcpus" },
	{ "cpu_weight" },
	{ "gic_version=default" },
	{ "gic_version=v3" },
	{ "vuart=unknown" },
	{ "vuart=sbsa_uart" },
	{ "nr_spis" },
	{ "passthrough=default" },
	{ "passthrough=disabled" },
	{ "on_poweroff=destroy" },
	{ "on_poweroff=restart" },
	{ "on_poweroff=rename-restart" },
	{ "on_poweroff=preserve" },
	{ "on_reboot=destroy" },
	{ "on_reboot=restart" },
	{ "on_reboot=rename-restart" },
	{ "on_reboot=preserve" },
	{ "on_crash=destroy" },
	{ "on_crash=restart" },
	{ "on_crash=rename-restart" },
	{ "on_crash=preserve" },
	{ "nomigrate" }, /* nothing ever migrates */
	{ "disk" }, /* these five: for a Realm, the policy tells of them */
	{ "vif" },
	{ "channel" },
	{ "p9" },
	{ "rng" },
	/* Defaults that ask for nothing. */
	{ "tee=none" },
	{ "sve=disabled" },
	{ "altp2m=disabled" },
	{ "on_watchdog=destroy" },
	{ "on_soft_reset=soft-reset" },
};

/* Values that are not the default, of keys that do not take just any. */
static const char *const samples[][2] = {
	{ "uuid", "'00112233-4455-6677-8899-aabbccddeeff'" },
	{ "realm_rpv", "'01'" },
	{ "memory", "128" },
	{ "maxmem", "64" },
	{ "maxvcpus", "1" },
	{ "vnuma", "[['size=64']]" },
	{ "llc_colors", "['1']" },
	{ "cpus", "'1'" },
	{ "cpus_soft", "'1'" },
	{ "max_event_channels", "5" },
	{ "xenstore_quota", "['nodes=5']" },
	{ "disk", "['phy:/dev/x,xvda,w']" },
	{ "vif", "['bridge=a']" },
	{ "p9", "['tag=a,path=/,security_model=none']" },
	{ "channel", "['name=a,connection=pty']" },
};

static const char *sample_of(const struct key *key)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		if (strcmp(samples[i][0], key->info.name) == 0)
			return samples[i][1];
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		if (strcmp(absent[i][0], key->info.name) == 0)
			return absent[i][1];
	}
	return NULL;
}

/* Writes the value of a key that is not its default. */
static void value_write(const struct key *key, char *value, size_t size)
{
	const char *sample = sample_of(key);

	if (sample != NULL)
		snprintf(value, size, "%s", sample);
	else if (key->kind == KEY_NUMBER)
		snprintf(value, size, "%lld", (long long)key->max);
	else if (key->kind == KEY_BOOLEAN)
		snprintf(value, size, "%d", key->info.fallback[0] != '1');
	else
		snprintf(value, size, "%s", key_is_list(key) ? "['x']" : "'x'");
}

static bool is_effective(const char *setting)
{
	for (size_t i = 0; i < sizeof(effective) / sizeof(effective[0]); i++) {
		if (strcmp(effective[i].setting, setting) == 0) {
			effective[i].met = true;
			return true;
		}
	}
	return false;
}

/* Expects that all that was said is about the key. Returns whether anything
 * was. */
static bool said_of(const struct reeve_report *report, const char *key)
{
	for (size_t i = 0; i < reeve_report_count(report); i++)
		assert_string_equal(reeve_report_get(report, i)->key, key);
	return reeve_report_count(report) != 0;
}

/* Writes a guest that sets the key, and else no more than it needs. */
static void guest_write(const struct key *key, const char *value, bool realm,
			char *text, size_t size)
{
	static const char *const needed[][2] = {
		{ "name", "'web'" },
		{ "kernel", "'k'" },
		{ "memory", "64" },
		{ "realm", "1" },
	};
	size_t count = realm ? 4 : 3;
	size_t used =
		(size_t)snprintf(text, size, "%s=%s\n", key->info.name, value);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(needed[i][0], key->info.name) == 0)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s=%s\n",
					 needed[i][0], needed[i][1]);
	}
}

/* Expects that the sample is a value that the key takes. Some keys are refused
 * whatever their value is, and of the words of a choice some are. */
static void sample_check(const struct key *key, const struct domain *domain)
{
	enum key_id id = schema_index(key);

	if (key->kind != KEY_CHOICE && key->guests != KEY_REFUSED &&
	    key->guests != KEY_FOR_REALM && id != KEY_bootloader)
		assert_false(domain_is_refused(domain, id));
}

/* Expects that a setting is told of, or is one that has an effect. */
static void setting_check(const struct key *key, const char *value,
			  const char *setting, bool realm)
{
	struct judged judged;
	char text[256];
	bool said;

	guest_write(key, value, realm, text, sizeof(text));
	judge(&judged, text, REEVE_ENGINE_MACHINE);
	sample_check(key, judged.domain);
	(void)policy_check(judged.domain, NULL, judged.before);
	said = said_of(judged.before, key->info.name);
	said = said_of(judged.report, key->info.name) || said;
	if (!said && !is_effective(setting)) {
		fail_msg("%s=%s has no effect, and nothing says so",
			 key->info.name, value);
	}
	forget(&judged);
}

static void choices_check(const struct key *key, bool realm)
{
	char setting[96];
	char value[48];
	const char *word;
	size_t length;

	for (int i = 0; (word = key_choice_word(key, i, &length)) != NULL; i++) {
		snprintf(value, sizeof(value), "'%.*s'", (int)length, word);
		snprintf(setting, sizeof(setting), "%s=%.*s", key->info.name,
			 (int)length, word);
		setting_check(key, value, setting, realm);
	}
}

static void every_key_has_an_effect_or_is_told_of(void **state)
{
	char value[64];

	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field == KEY_NO_FIELD)
			continue;
		value_write(key, value, sizeof(value));
		for (unsigned realm = 0; realm < 2; realm++) {
			if (key->kind == KEY_CHOICE)
				choices_check(key, realm);
			else
				setting_check(key, value, key->info.name, realm);
		}
	}
	for (size_t i = 0; i < sizeof(effective) / sizeof(effective[0]); i++) {
		if (!effective[i].met)
			fail_msg("%s is told of", effective[i].setting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_guests_are_within_the_limits),
		cmocka_unit_test(what_no_host_has_is_refused_at_its_place),
		cmocka_unit_test(
			a_mode_that_follows_from_another_key_is_not_blamed),
		cmocka_unit_test(ram_beyond_the_first_bank_is_refused),
		cmocka_unit_test(
			what_no_plan_can_have_is_refused_for_every_engine),
		cmocka_unit_test(a_realm_is_left_to_the_policy),
		cmocka_unit_test(a_value_that_was_refused_is_not_blamed_again),
		cmocka_unit_test(what_the_scheduler_does_not_do_is_a_warning),
		cmocka_unit_test(every_key_has_an_effect_or_is_told_of),
	};

	return cmocka_run_group_tests_name("host_limits", tests, NULL, NULL);
}
