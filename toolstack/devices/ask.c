/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the properties of QEMU's devices and of what they work on. */
#include "toolstack/devices/ask.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "toolstack/devices/slot.h"
#include "toolstack/host/reply.h"

static int tell_refusal(const struct qmp *qmp, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
			    "QEMU does not tell of a device: %s",
			    qmp_words(qmp));
}

/* Copies the text of a member; "" if it is not there. */
static void text_copy(struct json_object *object, const char *name, char *to,
		      size_t size)
{
	struct json_object *member;
	const char *text = "";

	if (json_object_object_get_ex(object, name, &member) &&
	    json_object_is_type(member, json_type_string))
		text = json_object_get_string(member);
	reply_text(to, size, (const uint8_t *)text, strlen(text));
}

/* Gets a property of a device. Returns REEVE_ERR_ENGINE, not reported, if there
 * is no such device. */
static int property_get(struct qmp *qmp, const char *device, const char *name,
			struct json_object **out, struct reeve_report *report)
{
	struct json_object *arguments = json_object_new_object();
	char path[64];

	(void)snprintf(path, sizeof(path), "/machine/peripheral/%s", device);
	json_object_object_add(arguments, "path", json_object_new_string(path));
	json_object_object_add(arguments, "property",
			       json_object_new_string(name));
	return qmp_call(qmp, "qom-get", arguments, out, report);
}

static int property_text(struct qmp *qmp, const char *device, const char *name,
			 char *to, size_t size, struct reeve_report *report)
{
	struct json_object *value = NULL;
	const char *text;
	int result = property_get(qmp, device, name, &value, report);

	if (result != REEVE_OK)
		return result;
	text = json_object_is_type(value, json_type_string)
		       ? json_object_get_string(value)
		       : "";
	reply_text(to, size, (const uint8_t *)text, strlen(text));
	json_object_put(value);
	return REEVE_OK;
}

/* Returns the element of a list whose member has that text, or NULL. */
static struct json_object *list_find(struct json_object *list,
				     const char *member, const char *text)
{
	size_t count = json_object_is_type(list, json_type_array)
			       ? json_object_array_length(list)
			       : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *value;

		if (json_object_object_get_ex(item, member, &value) &&
		    json_object_is_type(value, json_type_string) &&
		    strcmp(json_object_get_string(value), text) == 0)
			return item;
	}
	return NULL;
}

/* ---- Disks -------------------------------------------------------------- */

static void node_read(struct json_object *node, struct reeve_attached *out)
{
	struct json_object *member;
	struct json_object *image;

	text_copy(node, "drv", out->format, sizeof(out->format));
	out->writable = json_object_object_get_ex(node, "ro", &member) &&
			!json_object_get_boolean(member);
	if (!json_object_object_get_ex(node, "image", &image))
		return;
	text_copy(image, "filename", out->target, sizeof(out->target));
	if (json_object_object_get_ex(image, "virtual-size", &member))
		out->size = json_object_get_uint64(member);
}

int ask_disk(struct qmp *qmp, unsigned slot, struct reeve_attached *out,
	     struct reeve_report *report)
{
	struct slot_id id = slot_id(slot);
	struct json_object *list = NULL;
	int result = property_text(qmp, id.text, "serial", out->name,
				   sizeof(out->name), report);

	if (result == REEVE_OK) {
		result = qmp_call(qmp, "query-named-block-nodes", NULL, &list,
				  report);
	}
	if (result == REEVE_OK)
		node_read(list_find(list, "node-name", id.text), out);
	json_object_put(list);
	return result == REEVE_ERR_ENGINE ? tell_refusal(qmp, report) : result;
}

/* ---- Network interfaces ------------------------------------------------- */

int ask_vif(struct qmp *qmp, unsigned slot, struct reeve_attached *out,
	    struct reeve_report *report)
{
	struct slot_id id = slot_id(slot);
	struct json_object *mtu = NULL;
	int result = property_text(qmp, id.text, "mac", out->mac,
				   sizeof(out->mac), report);

	if (result == REEVE_OK)
		result = property_get(qmp, id.text, "host_mtu", &mtu, report);
	if (result == REEVE_OK)
		out->mtu = (unsigned)json_object_get_int(mtu);
	json_object_put(mtu);
	return result == REEVE_ERR_ENGINE ? tell_refusal(qmp, report) : result;
}

/* ---- Channels ----------------------------------------------------------- */

/* Reads how QEMU writes the other end: "pty:/dev/pts/3", or, with "disconnected:"
 * before it while nobody is connected, "unix:/run/a.sock,server=on". */
static void end_read(const char *text, struct reeve_attached *out)
{
	static const struct {
		const char *before;
		const char *connection;
	} kinds[] = {
		{ "pty:", "pty" },
		{ "unix:", "socket" },
	};
	char *option;
	bool closed = strncmp(text, "disconnected:", 13) == 0;

	if (closed)
		text += 13;
	/* QEMU does not say whether a terminal is open. */
	out->connected = !closed && strncmp(text, "pty:", 4) != 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].before);

		if (strncmp(text, kinds[i].before, length) == 0) {
			strcpy(out->format, kinds[i].connection);
			text += length;
		}
	}
	reply_text(out->target, sizeof(out->target), (const uint8_t *)text,
		   strlen(text));
	option = strstr(out->target, ",server=");
	if (option != NULL)
		*option = '\0';
}

static void chardev_read(struct json_object *chardev, struct reeve_attached *out)
{
	struct json_object *end;

	if (json_object_object_get_ex(chardev, "filename", &end) &&
	    json_object_is_type(end, json_type_string))
		end_read(json_object_get_string(end), out);
}

/* Blanks tell the ports of different guests apart (plug.c). */
static void blanks_cut(char *name)
{
	size_t length = strlen(name);

	while (length > 0 && name[length - 1] == ' ')
		name[--length] = '\0';
}

int ask_channel(struct qmp *qmp, unsigned slot, unsigned part,
		struct reeve_attached *out, struct reeve_report *report)
{
	struct slot_id id = slot_part_id(slot, part);
	struct json_object *list = NULL;
	int result = property_text(qmp, slot_port_id(slot, part).text, "name",
				   out->name, sizeof(out->name), report);

	if (result == REEVE_ERR_ENGINE)
		return qmp_was_absent(qmp) ? REEVE_ERR_NO_DOMAIN
					   : tell_refusal(qmp, report);
	blanks_cut(out->name);
	if (result == REEVE_OK)
		result = qmp_call(qmp, "query-chardev", NULL, &list, report);
	if (result == REEVE_OK)
		chardev_read(list_find(list, "label", id.text), out);
	json_object_put(list);
	return result == REEVE_ERR_ENGINE ? tell_refusal(qmp, report) : result;
}
