/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve info, dmesg: print what a host reports about itself. reeve version:
 * what this program is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

#define DMESG_SIZE 4096 /* bytes asked for at a time */
#define WHY_NOT    "realms_why_not"

/* Makes an object of the facts, in the order in which they are printed. */
static struct json_object *info_json(const struct reeve_host_info *info)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "nr_cpus", info->cores },
		{ "nr_domains", info->domains },
		{ "total_memory", info->memory_total >> 20 },
		{ "free_memory", info->memory_free >> 20 },
		{ "dma_memory", info->dma_total >> 20 },
		{ "free_dma_memory", info->dma_free >> 20 },
		{ "dma_faults", info->dma_faults },
		{ "pages_used", info->pages_used },
		{ "granules_delegated", info->granules_delegated },
		{ "free_consoles", info->consoles_free },
		{ "ipa_bits", info->ipa_bits },
		{ "max_recs", info->max_recs },
		{ "device_slots", info->slots },
		{ "free_device_slots", info->slots_free },
		{ "device_requests", info->requests_in_flight },
		{ "device_pages", info->pages_pinned },
		{ "uptime_ns", info->uptime_ns },
	};
	struct json_object *object = json_object_new_object();
	char rmi[64];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		cli_json_add_number(object, numbers[i].name, numbers[i].value);
	}
	cli_json_add_bool(object, "realms", info->realms);
	if (info->rmm_text[0] != '\0')
		cli_json_add_text(object, WHY_NOT, info->rmm_text);
	snprintf(rmi, sizeof(rmi), "%u.%u-%u.%u", info->rmi_lower >> 16,
		 info->rmi_lower & 0xffff, info->rmi_higher >> 16,
		 info->rmi_higher & 0xffff);
	cli_json_add_text(object, "rmi_version", rmi);
	cli_json_add_bool(object, "debug_console", info->debug);
	return object;
}

/* Prints the value of one field. A host that runs Realms has nothing to say of
 * why it does not. */
static int field_print(const char *name, struct json_object *info, bool json)
{
	struct json_object *value;

	if (!json_object_object_get_ex(info, name, &value)) {
		if (strcmp(name, WHY_NOT) == 0)
			return CLI_OK;
		fprintf(stderr,
			"reeve info: no such field: %s\nTry: reeve info\n",
			name);
		return CLI_WRONG;
	}
	if (json)
		return cli_print_json(json_object_get(value));
	puts(json_object_get_string(value));
	return cli_finish_output();
}

static int info_print(const struct cli_call *call, struct json_object *info)
{
	bool json = (call->options & CLI_JSON) != 0;
	int code;

	if (call->config != NULL) {
		code = field_print(call->config, info, json);
		json_object_put(info);
		return code;
	}
	if (json)
		return cli_print_json(info);
	json_object_object_foreach(info, name, value)
	{
		printf("%-23s: %s\n", name, json_object_get_string(value));
	}
	json_object_put(info);
	return cli_finish_output();
}

int cli_info(const struct cli_call *call)
{
	struct reeve_host_info info;
	struct cli_session session;
	int code;
	int result;

	if (!cli_open_host(&session, call, &code))
		return code;
	result = reeve_host_ask(session.host, &info, session.report);
	cli_leave_host(&session);
	if (result == REEVE_OK)
		code = info_print(call, info_json(&info));
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

/* Prints log lines. Bytes that could confuse a terminal are printed as
 * escapes. */
static void print_log(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f))
			putchar(c);
		else if (c != '\r')
			printf("\\x%02x", c);
	}
}

int cli_dmesg(const struct cli_call *call)
{
	struct cli_session session;
	char text[DMESG_SIZE];
	uint64_t from = 0;
	size_t got = 0;
	int code;
	int result;

	if (!cli_open_host(&session, call, &code))
		return code;
	do {
		result = reeve_host_dmesg(session.host, &from, text,
					  sizeof(text), &got, session.report);
		if (result == REEVE_OK)
			print_log(text, got);
	} while (result == REEVE_OK && got > 0);
	cli_leave_host(&session);
	code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

int cli_version(const struct cli_call *call)
{
	(void)call;
	printf("reeve %s\n", reeve_version_text());
	return cli_finish_output();
}
