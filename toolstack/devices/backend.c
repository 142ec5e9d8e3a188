/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the host's side of devices. */
#include "toolstack/devices/backend.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "toolstack/devices/holder.h"
#include "toolstack/devices/images.h"
#include "toolstack/host/link.h"

#define SHOWN(words) (int)(words).length, (words).at

/* Where a distribution puts the program that attaches QEMU to bridges. */
static const char *const bridge_helpers[] = {
	"/usr/lib/qemu/qemu-bridge-helper",
	"/usr/libexec/qemu-bridge-helper",
};

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_flag(struct json_object *object, const char *name, bool value)
{
	json_object_object_add(object, name, json_object_new_boolean(value));
}

/* ---- Disks -------------------------------------------------------------- */

struct disk_path {
	char text[PATH_MAX];
};

/* A target without a / at its start is below /dev, as in xl. */
static struct disk_path disk_path(const struct domain_disk *disk)
{
	bool below_dev = disk->target.length > 0 && disk->target.at[0] != '/';
	struct disk_path path;

	(void)snprintf(path.text, sizeof(path.text), "%s%.*s",
		       below_dev ? "/dev/" : "", SHOWN(disk->target));
	return path;
}

/* Refuses what a setting names; why may be NULL. */
static int path_refuse(struct words path, const struct report_place *place,
		       const char *key, const char *hint, const char *what,
		       const char *why, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_CONFIG, place, key, hint,
			    "'%.*s' %s%s%s", SHOWN(path), what,
			    why != NULL ? ": " : "", why != NULL ? why : "");
}

static int disk_refuse(const struct domain_disk *disk, const char *hint,
		       const char *what, const char *why,
		       struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(disk->entry, disk->target);
	const struct disk_path path = disk_path(disk);
	const struct words tried = { path.text, strlen(path.text) };

	return path_refuse(tried, &place, key_name(KEY_disk), hint, what, why,
			   report);
}

int backend_disk_try(const struct domain_disk *disk,
		     const struct reeve_watch *watch,
		     struct reeve_report *report)
{
	int result = image_try(disk_path(disk).text, disk->writable, watch);

	if (result != REEVE_ERR_CONFIG)
		return result;
	return disk_refuse(disk, "mend what it is on, and try again",
			   "does not answer", NULL, report);
}

/* Checks that the image is there. *block: it is a block device. */
static int disk_look(const struct domain_disk *disk, bool *block,
		     struct reeve_report *report)
{
	struct disk_path path = disk_path(disk);
	struct stat status;

	if (disk->target.length >= PATH_MAX - sizeof("/dev/"))
		return disk_refuse(disk, NULL, "is too long for a path", NULL,
				   report);
	if (stat(path.text, &status) != 0) {
		return disk_refuse(disk, "make it first, or correct the path",
				   "cannot be used", strerror(errno), report);
	}
	*block = S_ISBLK(status.st_mode);
	if (!*block && !S_ISREG(status.st_mode)) {
		return disk_refuse(disk, NULL,
				   "is neither a file nor a block device", NULL,
				   report);
	}
	if (access(path.text, disk->writable ? R_OK | W_OK : R_OK) != 0) {
		return disk_refuse(disk,
				   disk->writable ? "write access=ro if the "
						    "guest need not write"
						  : NULL,
				   disk->writable ? "cannot be written"
						  : "cannot be read",
				   strerror(errno), report);
	}
	return REEVE_OK;
}

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
	int result = disk_look(disk, &block, report);

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
	if (strstr(words, "format") != NULL)
		hint = "write its format: raw, qcow, qcow2, vhd or qed";
	return disk_refuse(disk, hint, "cannot be opened by QEMU", words,
			   report);
}

/* ---- Network interfaces ------------------------------------------------- */

static int vif_refuse(const struct domain_vif *vif, struct words words,
		      const char *hint, const char *what, const char *why,
		      struct reeve_report *report)
{
	struct report_place place = domain_words_place(vif->entry, words);

	return report_error(report, REEVE_ERR_CONFIG, &place, key_name(KEY_vif),
			    hint, "'%.*s' %s%s%s", SHOWN(words), what,
			    why != NULL ? ": " : "", why != NULL ? why : "");
}

static const char *bridge_helper(void)
{
	for (size_t i = 0;
	     i < sizeof(bridge_helpers) / sizeof(bridge_helpers[0]); i++) {
		if (access(bridge_helpers[i], X_OK) == 0)
			return bridge_helpers[i];
	}
	return NULL;
}

static int bridge_network(const struct domain_vif *vif,
			  struct json_object *network,
			  struct reeve_report *report)
{
	const char *helper = bridge_helper();
	char path[64];

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.*s/bridge",
		       SHOWN(vif->bridge));
	if (access(path, F_OK) != 0) {
		return vif_refuse(vif, vif->bridge,
				  "make it (ip link add NAME type bridge), or "
				  "remove bridge= for a network of its own",
				  "is no bridge of this computer", NULL, report);
	}
	if (helper == NULL) {
		return vif_refuse(vif, vif->bridge,
				  "install the package qemu-system-common",
				  "needs QEMU's bridge helper, which is not "
				  "installed",
				  NULL, report);
	}
	add_text(network, "type", "bridge");
	json_object_object_add(network, "br",
			       json_object_new_string_len(
				       vif->bridge.at, (int)vif->bridge.length));
	add_text(network, "helper", helper);
	return REEVE_OK;
}

/* An interface of the host that was made before: no script configures it. */
static void tap_network(const struct domain_vif *vif,
			struct json_object *network)
{
	add_text(network, "type", "tap");
	json_object_object_add(
		network, "ifname",
		json_object_new_string_len(vif->vifname.at,
					   (int)vif->vifname.length));
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
	struct json_object *network = json_object_new_object();
	int result = REEVE_OK;

	add_text(network, "id", id);
	if (vif->bridge.at != NULL)
		result = bridge_network(vif, network, report);
	else if (vif->vifname.at != NULL)
		tap_network(vif, network);
	else
		user_network(vif, network);
	if (result != REEVE_OK) {
		json_object_put(network);
		return result;
	}
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
				  "choose another port of the host (ss -tulpn "
				  "shows who has it)",
				  "cannot be forwarded: the port of the host "
				  "is taken, or may not be used",
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
				  "make it first: ip tuntap add NAME mode tap "
				  "user YOU",
				  "cannot be used", words, report);
	}
	place = domain_words_place(vif->entry, (struct words){ 0 });
	return report_error(report, REEVE_ERR_CONFIG, &place, key_name(KEY_vif),
			    NULL, "QEMU does not make the network: %s", words);
}

/* ---- Channels ----------------------------------------------------------- */

static int channel_refuse(const struct domain_channel *channel,
			  const char *hint, const char *what, const char *why,
			  struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(channel->entry, channel->path);

	return path_refuse(channel->path, &place, key_name(KEY_channel), hint,
			   what, why, report);
}

/* Checks that a file can be made in the folder of a path. */
static int socket_folder_look(const struct domain_channel *channel,
			      const char *path, struct reeve_report *report)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%.*s",
		       slash != NULL ? (int)(slash - path) : 1,
		       slash != NULL ? path : ".");
	if (access(folder[0] != '\0' ? folder : "/", W_OK | X_OK) == 0)
		return REEVE_OK;
	return channel_refuse(
		channel, "make the folder first, or correct the path",
		"cannot be made: no file can be made in its folder",
		strerror(errno), report);
}

/* QEMU removes whatever is in the place of its socket. So it must be nothing,
 * or a socket on which nobody listens any more. */
static int socket_look(const struct domain_channel *channel, const char *path,
		       struct reeve_report *report)
{
	struct stat status;
	int fd;

	if (lstat(path, &status) != 0)
		return socket_folder_look(channel, path, report);
	if (!S_ISSOCK(status.st_mode)) {
		return channel_refuse(channel, "choose another path",
				      "is there already, and no socket", NULL,
				      report);
	}
	fd = link_connect(path);
	if (fd < 0 && errno != EAGAIN)
		return REEVE_OK;
	if (fd >= 0)
		close(fd);
	return channel_refuse(channel, "choose another path",
			      "is a socket on which a program listens", NULL,
			      report);
}

static struct json_object *socket_backend(const char *path)
{
	struct json_object *address = json_object_new_object();
	struct json_object *place = json_object_new_object();
	struct json_object *data = json_object_new_object();
	struct json_object *backend = json_object_new_object();

	add_text(place, "path", path);
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
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)] = "";
	int result = REEVE_OK;

	if (channel->connection == CHANNEL_SOCKET) {
		(void)snprintf(path, sizeof(path), "%.*s", SHOWN(channel->path));
		result = socket_look(channel, path, report);
	}
	if (result != REEVE_OK)
		return result;
	chardev = json_object_new_object();
	add_text(chardev, "id", id);
	json_object_object_add(chardev, "backend",
			       channel->connection == CHANNEL_SOCKET
				       ? socket_backend(path)
				       : pty_backend());
	*out = chardev;
	return REEVE_OK;
}

/* ---- Shared folders ----------------------------------------------------- */

static int p9_refuse(const struct domain_p9 *folder, const char *hint,
		     const char *what, const char *why,
		     struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(folder->entry, folder->path);

	return path_refuse(folder->path, &place, key_name(KEY_p9), hint, what,
			   why, report);
}

int backend_p9(const struct domain_p9 *folder, char id[SHARE_ID],
	       struct reeve_report *report)
{
	/* xl's only security model is "none". */
	enum share_way way =
		folder->security_model.at != NULL ? SHARE_PLAIN : SHARE_MAPPED;
	char given[PATH_MAX], path[PATH_MAX];

	(void)snprintf(given, sizeof(given), "%.*s", SHOWN(folder->path));
	if (realpath(given, path) == NULL) {
		return p9_refuse(folder, "make it first, or correct the path",
				 "cannot be used", strerror(errno), report);
	}
	if (!share_is_offered(way)) {
		return p9_refuse(folder,
				 "remove security_model=none, or use a host of "
				 "another user than root",
				 "is not shared so by a host of root's: the "
				 "guest could make device nodes there, and "
				 "programs that run as root",
				 NULL, report);
	}
	share_id(path, way, id);
	return REEVE_OK;
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
