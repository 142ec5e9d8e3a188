/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve list, uptime, vcpu-list: print the domains of a host in xl's
 * columns. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

#define NS_PER_SECOND 1000000000.0

/* Pads by hand, because printf() counts bytes and a terminal counts
 * characters. */
void cli_print_name(const char *name, int width)
{
	int columns = 0;

	cli_print_safely(name);
	for (const char *c = name; *c != '\0'; c++)
		columns += (*c & 0xc0) != 0x80;
	printf("%*s", columns < width ? width - columns : 0, "");
}

void cli_print_uptime(uint64_t ns)
{
	uint64_t seconds = ns / (uint64_t)NS_PER_SECOND;
	uint64_t days = seconds / 86400;

	if (days > 0)
		printf("%" PRIu64 " day%s, ", days, days == 1 ? "" : "s");
	printf("%" PRIu64 ":%02u:%02u", seconds / 3600 % 24,
	       (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
}

/* ---- One domain ------------------------------------------------------ */

static const char *const state_words[] = {
	[REEVE_DOMAIN_LOADING] = "loading",
	[REEVE_DOMAIN_BUILDING] = "building",
	[REEVE_DOMAIN_FAILED] = "failed",
	[REEVE_DOMAIN_PAUSED] = "paused",
	[REEVE_DOMAIN_RUNNING] = "running",
	[REEVE_DOMAIN_SHUTDOWN] = "shutdown",
	[REEVE_DOMAIN_DYING] = "dying",
};

static const char *reason_word(enum reeve_reason reason)
{
	if (reason == REEVE_POWEROFF)
		return "poweroff";
	return reason == REEVE_REBOOT ? "reboot" : "crash";
}

/* Writes xl's six letters for a domain's state. */
static void state_letters(const struct reeve_domain *domain, char letters[7])
{
	bool running = domain->state == REEVE_DOMAIN_RUNNING;
	bool ended = domain->state == REEVE_DOMAIN_SHUTDOWN;
	bool failed = domain->state == REEVE_DOMAIN_FAILED;
	bool dying = domain->state == REEVE_DOMAIN_DYING;

	memcpy(letters, "------", 7);
	if (running && !domain->blocked)
		letters[0] = 'r';
	if (running && domain->blocked)
		letters[1] = 'b';
	if (!running && !ended && !failed && !dying)
		letters[2] = 'p';
	if (ended || failed)
		letters[3] = 's';
	if (ended && domain->reason == REEVE_REBOOT)
		letters[4] = 'r';
	if (failed || (ended && domain->reason == REEVE_CRASH))
		letters[4] = 'c';
	if (dying)
		letters[5] = 'd';
}

static void uuid_text(const uint8_t uuid[16], char text[37])
{
	for (unsigned i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[at++] = '-';
		snprintf(text + at, 3, "%02x", uuid[i]);
		at += 2;
	}
}

struct json_object *cli_domain_json(const struct reeve_domain *domain)
{
	struct json_object *object = json_object_new_object();
	char text[2 * sizeof(domain->rim) + 1];

	cli_json_add_number(object, "domid", domain->domid);
	cli_json_add_text(object, "name", domain->name);
	uuid_text(domain->uuid, text);
	cli_json_add_text(object, "uuid", text);
	cli_json_add_bool(object, "realm", domain->realm);
	cli_hex_text(text, domain->rim, domain->rim_size);
	if (domain->rim_size != 0)
		cli_json_add_text(object, "rim", text);
	cli_json_add_text(object, "state", state_words[domain->state]);
	cli_json_add_bool(object, "blocked", domain->blocked);
	if (domain->state == REEVE_DOMAIN_SHUTDOWN)
		cli_json_add_text(object, "reason", reason_word(domain->reason));
	if (domain->text[0] != '\0')
		cli_json_add_text(object, "text", domain->text);
	cli_json_add_number(object, "vcpus", domain->vcpus);
	cli_json_add_number(object, "vcpus_online", domain->vcpus_online);
	if (domain->console != REEVE_NO_CONSOLE)
		cli_json_add_number(object, "console", domain->console);
	if (domain->hvc != REEVE_NO_CONSOLE)
		cli_json_add_number(object, "hvc", domain->hvc);
	cli_json_add_number(object, "memory", domain->ram_size);
	cli_json_add_number(object, "pages_held", domain->pages_held);
	cli_json_add_number(object, "pages_promised", domain->pages_promised);
	cli_json_add_number(object, "pages_shared", domain->pages_shared);
	cli_json_add_number(object, "granules_delegated",
			    domain->granules_delegated);
	cli_json_add_number(object, "cpu_ns", domain->cpu_ns);
	cli_json_add_number(object, "uptime_ns", domain->uptime_ns);
	cli_json_add_number(object, "first_entry_ns", domain->first_entry_ns);
	cli_json_add_number(object, "rmi_calls", domain->rmi_calls);
	cli_json_add_number(object, "exits", domain->exits);
	cli_json_add_number(object, "devices", domain->devices);
	if (domain->realm)
		cli_json_add_number(object, "untrusted_devices",
				    domain->devices);
	return object;
}

/* ---- Each domain of a host ------------------------------------------- */

static int each_named(const struct cli_call *call, struct cli_session *session,
		      cli_each_fn *each, struct json_object *list)
{
	struct reeve_domain domain;
	int result = REEVE_OK;

	for (size_t i = 0; result == REEVE_OK && i < call->operand_count; i++) {
		result = reeve_domain_find(session->host, call->operands[i],
					   &domain, session->report);
		if (result == REEVE_OK)
			result = each(call, session, &domain, list);
	}
	return result;
}

static int each_all(const struct cli_call *call, struct cli_session *session,
		    cli_each_fn *each, struct json_object *list)
{
	struct reeve_domain domain = { 0 };
	int result;

	while ((result = reeve_domain_next(session->host, domain.domid + 1,
					   &domain, session->report)) ==
	       REEVE_OK) {
		result = each(call, session, &domain, list);
		if (result != REEVE_OK)
			break;
	}
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

int cli_visit_domains(const struct cli_call *call, const char *header,
		      cli_each_fn *each)
{
	bool json = (call->options & CLI_JSON) != 0;
	struct json_object *list = json ? json_object_new_array() : NULL;
	struct cli_session session;
	int code;
	int result;

	if (!cli_open_host(&session, call, &code)) {
		json_object_put(list);
		return code;
	}
	if (!json)
		puts(header);
	if (call->operand_count > 0)
		result = each_named(call, &session, each, list);
	else
		result = each_all(call, &session, each, list);
	cli_leave_host(&session);
	if (json && result == REEVE_OK)
		code = cli_print_json(json_object_get(list));
	else
		code = cli_finish_output();
	json_object_put(list);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

/* ---- list ------------------------------------------------------------ */

static int list_one(const struct cli_call *call, struct cli_session *session,
		    const struct reeve_domain *domain, struct json_object *list)
{
	char letters[7];
	char uuid[37];

	(void)session;
	if (list != NULL) {
		json_object_array_add(list, cli_domain_json(domain));
		return REEVE_OK;
	}
	state_letters(domain, letters);
	cli_print_name(domain->name, 40);
	printf(" %5u %5" PRIu64 " %5u     %s  %8.1f  %s", domain->domid,
	       domain->ram_size >> 20, domain->vcpus_online, letters,
	       (double)domain->cpu_ns / NS_PER_SECOND,
	       domain->realm ? "yes" : "no");
	if ((call->options & CLI_VERBOSE) != 0) {
		uuid_text(domain->uuid, uuid);
		printf("  %s ", uuid);
		cli_print_safely(domain->text[0] != '\0' ? domain->text : "-");
		if (domain->devices > 0) {
			printf("  %u %sdevice%s", domain->devices,
			       domain->realm ? "untrusted " : "",
			       domain->devices == 1 ? "" : "s");
		}
	}
	putchar('\n');
	return REEVE_OK;
}

int cli_list(const struct cli_call *call)
{
	bool verbose = (call->options & CLI_VERBOSE) != 0;

	return cli_visit_domains(
		call,
		verbose ? "Name                                        ID   Mem "
			  "VCPUs\tState\tTime(s) Realm UUID / Reason"
			: "Name                                        ID   Mem "
			  "VCPUs\tState\tTime(s) Realm",
		list_one);
}

/* ---- uptime ---------------------------------------------------------- */

static int uptime_one(const struct cli_call *call, struct cli_session *session,
		      const struct reeve_domain *domain,
		      struct json_object *list)
{
	(void)call;
	(void)session;
	if (list != NULL) {
		json_object_array_add(list, cli_domain_json(domain));
		return REEVE_OK;
	}
	cli_print_name(domain->name, 33);
	printf(" %4u ", domain->domid);
	cli_print_uptime(domain->uptime_ns);
	putchar('\n');
	return REEVE_OK;
}

int cli_uptime(const struct cli_call *call)
{
	return cli_visit_domains(call,
				 "Name                                ID Uptime",
				 uptime_one);
}

/* ---- vcpu-list ------------------------------------------------------- */

static void vcpu_print(const struct reeve_domain *domain,
		       const struct reeve_vcpu *vcpu)
{
	bool runs = domain->state == REEVE_DOMAIN_RUNNING && vcpu->online;
	const char *state = "--p";

	if (runs)
		state = vcpu->running ? "r--" : "-b-";
	cli_print_name(domain->name, 32);
	printf(" %5u %5u", domain->domid, vcpu->index);
	if (vcpu->online)
		printf(" %5u   %s", vcpu->core, state);
	else
		printf(" %5s   %s", "-", "---");
	printf(" %9.1f  all / all\n", (double)vcpu->cpu_ns / NS_PER_SECOND);
}

static struct json_object *vcpu_json(const struct reeve_domain *domain,
				     const struct reeve_vcpu *vcpu)
{
	struct json_object *object = json_object_new_object();
	struct json_object *exits = json_object_new_object();

	cli_json_add_number(object, "domid", domain->domid);
	cli_json_add_text(object, "name", domain->name);
	cli_json_add_number(object, "vcpu", vcpu->index);
	cli_json_add_bool(object, "online", vcpu->online);
	cli_json_add_bool(object, "running", vcpu->running);
	cli_json_add_number(object, "cpu", vcpu->core);
	cli_json_add_number(object, "cpu_ns", vcpu->cpu_ns);
	for (unsigned i = 0; i < REEVE_EXIT_KINDS; i++)
		cli_json_add_number(exits, reeve_exit_name(i), vcpu->exits[i]);
	json_object_object_add(object, "exits", exits);
	return object;
}

static int vcpus_one(const struct cli_call *call, struct cli_session *session,
		     const struct reeve_domain *domain, struct json_object *list)
{
	int result = REEVE_OK;

	(void)call;
	for (unsigned i = 0; result == REEVE_OK && i < domain->vcpus; i++) {
		struct reeve_vcpu vcpu;

		result = reeve_domain_vcpu(session->host, domain->domid, i,
					   &vcpu, session->report);
		if (result == REEVE_OK && list != NULL)
			json_object_array_add(list, vcpu_json(domain, &vcpu));
		else if (result == REEVE_OK)
			vcpu_print(domain, &vcpu);
	}
	return result;
}

int cli_vcpu_list(const struct cli_call *call)
{
	return cli_visit_domains(
		call,
		"Name                                ID  VCPU   CPU State   "
		"Time(s) Affinity (Hard / Soft)",
		vcpus_one);
}
