/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve block-list, network-list, channel-list: print the devices of domains;
 * and why xl's verbs that change them are not there. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

/* The domain whose devices are printed, or appended to the list. */
struct devices_print {
	const struct reeve_domain *domain;
	struct json_object *list; /* NULL: print */
};

/* Prints the columns that all kinds begin with. */
static void print_start(const struct devices_print *print,
			const struct reeve_attached *attached)
{
	printf("%4u %4u  ", print->domain->domid, attached->device.slot);
}

/* Prints the last column. */
static void print_end(const char *text, const struct reeve_attached *attached)
{
	cli_print_safely(text);
	if (attached->device.broken)
		fputs("  (broken: the guest must reset it)", stdout);
	putchar('\n');
}

/* Returns the members that all kinds have. */
static struct json_object *json_start(const struct devices_print *print,
				      const struct reeve_attached *attached)
{
	const struct reeve_domain_device *device = &attached->device;
	struct json_object *object = json_object_new_object();

	cli_json_add_number(object, "domid", print->domain->domid);
	cli_json_add_text(object, "domain", print->domain->name);
	cli_json_add_number(object, "index", device->index);
	cli_json_add_number(object, "slot", device->slot);
	cli_json_add_bool(object, "untrusted", attached->untrusted);
	cli_json_add_bool(object, "broken", device->broken);
	if (device->text[0] != '\0')
		cli_json_add_text(object, "text", device->text);
	cli_json_add_number(object, "requests", device->requests);
	cli_json_add_number(object, "in_flight", device->in_flight);
	cli_json_add_number(object, "pages_pinned", device->pages_pinned);
	return object;
}

/* ---- Disks -------------------------------------------------------------- */

static void block_print(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;

	print_start(print, attached);
	printf("%-8s %-6s %s  %9" PRIu64 "  %10" PRIu64 "  ", attached->name,
	       attached->format, attached->writable ? "rw" : "ro",
	       attached->size >> 20, attached->device.requests);
	print_end(attached->target, attached);
}

static void block_append(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;
	struct json_object *object = json_start(print, attached);

	cli_json_add_text(object, "vdev", attached->name);
	cli_json_add_text(object, "format", attached->format);
	cli_json_add_bool(object, "writable", attached->writable);
	cli_json_add_number(object, "size", attached->size);
	cli_json_add_text(object, "target", attached->target);
	json_object_array_add(print->list, object);
}

static int block_one(const struct cli_call *call, struct cli_session *session,
		     const struct reeve_domain *domain, struct json_object *list)
{
	struct devices_print print = { domain, list };

	(void)call;
	return reeve_domain_attached(session->host, domain, REEVE_ATTACHED_DISK,
				     list != NULL ? block_append : block_print,
				     &print, session->report);
}

int cli_block_list(const struct cli_call *call)
{
	return cli_visit_domains(call,
				 "  ID Slot  Vdev     Format       Size(MiB)"
				 "    Requests  Target",
				 block_one);
}

/* ---- Network interfaces ------------------------------------------------- */

static void network_print(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;
	char mtu[16] = "-";

	print_start(print, attached);
	if (attached->mtu != 0)
		(void)snprintf(mtu, sizeof(mtu), "%u", attached->mtu);
	printf("%-17s  %5s  %10" PRIu64, attached->mac, mtu,
	       attached->device.requests);
	print_end("", attached);
}

static void network_append(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;
	struct json_object *object = json_start(print, attached);

	cli_json_add_text(object, "mac", attached->mac);
	if (attached->mtu != 0)
		cli_json_add_number(object, "mtu", attached->mtu);
	json_object_array_add(print->list, object);
}

static int network_one(const struct cli_call *call, struct cli_session *session,
		       const struct reeve_domain *domain,
		       struct json_object *list)
{
	struct devices_print print = { domain, list };

	(void)call;
	return reeve_domain_attached(session->host, domain, REEVE_ATTACHED_VIF,
				     list != NULL ? network_append
						  : network_print,
				     &print, session->report);
}

int cli_network_list(const struct cli_call *call)
{
	return cli_visit_domains(
		call, "  ID Slot  Mac                  MTU    Requests",
		network_one);
}

/* ---- Channels ----------------------------------------------------------- */

static void channel_print(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;

	print_start(print, attached);
	printf("%-31s  %-6s  %-3s  ", attached->name, attached->format,
	       strcmp(attached->format, "socket") != 0 ? "-"
	       : attached->connected                   ? "yes"
						       : "no");
	print_end(attached->target, attached);
}

static void channel_append(void *context, const struct reeve_attached *attached)
{
	const struct devices_print *print = context;
	struct json_object *object = json_start(print, attached);

	cli_json_add_text(object, "name", attached->name);
	cli_json_add_text(object, "connection", attached->format);
	cli_json_add_text(object, "path", attached->target);
	if (strcmp(attached->format, "socket") == 0)
		cli_json_add_bool(object, "connected", attached->connected);
	json_object_array_add(print->list, object);
}

static int channel_one(const struct cli_call *call, struct cli_session *session,
		       const struct reeve_domain *domain,
		       struct json_object *list)
{
	struct devices_print print = { domain, list };

	(void)call;
	return reeve_domain_attached(
		session->host, domain, REEVE_ATTACHED_CHANNEL,
		list != NULL ? channel_append : channel_print, &print,
		session->report);
}

int cli_channel_list(const struct cli_call *call)
{
	return cli_visit_domains(call,
				 "  ID Slot  Name                             "
				 "Kind    Open Path",
				 channel_one);
}
