/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at images, bridges, sockets and folders of this computer. */
#include "toolstack/devices/look.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "toolstack/devices/images.h"
#include "toolstack/devices/refuse.h"
#include "toolstack/host/link.h"
#include "toolstack/host/share.h"
#include "toolstack/report/utf8.h"

/* Where a distribution puts the program that attaches QEMU to bridges. */
static const char *const bridge_helpers[] = {
	"/usr/lib/qemu/qemu-bridge-helper",
	"/usr/libexec/qemu-bridge-helper",
};

/* Said of a path that is no UTF-8: JSON, in which QEMU is told of it, has no
 * way to write it. */
#define UNTELLABLE "cannot be told to QEMU, because it is not UTF-8"
#define RENAME     "rename it"

/* Returns what to do about a path: it may not be there, or be there for
 * others. */
static const char *path_hint(int error, const char *absent)
{
	return error == EACCES || error == EPERM || error == EROFS
		       ? "have its rights changed, or choose another"
		       : absent;
}

/* ---- Disks -------------------------------------------------------------- */

int look_disk_storage(const struct domain_disk *disk,
		      const struct reeve_watch *watch,
		      struct reeve_report *report)
{
	int result = image_try(disk_path(disk).text, disk->writable, watch);

	if (result != REEVE_ERR_CONFIG)
		return result;
	return disk_refuse(disk, "mend what it is on, and try again",
			   "does not answer", NULL, report);
}

int look_disk(const struct domain_disk *disk, bool *block,
	      struct reeve_report *report)
{
	struct disk_path path = disk_path(disk);
	struct stat status;

	if (!utf8_is_text(disk->target.at, disk->target.length))
		return disk_refuse(disk, RENAME, UNTELLABLE, NULL, report);
	if (disk->target.length >= PATH_MAX - sizeof("/dev/"))
		return disk_refuse(disk, "correct the path",
				   "is too long for a path", NULL, report);
	if (stat(path.text, &status) != 0) {
		return disk_refuse(
			disk,
			path_hint(errno, "make it first, or correct the path"),
			"cannot be used", strerror(errno), report);
	}
	*block = S_ISBLK(status.st_mode);
	if (!*block && !S_ISREG(status.st_mode)) {
		return disk_refuse(disk, "name an image or a block device",
				   "is neither a file nor a block device", NULL,
				   report);
	}
	if (!*block && status.st_size == 0) {
		return disk_refuse(disk, "give it a size: truncate -s 1G FILE",
				   "is empty, so that the disk would have no "
				   "room",
				   NULL, report);
	}
	if (access(path.text, disk->writable ? R_OK | W_OK : R_OK) != 0) {
		return disk_refuse(disk,
				   disk->writable ? "write access=ro if the "
						    "guest need not write"
						  : "let your user read it",
				   disk->writable ? "cannot be written"
						  : "cannot be read",
				   strerror(errno), report);
	}
	return REEVE_OK;
}

/* ---- Network interfaces ------------------------------------------------- */

const char *look_bridge_helper(void)
{
	for (size_t i = 0;
	     i < sizeof(bridge_helpers) / sizeof(bridge_helpers[0]); i++) {
		if (access(bridge_helpers[i], X_OK) == 0)
			return bridge_helpers[i];
	}
	return NULL;
}

static int bridge_look(const struct domain_vif *vif, struct reeve_report *report)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.*s/bridge",
		       SHOWN(vif->bridge));
	if (access(path, F_OK) != 0) {
		return vif_refuse(vif, vif->bridge,
				  "make it (ip link add NAME type bridge), or "
				  "remove bridge= for a network of its own",
				  "is no bridge of this computer", NULL, report);
	}
	if (look_bridge_helper() != NULL)
		return REEVE_OK;
	return vif_refuse(vif, vif->bridge,
			  "install the package qemu-system-common",
			  "needs QEMU's bridge helper, which is not installed",
			  NULL, report);
}

/* Returns the flags of an interface that the driver of tun and tap made. 0: it
 * is another interface. */
static unsigned long tap_flags(const char *folder)
{
	char path[64];
	char text[32] = "";
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/tun_flags", folder);
	in = fopen(path, "re");
	if (in == NULL)
		return 0;
	if (fgets(text, sizeof(text), in) == NULL)
		text[0] = '\0';
	(void)fclose(in); /* only read */
	return strtoul(text, NULL, 0);
}

/* QEMU of root makes an interface that is not there, which leads nowhere. */
static int tap_look(const struct domain_vif *vif, struct reeve_report *report)
{
	char folder[48];

	(void)snprintf(folder, sizeof(folder), "/sys/class/net/%.*s",
		       SHOWN(vif->vifname));
	if (access(folder, F_OK) != 0) {
		return vif_refuse(vif, vif->vifname,
				  "make it first (ip tuntap add NAME mode tap "
				  "user YOU), or remove vifname= for a network "
				  "of its own",
				  "is no interface of this computer", NULL,
				  report);
	}
	if ((tap_flags(folder) & IFF_TAP) != 0)
		return REEVE_OK;
	return vif_refuse(vif, vif->vifname,
			  "name one that ip tuntap add NAME mode tap has made",
			  "is no tap interface", NULL, report);
}

int look_vif(const struct domain_vif *vif, struct reeve_report *report)
{
	if (vif->bridge.at != NULL)
		return bridge_look(vif, report);
	return vif->vifname.at != NULL ? tap_look(vif, report) : REEVE_OK;
}

/* ---- Channels ----------------------------------------------------------- */

struct socket_path {
	char text[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static struct socket_path socket_path(const struct domain_channel *channel)
{
	struct socket_path path;

	(void)snprintf(path.text, sizeof(path.text), "%.*s",
		       SHOWN(channel->path));
	return path;
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
		channel,
		path_hint(errno, "make the folder first, or correct the path"),
		"cannot be made: no file can be made in its folder",
		strerror(errno), report);
}

int look_channel(const struct domain_channel *channel,
		 struct reeve_report *report)
{
	struct socket_path path = socket_path(channel);
	struct stat status;

	if (channel->connection != CHANNEL_SOCKET)
		return REEVE_OK;
	if (!utf8_is_text(channel->path.at, channel->path.length))
		return channel_refuse(channel, RENAME, UNTELLABLE, NULL, report);
	if (lstat(path.text, &status) != 0)
		return socket_folder_look(channel, path.text, report);
	if (S_ISSOCK(status.st_mode))
		return REEVE_OK;
	return channel_refuse(channel, "choose another path",
			      "is there already, and no socket", NULL, report);
}

int look_channel_free(const struct domain_channel *channel,
		      struct reeve_report *report)
{
	int fd;

	if (channel->connection != CHANNEL_SOCKET)
		return REEVE_OK;
	fd = link_connect(socket_path(channel).text);
	if (fd < 0 && errno != EAGAIN)
		return REEVE_OK;
	if (fd >= 0)
		close(fd);
	return channel_refuse(channel, "choose another path",
			      "is a socket on which a program listens", NULL,
			      report);
}

/* ---- Shared folders ----------------------------------------------------- */

/* xl's only security model is "none". */
enum share_way look_p9_way(const struct domain_p9 *folder)
{
	return folder->security_model.at != NULL ? SHARE_PLAIN : SHARE_MAPPED;
}

int look_p9(const struct domain_p9 *folder, char path[PATH_MAX],
	    struct reeve_report *report)
{
	char given[PATH_MAX];

	(void)snprintf(given, sizeof(given), "%.*s", SHOWN(folder->path));
	if (realpath(given, path) == NULL) {
		return p9_refuse(
			folder,
			path_hint(errno, "make it first, or correct the path"),
			"cannot be used", strerror(errno), report);
	}
	if (share_is_offered(look_p9_way(folder)))
		return REEVE_OK;
	return p9_refuse(folder,
			 "remove security_model=none, or use a host of another "
			 "user than root",
			 "is not shared so by a host of root's: the guest could "
			 "make device nodes there, and programs that run as "
			 "root",
			 NULL, report);
}

/* ---- All devices of a guest --------------------------------------------- */

/* Returns true if two disks have one image, whatever its paths. */
static bool is_same_image(const struct domain_disk *one,
			  const struct domain_disk *other)
{
	struct stat a, b;

	if (stat(disk_path(one).text, &a) != 0 ||
	    stat(disk_path(other).text, &b) != 0)
		return false;
	if (S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode))
		return a.st_rdev == b.st_rdev;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* QEMU would refuse the second disk because of a lock of its own. */
static int twin_check(const struct domain *domain, size_t index,
		      struct reeve_report *report)
{
	const struct domain_disk *disk = &domain->disks[index];
	char text[64];

	for (size_t i = 0; i < index; i++) {
		const struct domain_disk *twin = &domain->disks[i];

		if ((!disk->writable && !twin->writable) ||
		    !is_same_image(disk, twin))
			continue;
		(void)snprintf(text, sizeof(text),
			       "is the image of the disk %.*s already",
			       SHOWN(twin->vdev));
		return disk_refuse(disk,
				   "give both access=ro, or make a copy of it",
				   text, NULL, report);
	}
	return REEVE_OK;
}

/* Is for disks that were looked at: silent storage would not answer this. */
static int twins_check(const struct domain *domain, struct reeve_report *report)
{
	int first = REEVE_OK;

	for (size_t i = 0; i < domain->disk_count; i++) {
		int result = twin_check(domain, i, report);

		if (first == REEVE_OK)
			first = result;
	}
	return first;
}

static int disk_check(const struct domain_disk *disk,
		      const struct reeve_watch *watch,
		      struct reeve_report *report)
{
	bool block;
	int result = look_disk_storage(disk, watch, report);

	return result == REEVE_OK ? look_disk(disk, &block, report) : result;
}

static int channels_check(const struct domain *domain,
			  struct reeve_report *report)
{
	int first = REEVE_OK;

	for (size_t i = 0; i < domain->channel_count; i++) {
		int result = look_channel(&domain->channels[i], report);

		if (first == REEVE_OK)
			first = result;
	}
	return first;
}

static int device_check(const struct domain *domain,
			const struct domain_virtio *virtio,
			const struct reeve_watch *watch,
			struct reeve_report *report)
{
	char path[PATH_MAX];

	switch (virtio->kind) {
	case DOMAIN_VIRTIO_DISK:
		return disk_check(&domain->disks[virtio->index], watch, report);
	case DOMAIN_VIRTIO_VIF:
		return look_vif(&domain->vifs[virtio->index], report);
	case DOMAIN_VIRTIO_CONSOLE:
		return channels_check(domain, report);
	case DOMAIN_VIRTIO_P9:
		return look_p9(&domain->folders[virtio->index], path, report);
	case DOMAIN_VIRTIO_RNG:
	case DOMAIN_VIRTIO_HVC:
	case DOMAIN_VIRTIO_FOREIGN:
		break;
	}
	return REEVE_OK;
}

int look_devices(const struct domain *domain, const struct reeve_watch *watch,
		 struct reeve_report *report)
{
	int first = REEVE_OK;

	for (size_t i = 0; i < domain->virtio_mmio_count; i++) {
		int result = device_check(domain, &domain->virtio_mmio[i],
					  watch, report);

		if (first == REEVE_OK)
			first = result;
		if (result != REEVE_OK && result != REEVE_ERR_CONFIG)
			break; /* stopped, or no memory */
	}
	return first == REEVE_OK ? twins_check(domain, report) : first;
}
