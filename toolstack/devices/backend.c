/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the host's side of devices. */
#include "toolstack/devices/backend.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "toolstack/devices/holder.h"
#include "toolstack/devices/look.h"
#include "toolstack/devices/refuse.h"
#include "toolstack/report/report.h"

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_words(struct json_object *object, const char *name,
		      struct words words)
{
	json_object_object_add(
		object, name,
		json_object_new_string_len(words.at, (int)words.length));
}

static void add_flag(struct json_object *object, const char *name, bool value)
{
	json_object_object_add(object, name, json_object_new_boolean(value));
}

/* ---- Disks -------------------------------------------------------------- */

/* Makes the node below, which reads and writes the file. Locks are taken in any
 * case: two guests must not write one image. */
static struct json_object *file_node(const struct domain_disk *disk, bool block)
{
	struct json_object *node = json_object_new_object();

	add_text(node, "driver", block ? "host_device" : "file");
	add_text(node, "filename", disk_path(disk).text);
	add_text(node, "locking", "on");
	return node;
}

static struct json_object *cache_of(const struct domain_disk *disk)
{
	struct json_object *cache = json_object_new_object();

	/* A flush of the guest always reaches the disk: no-flush is off. */
	add_flag(cache, "direct", disk->direct);
	add_flag(cache, "no-flush", false);
	return cache;
}

int backend_disk(const struct domain_disk *disk, const char *id,
		 struct json_object **out, struct reeve_report *report)
{
	static const char *const drivers[] = {
		[DISK_FORMAT_RAW] = "raw",     [DISK_FORMAT_QCOW] = "qcow",
		[DISK_FORMAT_QCOW2] = "qcow2", [DISK_FORMAT_VHD] = "vpc",
		[DISK_FORMAT_QED] = "qed",     [DISK_FORMAT_EMPTY] = "raw",
	};
	struct json_object *node;
	bool block = false;
	int result = look_disk(disk, &block, report);

	if (result != REEVE_OK)
		return result;
	node = json_object_new_object();
	add_text(node, "driver", drivers[disk->format]);
	add_text(node, "node-name", id);
	add_flag(node, "read-only", !disk->writable);
	add_text(node, "discard", disk->keep ? "ignore" : "unmap");
	json_object_object_add(node, "cache", cache_of(disk));
	json_object_object_add(node, "file", file_node(disk, block));
	*out = node;
	return REEVE_OK;
}

/* Names the other user of a locked image. */
static int tell_locked(const struct domain_disk *disk,
		       struct reeve_report *report)
{
	struct disk_path path = disk_path(disk);
	struct holder holder;
	char why[80] = "a process that is not yours";

	if (holder_find(path.text, &holder)) {
		(void)snprintf(why, sizeof(why), "process %ld (%s)", holder.pid,
			       holder.program);
	}
	return disk_refuse(disk, "end the other guest, or give both access=ro",
			   "is in use elsewhere", why, report);
}

bool backend_disk_is_locked(const char *words)
{
	return strstr(words, "lock") != NULL;
}

int backend_disk_refused(const struct domain_disk *disk, const char *words,
			 struct reeve_report *report)
{
	const char *hint = NULL;

	if (backend_disk_is_locked(words))
		return tell_locked(disk, report);
	if (strstr(words, "format") != NULL || strstr(words, "image") != NULL)
		hint = "write its format: raw, qcow, qcow2, vhd or qed";
	return disk_refuse(disk, hint, "cannot be opened by QEMU", words,
			   report);
}

/* ---- Network interfaces ------------------------------------------------- */

static void bridge_network(const struct domain_vif *vif,
			   struct json_object *network)
{
	add_text(network, "type", "bridge");
	add_words(network, "br", vif->bridge);
	add_text(network, "helper", look_bridge_helper());
}

/* An interface of the host that was made before: no script configures it. */
static void tap_network(const struct domain_vif *vif,
			struct json_object *network)
{
	add_text(network, "type", "tap");
	add_words(network, "ifname", vif->vifname);
	add_text(network, "script", "no");
	add_text(network, "downscript", "no");
}

static void user_network(const struct domain_vif *vif,
			 struct json_object *network)
{
	struct json_object *forwards = json_object_new_array();
	char text[64];

	add_text(network, "type", "user");
	for (size_t i = 0; i < vif->forward_count; i++) {
		const struct vif_forward *forward = &vif->forwards[i];
		struct json_object *item = json_object_new_object();

		(void)snprintf(text, sizeof(text), "%s:%.*s:%u-:%u",
			       vif_protocol_words[forward->protocol],
			       SHOWN(forward->address), forward->host_port,
			       forward->guest_port);
		add_text(item, "str", text);
		json_object_array_add(forwards, item);
	}
	json_object_object_add(network, "hostfwd", forwards);
}

int backend_vif(const struct domain_vif *vif, const char *id,
		struct json_object **out, struct reeve_report *report)
{
	struct json_object *network;
	int result = look_vif(vif, report);

	if (result != REEVE_OK)
		return result;
	network = json_object_new_object();
	add_text(network, "id", id);
	if (vif->bridge.at != NULL)
		bridge_network(vif, network);
	else if (vif->vifname.at != NULL)
		tap_network(vif, network);
	else
		user_network(vif, network);
	*out = network;
	return REEVE_OK;
}

/* QEMU names the rule that it could not set up: that of a port which some
 * other program has. */
static const struct vif_forward *forward_named(const struct domain_vif *vif,
					       const char *words)
{
	char port[16];

	for (size_t i = 0; i < vif->forward_count; i++) {
		(void)snprintf(port, sizeof(port),
			       ":%u-:", vif->forwards[i].host_port);
		if (strstr(words, port) != NULL &&
		    strstr(words, vif_protocol_words[vif->forwards[i].protocol]) !=
			    NULL)
			return &vif->forwards[i];
	}
	return NULL;
}

int backend_vif_refused(const struct domain_vif *vif, const char *words,
			struct reeve_report *report)
{
	const struct vif_forward *forward = forward_named(vif, words);
	struct report_place place;

	if (forward != NULL) {
		return vif_refuse(vif, forward->all,
				  "choose another port (ss -tulpn shows who has "
				  "it), or 127.0.0.1 or 0.0.0.0",
				  "cannot be forwarded: the port of the host "
				  "is taken or may not be used, or the address "
				  "is not the host's",
				  NULL, report);
	}
	if (vif->bridge.at != NULL) {
		return vif_refuse(vif, vif->bridge,
				  "write \"allow NAME\" into "
				  "/etc/qemu/bridge.conf; the helper has to be "
				  "setuid root",
				  "cannot be attached to", words, report);
	}
	if (vif->vifname.at != NULL) {
		return vif_refuse(vif, vif->vifname,
				  strstr(words, "busy") != NULL
					  ? "end the program that has it, or "
					    "name another"
					  : "make it for the user of the host: "
					    "ip tuntap add NAME mode tap user "
					    "YOU",
				  "cannot be used", words, report);
	}
	place = domain_words_place(vif->entry, (struct words){ 0 });
	return report_error(report, REEVE_ERR_CONFIG, &place, key_name(KEY_vif),
			    NULL, "QEMU does not make the network: %s", words);
}

/* ---- Channels ----------------------------------------------------------- */

static struct json_object *socket_backend(struct words path)
{
	struct json_object *address = json_object_new_object();
	struct json_object *place = json_object_new_object();
	struct json_object *data = json_object_new_object();
	struct json_object *backend = json_object_new_object();

	add_words(place, "path", path);
	add_text(address, "type", "unix");
	json_object_object_add(address, "data", place);
	json_object_object_add(data, "addr", address);
	add_flag(data, "server", true);
	add_flag(data, "wait", false);
	add_text(backend, "type", "socket");
	json_object_object_add(backend, "data", data);
	return backend;
}

static struct json_object *pty_backend(void)
{
	struct json_object *backend = json_object_new_object();

	add_text(backend, "type", "pty");
	json_object_object_add(backend, "data", json_object_new_object());
	return backend;
}

int backend_channel(const struct domain_channel *channel, const char *id,
		    struct json_object **out, struct reeve_report *report)
{
	struct json_object *chardev;
	int result = look_channel(channel, report);

	if (result == REEVE_OK)
		result = look_channel_free(channel, report);
	if (result != REEVE_OK)
		return result;
	chardev = json_object_new_object();
	add_text(chardev, "id", id);
	json_object_object_add(chardev, "backend",
			       channel->connection == CHANNEL_SOCKET
				       ? socket_backend(channel->path)
				       : pty_backend());
	*out = chardev;
	return REEVE_OK;
}

/* ---- Shared folders ----------------------------------------------------- */

int backend_p9(const struct domain_p9 *folder, char id[SHARE_ID],
	       struct reeve_report *report)
{
	char path[PATH_MAX];
	int result = look_p9(folder, path, report);

	if (result == REEVE_OK)
		share_id(path, look_p9_way(folder), id);
	return result;
}

int backend_p9_refused(const struct domain_p9 *folder, const char *words,
		       struct reeve_report *report)
{
	if (strstr(words, "fsdev") == NULL)
		return p9_refuse(folder, NULL, "cannot be shared", words,
				 report);
	return p9_refuse(folder,
			 "start the host with it: reeve host start --share "
			 "FOLDER (QEMU learns of folders only then)",
			 "is not shared by this host", NULL, report);
}
