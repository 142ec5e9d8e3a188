/* SPDX-License-Identifier: BSD-3-Clause */
/* What our hosts can give a guest, and what they cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/engine/host_limits.h"

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

/* What only an ordinary guest may ask for, and no host of ours has. */
static const char *const absent[][2] = {
	{ "device_tree", "\"x\"" },
	{ "tee", "\"optee\"" },
	{ "arm_sci", "\"type=scmi_smc\"" },
	{ "irqs", "[40]" },
	{ "iomem", "[\"1,1\"]" },
	{ "pci", "[\"0:1.0\"]" },
	{ "dtdev", "[\"/soc/dma\"]" },
	{ "passthrough", "\"enabled\"" },
	{ "disk", "[\"phy:/dev/x,xvda,w\"]" },
	{ "vif", "[\"bridge=a\"]" },
	{ "virtio", "[\"type=virtio,device22,transport=mmio\"]" },
	{ "vkb", "[\"backend-type=linux\"]" },
	{ "p9", "[\"tag=a,path=/,security_model=none\"]" },
	{ "pvcalls", "[\"backend=0\"]" },
	{ "vtpm", "[\"backend=tpm\"]" },
	{ "vfb", "[\"vnc=1\"]" },
	{ "vdispl", "[\"connectors=a:1x1\"]" },
	{ "vsnd", "[[\"CARD\"]]" },
	{ "channel", "[\"connection=pty\"]" },
	{ "usbctrl", "[\"version=2\"]" },
	{ "usbdev", "[\"hostbus=1\"]" },
	{ "sve", "\"hw\"" },
	{ "vpmu", "1" },
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
		{ "bootloader", "name='a'\nmemory=64\ndisk=['vdev=xvda']\n"
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
	};

	return cmocka_run_group_tests_name("host_limits", tests, NULL, NULL);
}
