/* SPDX-License-Identifier: BSD-3-Clause */
/* The devices that a configuration asks for, as they are typed: disks, network
 * interfaces, channels and shared folders. */
#ifndef REEVE_TOOLSTACK_DOMAIN_DEVICE_H
#define REEVE_TOOLSTACK_DOMAIN_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cfg_value;

/* A piece of a text that belongs to the configuration. Not ended by a NUL. */
struct words {
	const char *at; /* NULL: it is not written */
	size_t length;
};

/* ---- Disks (xl-disk-configuration(5)) ----------------------------------- */

/* Each value is the index of its word in disk_format_words[]. */
enum disk_format {
	DISK_FORMAT_RAW,
	DISK_FORMAT_QCOW,
	DISK_FORMAT_QCOW2,
	DISK_FORMAT_VHD,
	DISK_FORMAT_QED,
	DISK_FORMAT_EMPTY, /* a CD drive without a disc */
};
extern const char *const disk_format_words[];

/* The index of its word in disk_backend_words[], plus 1. */
enum disk_backend {
	DISK_BACKEND_ANY,
	DISK_BACKEND_PHY,
	DISK_BACKEND_TAP,
	DISK_BACKEND_QDISK,
	DISK_BACKEND_STANDALONE,
};

enum disk_protocol {
	DISK_PROTOCOL_ANY,
	DISK_PROTOCOL_XEN,
	DISK_PROTOCOL_VIRTIO,
};

struct domain_disk {
	const struct cfg_value *entry; /* borrowed; to find a column */
	struct words target; /* length 0: an empty CD drive */
	enum disk_format format;
	struct words format_words; /* where the format is written */
	struct words vdev;
	unsigned number; /* vdev's: 0 for xvda, 1 for xvdb ... */
	unsigned partition; /* vdev's; 0: the whole disk */
	bool writable;
	bool cdrom;
	bool direct; /* direct-io-safe: past the host's page cache */
	bool keep; /* no-discard: what the guest discards stays allocated */
	struct words backend;
	enum disk_backend backendtype;
	struct words backendtype_words;
	enum disk_protocol protocol; /* specification= */
	struct words protocol_words;
	struct words script;
	struct words trusted; /* the flag "trusted" */
	struct words grants; /* grant_usage=1 */
	struct words colo; /* the first part that is about COLO */
};

/* ---- Network interfaces (xl-network-configuration(5)) ------------------- */

#define VIF_FORWARDS_MAX 8

enum vif_protocol {
	VIF_TCP,
	VIF_UDP,
};
extern const char *const vif_protocol_words[];

/* A port of the host that leads to one of the guest. */
struct vif_forward {
	struct words all;
	enum vif_protocol protocol;
	struct words address; /* of the host, IPv4 */
	uint16_t host_port;
	uint16_t guest_port;
};

struct domain_vif {
	const struct cfg_value *entry;
	bool has_mac;
	uint8_t mac[6];
	struct words mac_words;
	struct words bridge;
	struct words gatewaydev;
	struct words type;
	struct words model;
	struct words vifname;
	struct words script;
	struct words ip;
	struct words backend;
	struct words rate;
	struct words vlan;
	struct words accel;
	struct words trusted; /* trusted=1 */
	struct words colo; /* the first part that is about COLO */
	unsigned mtu; /* 0: not set */
	int devid; /* -1: not set */
	struct words devid_words;
	struct vif_forward forwards[VIF_FORWARDS_MAX];
	size_t forward_count;
};

/* ---- Channels and shared folders (xl.cfg(5)) ---------------------------- */

enum channel_connection {
	CHANNEL_PTY,
	CHANNEL_SOCKET,
};
extern const char *const channel_connection_words[];

struct domain_channel {
	const struct cfg_value *entry;
	struct words name;
	enum channel_connection connection;
	struct words path; /* of a socket */
	struct words backend;
};

struct domain_p9 {
	const struct cfg_value *entry;
	struct words tag;
	struct words path;
	struct words security_model;
	struct words type;
	struct words backend;
	struct words limit; /* a limit of xen_9pfsd's that is not 0 */
};

#endif
