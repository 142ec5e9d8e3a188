/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds what is in a slot, and takes it out: first the device, then what it
 * worked on. */
#include <json-c/json.h>
#include <string.h>

#include "toolstack/devices/images.h"
#include "toolstack/devices/plug.h"
#include "toolstack/devices/slot.h"
#include "toolstack/host/clock.h"

/* The pause between two attempts to remove what QEMU still holds. */
#define BUSY_POLL_MS 5

static int tell_refusal(const struct qmp *qmp, const char *command,
			struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
			    "QEMU refuses %s: %s", command, qmp_words(qmp));
}

/* Executes a command whose refusal is an error. */
static int unplug_call(struct qmp *qmp, const char *command,
		       struct json_object *arguments, struct json_object **out,
		       struct reeve_report *report)
{
	int result = qmp_call(qmp, command, arguments, out, report);

	return result == REEVE_ERR_ENGINE ? tell_refusal(qmp, command, report)
					  : result;
}

static struct json_object *one_argument(const char *name, const char *value)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, name, json_object_new_string(value));
	return object;
}

/* ---- Finding ------------------------------------------------------------ */

/* A command that lists things, and the member with the id of each. */
struct listing {
	const char *command;
	const char *path; /* for qom-list, else NULL */
	const char *member;
};

enum {
	LIST_DEVICES,
	LIST_NODES,
	LIST_CHARDEVS,
	LIST_OBJECTS,
	LISTS,
};

static const struct listing listings[LISTS] = {
	[LIST_DEVICES] = { "qom-list", "/machine/peripheral", "name" },
	/* Unlike query-named-block-nodes, it accesses no image. */
	[LIST_NODES] = { "query-blockstats", NULL, "node-name" },
	[LIST_CHARDEVS] = { "query-chardev", NULL, "label" },
	[LIST_OBJECTS] = { "qom-list", "/objects", "name" },
};

/* Something of a slot that is listed. */
struct listed {
	struct json_object *item;
	const char *id;
	unsigned slot;
};

/* Does something with what is listed. A result other than 0 ends the visit. */
typedef int visit_fn(void *context, const struct listed *listed);

static int ids_visit(struct json_object *list, const char *member,
		     visit_fn *visit, void *context)
{
	size_t count = json_object_is_type(list, json_type_array)
			       ? json_object_array_length(list)
			       : 0;
	int result = REEVE_OK;

	for (size_t i = 0; result == REEVE_OK && i < count; i++) {
		struct listed listed = {
			.item = json_object_array_get_idx(list, i),
		};
		struct json_object *id;

		if (!json_object_object_get_ex(listed.item, member, &id) ||
		    !json_object_is_type(id, json_type_string))
			continue;
		listed.id = json_object_get_string(id);
		if (slot_of(listed.id, &listed.slot))
			result = visit(context, &listed);
	}
	return result;
}

static struct json_object *listing_arguments(const struct listing *listing)
{
	struct json_object *arguments;

	if (listing->path != NULL)
		return one_argument("path", listing->path);
	if (listing != &listings[LIST_NODES])
		return NULL;
	arguments = json_object_new_object();
	json_object_object_add(arguments, "query-nodes",
			       json_object_new_boolean(true));
	return arguments;
}

static int list_visit(struct qmp *qmp, const struct listing *listing,
		      visit_fn *visit, void *context,
		      struct reeve_report *report)
{
	struct json_object *list = NULL;
	int result = unplug_call(qmp, listing->command,
				 listing_arguments(listing), &list, report);

	if (result == REEVE_OK)
		result = ids_visit(list, listing->member, visit, context);
	json_object_put(list);
	return result;
}

static int slot_mark(void *context, const struct listed *listed)
{
	bool *used = context;

	used[listed->slot] = true;
	return REEVE_OK;
}

int plug_find(struct qmp *qmp, bool *used, struct reeve_report *report)
{
	int result = REEVE_OK;

	memset(used, 0, PLUG_SLOTS_MAX * sizeof(*used));
	for (int i = 0; result == REEVE_OK && i < LISTS; i++)
		result = list_visit(qmp, &listings[i], slot_mark, used, report);
	return result;
}

/* ---- Removing ----------------------------------------------------------- */

/* Removes the device and waits until it is gone. */
static int device_remove(struct qmp *qmp, unsigned slot,
			 struct reeve_report *report)
{
	struct slot_id id = slot_id(slot);
	int result = qmp_call(qmp, "device_del", one_argument("id", id.text),
			      NULL, report);

	if (result == REEVE_OK)
		return qmp_await_deleted(qmp, id.text, report);
	if (result == REEVE_ERR_ENGINE)
		return qmp_was_absent(qmp)
			       ? REEVE_OK
			       : tell_refusal(qmp, "device_del", report);
	return result;
}

/*
 * Removes something that the device may still hold for a moment: QEMU lets go
 * of a device's parts only after it has told that the device is gone.
 */
static int remove_patiently(struct qmp *qmp, const char *command,
			    const char *name, const char *id,
			    struct reeve_report *report)
{
	int64_t deadline = clock_ms() + QMP_PATIENCE_MS;
	int result;

	do {
		result = qmp_call(qmp, command, one_argument(name, id), NULL,
				  report);
		if (result != REEVE_ERR_ENGINE)
			return result;
		if (qmp_was_absent(qmp))
			return REEVE_OK;
		clock_pause(BUSY_POLL_MS);
	} while (clock_ms() < deadline);
	return tell_refusal(qmp, command, report);
}

/* The removal of what a listing shows of one slot. */
struct removal {
	struct qmp *qmp;
	unsigned slot;
	const char *command;
	const char *name; /* of the argument */
	struct reeve_report *report;
};

static int removal_visit(void *context, const struct listed *listed)
{
	const struct removal *removal = context;

	if (listed->slot != removal->slot)
		return REEVE_OK;
	return remove_patiently(removal->qmp, removal->command, removal->name,
				listed->id, removal->report);
}

static int remove_listed(struct qmp *qmp, unsigned slot, int list,
			 const char *command, const char *name,
			 struct reeve_report *report)
{
	struct removal removal = { qmp, slot, command, name, report };

	return list_visit(qmp, &listings[list], removal_visit, &removal, report);
}

int plug_empty_network(struct qmp *qmp, unsigned slot,
		       struct reeve_report *report)
{
	return remove_patiently(qmp, "netdev_del", "id", slot_id(slot).text,
				report);
}

/* ---- Closing images ------------------------------------------------------- */

static const struct listing images = { "query-named-block-nodes", NULL,
				       "node-name" };

/* The images of these slots are flushed. */
struct flush {
	struct qmp *qmp;
	const bool *wanted; /* by slot */
	struct reeve_report *report;
};

/* Has what was written to the image of a node reach its storage. */
static int flush_visit(void *context, const struct listed *listed)
{
	const struct flush *flush = context;
	struct json_object *image;
	struct json_object *name;

	if (!flush->wanted[listed->slot] ||
	    !json_object_object_get_ex(listed->item, "image", &image) ||
	    !json_object_object_get_ex(image, "filename", &name) ||
	    !json_object_is_type(name, json_type_string))
		return REEVE_OK;
	return image_flush(json_object_get_string(name),
			   qmp_watched(flush->qmp), flush->report);
}

int plug_flush(struct qmp *qmp, const bool *wanted, struct reeve_report *report)
{
	struct flush flush = { qmp, wanted, report };

	return list_visit(qmp, &images, flush_visit, &flush, report);
}

int plug_empty(struct qmp *qmp, unsigned slot, struct reeve_report *report)
{
	int result = device_remove(qmp, slot, report);

	if (result == REEVE_OK)
		result = plug_empty_network(qmp, slot, report);
	if (result == REEVE_OK) {
		result = remove_listed(qmp, slot, LIST_CHARDEVS,
				       "chardev-remove", "id", report);
	}
	if (result == REEVE_OK) {
		result = remove_listed(qmp, slot, LIST_NODES, "blockdev-del",
				       "node-name", report);
	}
	if (result == REEVE_OK) {
		result = remove_listed(qmp, slot, LIST_OBJECTS, "object-del",
				       "id", report);
	}
	return result;
}
