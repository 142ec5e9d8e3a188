/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Golden diagnostics: the test reads each NAME.cfg of a folder and checks it
 * against the Realm rules. The report must be what NAME.expected holds.
 *
 *	check_test FOLDER [--update]
 *
 * Lines "#: WORD ..." in a configuration prepare its case:
 *	#: allow-unknown	unknown keys are warnings
 *	#: argument KEY=VALUE	an argument after the file
 *	#: xen			an ordinary guest is for a Xen host
 *	#: our-hosts		the limits of our hosts are checked too, as
 *those of hosts with devices; the devices are shown
 *	#: host WORD ...	a host that has all features but those that the
 *				words take away: no-realms gicv2 no-uart
 *				recs=N ipa=N only-sha256
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/engine/host_limits.h"
#include "toolstack/policy/policy.h"

#define PREFIX   "#: "
#define MAX_ARGS 4

struct setup {
	unsigned flags;
	const char *args[MAX_ARGS];
	size_t arg_count;
	bool our_hosts;
	bool has_host;
	struct policy_host host;
	char *words; /* the text that args point into */
};

static bool update;

/* ---- Files ------------------------------------------------------------- */

static char *file_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL)
		return strdup("");
	if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
		text[0] = '\0';
	fclose(file);
	return text;
}

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* ---- The set-up lines -------------------------------------------------- */

static void host_word(struct policy_host *host, const char *word)
{
	if (strcmp(word, "no-realms") == 0)
		host->realms = false;
	else if (strcmp(word, "gicv2") == 0)
		host->gic_version = 2;
	else if (strcmp(word, "no-uart") == 0)
		host->debug_uart = false;
	else if (strcmp(word, "only-sha256") == 0)
		host->hashes = 1 << DOMAIN_HASH_SHA256;
	else if (sscanf(word, "recs=%u", &host->max_recs) != 1 &&
		 sscanf(word, "ipa=%u", &host->ipa_bits) != 1)
		fail_msg("unknown host word %s", word);
}

static void host_words(struct setup *setup, char *words)
{
	char *rest = NULL;
	char *word = strtok_r(words, " ", &rest);

	setup->has_host = true;
	setup->host = (struct policy_host){
		.realms = true,
		.gic_version = 3,
		.debug_uart = true,
		.max_recs = 512,
		.ipa_bits = 48,
		.hashes = 7,
	};
	for (; word != NULL; word = strtok_r(NULL, " ", &rest))
		host_word(&setup->host, word);
}

static void setup_line(struct setup *setup, char *line)
{
	if (strcmp(line, "allow-unknown") == 0)
		setup->flags |= DOMAIN_ALLOW_UNKNOWN;
	else if (strcmp(line, "xen") == 0)
		setup->flags |= DOMAIN_ON_XEN;
	else if (strcmp(line, "our-hosts") == 0)
		setup->our_hosts = true;
	else if (strncmp(line, "argument ", 9) == 0)
		setup->args[setup->arg_count++] = line + 9;
	else if (strncmp(line, "host", 4) == 0)
		host_words(setup, line + 4);
	else
		fail_msg("unknown set-up line %s", line);
}

static void setup_read(struct setup *setup, const char *text)
{
	char *rest = NULL;
	char *line;

	setup->words = strdup(text);
	line = strtok_r(setup->words, "\n", &rest);
	for (; line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, PREFIX, strlen(PREFIX)) == 0)
			setup_line(setup, line + strlen(PREFIX));
	}
}

/* ---- One check --------------------------------------------------------- */

static const char *verdict(int result, const struct domain *domain)
{
	if (result != REEVE_OK)
		return "refused";
	return domain->realm ? "a Realm" : "an ordinary guest";
}

static void report_print(FILE *out, const struct reeve_report *report)
{
	static const char *const severities[] = { "error", "warning", "note" };
	const struct reeve_diagnostic *item;

	for (size_t i = 0; (item = reeve_report_get(report, i)) != NULL; i++) {
		fprintf(out, "%s %s", severities[item->severity],
			item->file != NULL ? item->file : "-");
		if (item->line != 0)
			fprintf(out, ":%u:%u", item->line, item->column);
		fprintf(out, " %s: %s\n", item->key != NULL ? item->key : "-",
			item->message);
		if (item->hint != NULL)
			fprintf(out, "\t%s\n", item->hint);
	}
}

/* ---- Devices as they are typed ------------------------------------------ */

#define SHOWN(words) (int)(words).length, (words).at

static void disk_print(FILE *out, const struct domain_disk *disk)
{
	fprintf(out, "%.*s, disk %u, %s, %s%s%s%s", SHOWN(disk->vdev),
		disk->number, disk_format_words[disk->format],
		disk->writable ? "rw" : "ro", disk->cdrom ? ", cdrom" : "",
		disk->direct ? ", direct" : "", disk->keep ? ", keep" : "");
	fprintf(out, ", '%.*s'\n", SHOWN(disk->target));
}

static void vif_print(FILE *out, const struct domain_vif *vif)
{
	fprintf(out, "%d", vif->devid);
	if (vif->has_mac) {
		fprintf(out, ", %02x:%02x:%02x:%02x:%02x:%02x", vif->mac[0],
			vif->mac[1], vif->mac[2], vif->mac[3], vif->mac[4],
			vif->mac[5]);
	}
	if (vif->bridge.at != NULL)
		fprintf(out, ", bridge '%.*s'", SHOWN(vif->bridge));
	if (vif->mtu != 0)
		fprintf(out, ", mtu %u", vif->mtu);
	for (size_t i = 0; i < vif->forward_count; i++) {
		const struct vif_forward *forward = &vif->forwards[i];

		fprintf(out, ", %s %.*s port %u to %u",
			vif_protocol_words[forward->protocol],
			SHOWN(forward->address), forward->host_port,
			forward->guest_port);
	}
	fprintf(out, "\n");
}

static void channels_print(FILE *out, const struct domain *domain)
{
	for (size_t i = 0; i < domain->channel_count; i++) {
		const struct domain_channel *channel = &domain->channels[i];

		fprintf(out, "\t%.*s, %s", SHOWN(channel->name),
			channel_connection_words[channel->connection]);
		if (channel->path.at != NULL)
			fprintf(out, " '%.*s'", SHOWN(channel->path));
		fprintf(out, "\n");
	}
}

static void device_print(FILE *out, const struct domain *domain, size_t index)
{
	const struct domain_virtio *virtio = &domain->virtio_mmio[index];
	const struct domain_p9 *folder;

	fprintf(out, "device %zu: ", index);
	switch (virtio->kind) {
	case DOMAIN_VIRTIO_DISK:
		disk_print(out, &domain->disks[virtio->index]);
		break;
	case DOMAIN_VIRTIO_VIF:
		vif_print(out, &domain->vifs[virtio->index]);
		break;
	case DOMAIN_VIRTIO_CONSOLE:
		fprintf(out, "channels\n");
		channels_print(out, domain);
		break;
	case DOMAIN_VIRTIO_P9:
		folder = &domain->folders[virtio->index];
		fprintf(out, "folder %.*s, '%.*s'\n", SHOWN(folder->tag),
			SHOWN(folder->path));
		break;
	case DOMAIN_VIRTIO_RNG:
		fprintf(out, "entropy\n");
		break;
	case DOMAIN_VIRTIO_HVC:
		fprintf(out, "console hvc0\n");
		break;
	case DOMAIN_VIRTIO_FOREIGN:
		fprintf(out, "%s of domain %u\n", virtio->type,
			virtio->backend_domid);
		break;
	}
}

/* ---- The check ---------------------------------------------------------- */

/* Makes every check that needs no file: all of them append to one report. */
static int domain_check(struct domain *domain, const struct setup *setup,
			struct reeve_report *report)
{
	int result = policy_check(domain, setup->has_host ? &setup->host : NULL,
				  report);

	if (setup->our_hosts && engine_limits_check(domain, REEVE_ENGINE_MACHINE,
						    report) != REEVE_OK)
		result = REEVE_ERR_CONFIG;
	return result;
}

/* Does what "reeve check" does: every stage appends to one report. Writes the
 * verdict and the devices. */
static void config_check(FILE *out, const char *name, const char *text,
			 const struct setup *setup, struct reeve_report *report)
{
	struct domain *domain = NULL;
	struct cfg *cfg = NULL;
	int result;
	int checked;

	if (cfg_parse(name, text, strlen(text), setup->args, setup->arg_count,
		      0, &cfg, report) != REEVE_OK) {
		fprintf(out, "refused\n");
		report_print(out, report);
		return;
	}
	result = domain_read(cfg, setup->flags, &domain, report);
	assert_non_null(domain);
	checked = domain_check(domain, setup, report);
	fprintf(out, "%s\n",
		verdict(result != REEVE_OK ? result : checked, domain));
	for (size_t i = 0; setup->our_hosts && i < domain->virtio_mmio_count;
	     i++)
		device_print(out, domain, i);
	report_print(out, report);
	domain_free(domain);
	cfg_free(cfg);
}

/* Returns the verdict on a configuration and its report, as text that the
 * caller frees. */
static char *check_text(const char *name, const char *text)
{
	struct reeve_report *report = reeve_report_new();
	struct setup setup = { 0 };
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	assert_non_null(out);
	setup_read(&setup, text);
	config_check(out, name, text, &setup, report);
	fclose(out);
	free(setup.words);
	reeve_report_free(report);
	return result;
}

static void golden_check(void **state)
{
	const char *path = *state;
	const char *name = strrchr(path, '/') + 1;
	char *text = file_read(path);
	char *actual = check_text(name, text);
	char *expected_path = NULL;
	char *expected;

	assert_true(asprintf(&expected_path, "%.*s.expected",
			     (int)(strlen(path) - strlen(".cfg")), path) > 0);
	if (update)
		file_write(expected_path, actual);
	expected = file_read(expected_path);
	assert_string_equal(actual, expected);
	free(expected);
	free(expected_path);
	free(actual);
	free(text);
}

/* ---- All of them together ---------------------------------------------- */

static glob_t files;

static void rules_mark(const char *text, bool *seen)
{
	const struct policy_rule *rule;

	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		if (strstr(text, rule->reason) != NULL)
			seen[i] = true;
	}
}

static void every_rule_is_broken_by_some_file(void **state)
{
	bool seen[256] = { false };
	const struct policy_rule *rule;

	(void)state;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = file_read(files.gl_pathv[i]);
		char *actual = check_text("x", text);

		rules_mark(actual, seen);
		free(actual);
		free(text);
	}
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		/* No file can break pvh-only: domain_read() refuses every other
		 * type before the policy sees it. */
		if (!seen[i] && strcmp(rule->id, "pvh-only") != 0)
			fail_msg("no file breaks the rule %s", rule->id);
	}
}

static void no_rule_touches_an_ordinary_guest(void **state)
{
	bool seen[256] = { false };
	const struct policy_rule *rule;

	(void)state;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = file_read(files.gl_pathv[i]);
		char *at = strstr(text, "\nrealm=1\n");
		char *actual;

		if (at != NULL) {
			at[strlen("\nrealm=")] = '0';
			actual = check_text("x", text);
			rules_mark(actual, seen);
			free(actual);
		}
		free(text);
	}
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		if (seen[i])
			fail_msg("%s touches an ordinary guest", rule->id);
	}
}

static int run(void)
{
	size_t count = files.gl_pathc + 2;
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (tests == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		tests[i] = (struct CMUnitTest){
			.name = strrchr(files.gl_pathv[i], '/') + 1,
			.test_func = golden_check,
			.initial_state = files.gl_pathv[i],
		};
	}
	tests[count - 2] = (struct CMUnitTest)cmocka_unit_test(
		every_rule_is_broken_by_some_file);
	tests[count - 1] = (struct CMUnitTest)cmocka_unit_test(
		no_rule_touches_an_ordinary_guest);
	failed = _cmocka_run_group_tests("check", tests, count, NULL, NULL);
	free(tests);
	return failed;
}

int main(int argc, char **argv)
{
	char pattern[4096];
	int failed;

	update = argc == 3 && strcmp(argv[2], "--update") == 0;
	if (argc < 2)
		return EXIT_FAILURE;
	snprintf(pattern, sizeof(pattern), "%s/*.cfg", argv[1]);
	if (glob(pattern, 0, NULL, &files) != 0)
		return EXIT_FAILURE;
	failed = run();
	globfree(&files);
	return failed;
}
