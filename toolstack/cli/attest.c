/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve attest: asks a running guest for evidence, and judges it. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "toolstack/cli/cli.h"

/* Not a result of the library: it means that the guest does not answer. */
#define EVIDENCE_SILENT 1

static bool options_fit(const struct cli_call *call,
			const struct cli_asked *asked)
{
	const char *wrong = NULL;

	if (cli_value(call, CLI_CONNECT) == NULL && asked->domain == NULL) {
		wrong = "a domain, or --connect, is missing: it says which "
			"guest is asked";
	} else if (cli_value(call, CLI_CONNECT) != NULL &&
		   asked->domain != NULL) {
		wrong = "give a domain or --connect, not both";
	} else if (cli_value(call, CLI_CONNECT) != NULL &&
		   (call->options & CLI_ANY_PLATFORM) != 0) {
		wrong = "--any-platform is for a domain: a guest of another "
			"host is not compared with this computer's firmware";
	} else if (cli_value(call, CLI_GUEST) == NULL && asked->needs_ssh) {
		wrong = "--config is missing: without it, any Realm would do";
	} else if (cli_value(call, CLI_GUEST) == NULL &&
		   cli_value(call, CLI_REFS) == NULL) {
		wrong = "--config, or --refs, is missing: without it, any "
			"Realm would do";
	} else if (cli_value(call, CLI_GUEST) == NULL &&
		   cli_value(call, CLI_KNOWN_HOSTS) != NULL) {
		wrong = "--known-hosts needs --config, for the guest's name";
	}
	if (wrong == NULL)
		return cli_inputs_fit(call, asked->verb, asked->domain != NULL);
	fprintf(stderr, "reeve %s: %s\n", asked->verb, wrong);
	return false;
}

/* In a list of known hosts other characters are patterns, or end the name. */
static int name_check(const struct cli_call *call,
		      const struct cli_asked *asked, const char *name)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	bool needed =
		cli_value(call, CLI_KNOWN_HOSTS) != NULL || asked->needs_ssh;

	if (!needed || (name[0] != '\0' && name[0] != '-' &&
			name[strspn(name, fit)] == '\0'))
		return REEVE_OK;
	fprintf(stderr,
		"reeve %s: the guest's name is none for ssh: it may have "
		"letters, digits, '.', '_' and '-', and no '-' first\n",
		asked->verb);
	return REEVE_ERR_ARGUMENT;
}

/* Finds the socket at which a domain answers, and writes its name for
 * reeve_attest() to peer. */
static int peer_find(const struct cli_call *call, const struct cli_asked *asked,
		     char *peer, size_t size, struct reeve_report *report)
{
	struct reeve_attached channel;
	int result = REEVE_OK;

	if (asked->needs_ssh) {
		result = cli_channel_find(call, asked->domain,
					  REEVE_CHANNEL_SSH, &channel, report);
	}
	if (result == REEVE_OK) {
		result = cli_channel_find(call, asked->domain,
					  REEVE_CHANNEL_ATTEST, &channel,
					  report);
	}
	if (result != REEVE_OK)
		return result;
	if (strcmp(channel.format, "socket") != 0) {
		fprintf(stderr,
			"reeve %s: the channel " REEVE_CHANNEL_ATTEST " ends "
			"at a terminal: give it connection=socket\n",
			asked->verb);
		return REEVE_ERR_ARGUMENT;
	}
	snprintf(peer, size, "unix:%s", channel.target);
	return REEVE_OK;
}

static int evidence_ask(const struct cli_call *call,
			struct cli_attested *attested)
{
	char found[sizeof(((struct reeve_attached *)0)->target) + 8];
	struct reeve_report *report = attested->inputs.report;
	const char *peer = cli_value(call, CLI_CONNECT);
	int result = REEVE_OK;

	if (attested->asked.domain != NULL) {
		result = peer_find(call, &attested->asked, found, sizeof(found),
				   report);
		peer = found;
	}
	if (result != REEVE_OK)
		return result;
	result = reeve_attest(peer, cli_watch(), &attested->evidence, report);
	/* REEVE_ERR_HOST has other causes elsewhere, which --wait must not take
	 * for a guest that does not answer. */
	return result == REEVE_ERR_HOST ? EVIDENCE_SILENT : result;
}

/* With --wait asks until the guest answers. The domain is looked up each time,
 * so its end is an error. */
static int evidence_await(const struct cli_call *call,
			  struct cli_attested *attested)
{
	static const struct timespec pause = { .tv_nsec = 500000000 };
	bool waits = (call->options & CLI_WAIT) != 0;
	int result;

	if (waits)
		cli_inputs_tell(&attested->inputs);
	while ((result = evidence_ask(call, attested)) == EVIDENCE_SILENT &&
	       waits && !cli_is_stopped()) {
		if (cli_inputs_forget(&attested->inputs) != REEVE_OK)
			return REEVE_ERR_MEMORY;
		(void)nanosleep(&pause, NULL); /* a shorter pause is fine */
	}
	if (waits && cli_is_stopped())
		return REEVE_ERR_STOPPED;
	return result == EVIDENCE_SILENT ? REEVE_ERR_HOST : result;
}

/* Every input is read before the guest is asked, but for the files of --refs,
 * of which the token chooses a part, and for the firmware, in whose place they
 * may be. */
int cli_attest_run(const struct cli_call *call, const struct cli_asked *asked,
		   struct cli_attested *attested)
{
	struct cli_inputs *inputs = &attested->inputs;
	int result;

	*attested = (struct cli_attested){
		.asked = *asked,
		.inputs.is_local = asked->domain != NULL,
	};
	if (!options_fit(call, asked))
		return REEVE_ERR_ARGUMENT;
	result = cli_inputs_load(call, inputs);
	if (result == REEVE_OK)
		result = name_check(call, asked, inputs->name);
	if (result == REEVE_OK)
		result = evidence_await(call, attested);
	cli_watch_clear();
	if (result != REEVE_OK)
		return result;
	return cli_inputs_verify(call, inputs,
				 reeve_evidence_token(attested->evidence),
				 reeve_evidence_challenge(attested->evidence),
				 &attested->verification);
}

/* Prints the keys. They are the guest's only if the token was accepted. */
static void keys_print(const struct reeve_evidence *evidence, FILE *to)
{
	const struct reeve_ssh_key *key;

	for (size_t i = 0; (key = reeve_evidence_key(evidence, i)) != NULL; i++) {
		fprintf(to, "%-10s%-21s%s %s\n", "ok", "ssh-host-key",
			key->type, key->fingerprint);
	}
	if (reeve_evidence_key(evidence, 0) == NULL)
		fprintf(to, "%-10s%-21s%s\n", "unchecked", "ssh-host-key",
			"the guest has none");
}

/* Returns true if a platform of the reference values was looked for in vain. */
static bool platform_failed(const struct reeve_verification *verification)
{
	const struct reeve_check *check;

	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++) {
		if (check->verdict == REEVE_FAIL &&
		    (strcmp(check->name, "platform-identity") == 0 ||
		     strcmp(check->name, "software-components") == 0))
			return true;
	}
	return false;
}

/* Prints what the platform was compared with if nobody has said that. */
static void firmware_print(const struct cli_attested *attested, FILE *to)
{
	const char *path = attested->inputs.firmware;

	if (path == NULL)
		return;
	fprintf(to, "%-10s%-21s%s\n", "used", "firmware", path);
	if (platform_failed(attested->verification))
		fprintf(to, "%31s%s\n", "",
			"a host with another has other values (--refs), or "
			"none (--any-platform)");
}

void cli_attest_print(const struct cli_attested *attested, FILE *to)
{
	cli_checks_print(attested->verification, to);
	firmware_print(attested, to);
	if (reeve_verification_passed(attested->verification))
		keys_print(attested->evidence, to);
	fprintf(to, "%s\n", cli_verdict_text(attested->verification));
}

static struct json_object *keys_json(const struct cli_attested *attested)
{
	bool passed = reeve_verification_passed(attested->verification);
	struct json_object *list = json_object_new_array();
	const struct reeve_ssh_key *key;

	for (size_t i = 0;
	     passed && (key = reeve_evidence_key(attested->evidence, i)) != NULL;
	     i++) {
		struct json_object *object = json_object_new_object();

		cli_json_add_text(object, "type", key->type);
		cli_json_add_text(object, "key", key->base64);
		cli_json_add_text(object, "fingerprint", key->fingerprint);
		json_object_array_add(list, object);
	}
	return list;
}

/* The document of `token verify`, with the keys. */
static int attest_print_json(const struct cli_attested *attested)
{
	char *text = reeve_verification_json(attested->verification);
	struct json_object *document =
		text != NULL ? json_tokener_parse(text) : NULL;

	free(text);
	if (document == NULL)
		return cli_print_text(NULL);
	if (attested->inputs.firmware != NULL)
		cli_json_add_text(document, "firmware",
				  attested->inputs.firmware);
	json_object_object_add(document, "ssh-host-keys", keys_json(attested));
	return cli_print_json(document);
}

char *cli_attest_known_hosts(const struct cli_attested *attested)
{
	const struct reeve_ssh_key *key;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL)
		return NULL;
	for (size_t i = 0;
	     (key = reeve_evidence_key(attested->evidence, i)) != NULL; i++) {
		fprintf(stream, "%s %s %s\n", attested->inputs.name, key->type,
			key->base64);
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static int known_hosts_write(const struct cli_attested *attested,
			     const char *path)
{
	char *text = cli_attest_known_hosts(attested);
	int result = REEVE_ERR_MEMORY;

	if (text != NULL)
		result = cli_write_file(path, text, strlen(text));
	free(text);
	return result;
}

int cli_attest_finish(struct cli_attested *attested, int result, int code)
{
	reeve_verification_free(attested->verification);
	reeve_evidence_free(attested->evidence);
	return cli_inputs_finish(&attested->inputs, result, code);
}

int cli_attest(const struct cli_call *call)
{
	const struct cli_asked asked = { .verb = "attest",
					 .domain = call->config };
	const char *path = cli_value(call, CLI_KNOWN_HOSTS);
	struct cli_attested attested;
	int code = CLI_OK;
	int result = cli_attest_run(call, &asked, &attested);
	bool passed = result == REEVE_OK &&
		      reeve_verification_passed(attested.verification);

	if (passed && path != NULL)
		result = known_hosts_write(&attested, path);
	if (result == REEVE_OK && (call->options & CLI_JSON) != 0) {
		code = attest_print_json(&attested);
	} else if (result == REEVE_OK) {
		cli_attest_print(&attested, stdout);
		code = cli_finish_output();
	}
	if (code == CLI_OK && !passed)
		code = CLI_FAILED;
	return cli_attest_finish(&attested, result, code);
}
