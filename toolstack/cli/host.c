/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve host: starts, stops, trims and lists hosts, and shows their keys. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

bool cli_read_size(const char *text, uint64_t *bytes)
{
	static const char upper[] = "KMGT";
	static const char lower[] = "kmgt";
	unsigned shift = 20;
	uint64_t value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoull(text, &end, 10);
	if (*end != '\0') {
		size_t unit = 0;

		while (unit < 4 && *end != upper[unit] && *end != lower[unit])
			unit++;
		if (unit == 4 || end[1] != '\0')
			return false;
		shift = 10 * ((unsigned)unit + 1);
	}
	*bytes = value << shift;
	return value <= UINT64_MAX >> shift;
}

static bool read_cpus(const char *text, unsigned *cpus)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*cpus = (unsigned)value;
	return *text >= '0' && *text <= '9' && *end == '\0' && value > 0 &&
	       value <= 1000;
}

static bool option_refuse(const char *option, const char *text, const char *form)
{
	return cli_value_refuse("host start", option, text, form);
}

#define SIZE_FORM "a number of MiB, or one with K, M, G or T behind it: 4G"

static bool options_read(const struct cli_call *call,
			 struct reeve_host_options *options)
{
	const char *memory = cli_value(call, CLI_MEMORY);
	const char *dma = cli_value(call, CLI_DMA_MEMORY);
	const char *cpus = cli_value(call, CLI_CPUS);

	*options = (struct reeve_host_options){
		.name = cli_host_name(call),
		.debug_console = (call->options & CLI_DEBUG_CONSOLE) != 0,
		.shares = cli_value(call, CLI_SHARE),
		.monitor = cli_value(call, CLI_MONITOR),
		.rmm = cli_value(call, CLI_RMM),
		.hypervisor = cli_value(call, CLI_HYPERVISOR),
		.kernel = cli_value(call, CLI_KERNEL),
		.initrd = cli_value(call, CLI_INITRD),
		.cmdline = cli_value(call, CLI_CMDLINE),
		.hypervisor_cmdline = cli_value(call, CLI_HYP_CMDLINE),
	};
	if (memory != NULL &&
	    (!cli_read_size(memory, &options->memory) || options->memory == 0))
		return option_refuse("--memory", memory, SIZE_FORM);
	if (dma != NULL && (!cli_read_size(dma, &options->dma_memory) ||
			    options->dma_memory == 0))
		return option_refuse("--dma-memory", dma, SIZE_FORM);
	if (cpus != NULL && !read_cpus(cpus, &options->cpus))
		return option_refuse("--cpus", cpus, "a number, 1 to 32");
	return true;
}

int cli_host_start(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_host_options options;
	int result = REEVE_ERR_ARGUMENT;

	if (session.report == NULL)
		result = REEVE_ERR_MEMORY;
	else if (options_read(call, &options))
		result = reeve_host_start(&options, cli_watch(), session.report);
	return cli_close(&session, result);
}

int cli_host_stop(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	int result = REEVE_ERR_MEMORY;

	if (session.report != NULL) {
		result = reeve_host_stop(cli_host_name(call), cli_watch(),
					 session.report);
	}
	return cli_close(&session, result);
}

int cli_host_trim(const struct cli_call *call)
{
	struct cli_session session;
	uint64_t freed;
	int code;
	int result;

	if (!cli_open_host(&session, call, &code))
		return code;
	result = reeve_host_trim(session.host, cli_watch(), &freed,
				 session.report);
	cli_leave_host(&session);
	cli_watch_clear();
	code = CLI_OK;
	if (result == REEVE_OK && (call->options & CLI_QUIET) == 0) {
		printf("%" PRIu64 " MiB given back\n", freed >> 20);
		code = cli_finish_output();
	}
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

/* Returns a key in PEM as a JWK, which the caller frees; NULL: no memory is
 * left, as a host's key is one key. */
static char *key_jwk(const char *pem)
{
	struct reeve_report *report = reeve_report_new();
	struct reeve_keys *keys;
	char *jwk = NULL;

	if (report != NULL && reeve_keys_read(pem, strlen(pem), NULL, &keys,
					      report) == REEVE_OK) {
		jwk = reeve_keys_jwk(keys);
		reeve_keys_free(keys);
	}
	reeve_report_free(report);
	return jwk;
}

int cli_host_show_key(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	int result = REEVE_ERR_MEMORY;
	char *pem = NULL;
	int code = CLI_OK;

	if (session.report != NULL) {
		result = reeve_host_key(cli_host_name(call), &pem,
					session.report);
	}
	if (result == REEVE_OK && (call->options & CLI_JSON) != 0)
		code = cli_print_text(key_jwk(pem));
	else if (result == REEVE_OK)
		fputs(pem, stdout);
	free(pem);
	result = cli_close(&session, result);
	if (result == CLI_OK)
		result = code;
	return result != CLI_OK ? result : cli_finish_output();
}

/* ---- status, list ---------------------------------------------------- */

static const char *const state_names[] = {
	[REEVE_HOST_STARTING] = "starting",
	[REEVE_HOST_RUNNING] = "running",
	[REEVE_HOST_DEAD] = "dead",
	[REEVE_HOST_LOST] = "lost",
};

static struct json_object *entry_json(const struct reeve_host_entry *entry)
{
	struct json_object *object = json_object_new_object();

	cli_json_add_text(object, "name", entry->name);
	cli_json_add_text(object, "state", state_names[entry->state]);
	cli_json_add_text(object, "folder", entry->folder);
	if (entry->pid != 0)
		cli_json_add_number(object, "pid", (uint64_t)entry->pid);
	if (entry->state != REEVE_HOST_RUNNING)
		return object;
	cli_json_add_number(object, "memory", entry->memory);
	cli_json_add_number(object, "cpus", entry->cpus);
	cli_json_add_bool(object, "debug_console", entry->debug_console);
	if (entry->foreign)
		cli_json_add_text(object, "runs", entry->runs);
	return object;
}

static void print_entries(const struct reeve_host_entry *entries, size_t count)
{
	printf("%-16s %-9s %8s %8s %5s %-6s %s\n", "Name", "State", "PID",
	       "Mem(MiB)", "CPUs", "Debug", "Folder");
	for (size_t i = 0; i < count; i++) {
		printf("%-16s %-9s %8ld %8" PRIu64 " %5u %-6s %s\n",
		       entries[i].name, state_names[entries[i].state],
		       entries[i].pid, entries[i].memory >> 20, entries[i].cpus,
		       entries[i].debug_console ? "yes" : "no",
		       entries[i].folder);
	}
}

int cli_host_list(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_host_entry *entries = NULL;
	struct json_object *list;
	int result = REEVE_ERR_MEMORY;
	int code = CLI_OK;
	size_t count;

	if (session.report != NULL)
		result = reeve_host_list(&entries, &count, session.report);
	if (result != REEVE_OK)
		return cli_close(&session, result);
	if ((call->options & CLI_JSON) != 0) {
		list = json_object_new_array();
		for (size_t i = 0; i < count; i++)
			json_object_array_add(list, entry_json(&entries[i]));
		code = cli_print_json(list);
	} else {
		print_entries(entries, count);
		code = cli_finish_output();
	}
	free(entries);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

/* Milliseconds. People ask for the status of a host that seems to be silent. */
#define STATUS_PATIENCE_MS 10000

/*
 * Asks a host that runs about its devices. Returns false if it does not answer;
 * why it does not is not the question that was asked.
 */
static bool dma_ask(const struct reeve_host_entry *entry,
		    struct reeve_host_info *info)
{
	struct reeve_report *unheard = reeve_report_new();
	struct reeve_host *host = NULL;
	bool answered = false;

	if (entry->state == REEVE_HOST_RUNNING && !entry->foreign &&
	    unheard != NULL &&
	    reeve_host_open(entry->name, cli_watch_for(STATUS_PATIENCE_MS),
			    &host, unheard) == REEVE_OK)
		answered = reeve_host_ask(host, info, unheard) == REEVE_OK;
	reeve_host_close(host);
	reeve_report_free(unheard);
	return answered;
}

static struct json_object *dma_json(const struct reeve_host_info *info)
{
	struct json_object *object = json_object_new_object();

	cli_json_add_number(object, "memory", info->dma_total);
	cli_json_add_number(object, "free_memory", info->dma_free);
	cli_json_add_number(object, "faults", info->dma_faults);
	cli_json_add_bool(object, "more_faults", info->dma_faults_more);
	if (info->dma_faults > 0) {
		cli_json_add_number(object, "last_address",
				    info->dma_fault_address);
		cli_json_add_number(object, "last_stream",
				    info->dma_fault_stream);
	}
	return object;
}

/* The stream is the bus, the device and the function. */
static void print_dma(const struct reeve_host_info *info)
{
	unsigned stream = info->dma_fault_stream;

	if (info->dma_total == 0) {
		puts("Devices: not kept from any memory");
		return;
	}
	printf("Devices: %" PRIu64 " MiB of memory (%" PRIu64
	       " MiB free), %s%" PRIu64 " accesses to other memory stopped",
	       info->dma_total >> 20, info->dma_free >> 20,
	       info->dma_faults_more ? "over " : "", info->dma_faults);
	if (info->dma_faults > 0) {
		printf(", the last at 0x%" PRIx64 " by %02x:%02x.%u",
		       info->dma_fault_address, stream >> 8, stream >> 3 & 0x1f,
		       stream & 7);
	}
	putchar('\n');
}

static int print_status(const struct cli_call *call,
			const struct reeve_host_entry *entry)
{
	struct reeve_host_info info;
	bool answered = dma_ask(entry, &info);
	struct json_object *object;

	if ((call->options & CLI_JSON) != 0) {
		object = entry_json(entry);
		if (answered)
			json_object_object_add(object, "dma", dma_json(&info));
		return cli_print_json(object);
	}
	print_entries(entry, 1);
	if (entry->foreign) {
		printf("Runs %s\nConsole: reeve console --host %s\n",
		       entry->runs, entry->name);
	} else if (answered)
		print_dma(&info);
	else if (entry->state == REEVE_HOST_RUNNING)
		puts("Devices: unknown, the host does not answer");
	return cli_finish_output();
}

/* The exit code is 0 if the host runs, and 1 if it does not. */
int cli_host_status(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_host_entry entry;
	int result = REEVE_ERR_MEMORY;
	int code = CLI_OK;

	if (session.report != NULL) {
		result = reeve_host_find(cli_host_name(call), &entry,
					 session.report);
	}
	if (result != REEVE_OK)
		return cli_close(&session, result);
	code = print_status(call, &entry);
	(void)cli_close(&session, result); /* result is REEVE_OK */
	return entry.state == REEVE_HOST_RUNNING ? code : CLI_FAILED;
}
