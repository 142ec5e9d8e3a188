/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The typed domain: the settings of a configuration, read by the schema, with
 * all defaults filled in and all checks made that hold for any Arm guest. The
 * policy stage checks the rules that hold for Realms only.
 */
#ifndef REEVE_TOOLSTACK_DOMAIN_H
#define REEVE_TOOLSTACK_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/config/cfg.h"
#include "toolstack/domain/device.h"
#include "toolstack/domain/schema.h"
#include "toolstack/report/report.h"

struct json_object;

/* The value of a number that is not set and has no default of its own. */
#define DOMAIN_UNSET INT64_MIN

#define DOMAIN_RPV_SIZE 64

/* Choices. Each value is the index of its word in the schema's range. */
enum domain_type {
	DOMAIN_TYPE_HVM,
	DOMAIN_TYPE_PV,
	DOMAIN_TYPE_PVH,
};

enum domain_gic {
	DOMAIN_GIC_DEFAULT,
	DOMAIN_GIC_V2,
	DOMAIN_GIC_V3,
};

enum domain_vuart {
	DOMAIN_VUART_NONE,
	DOMAIN_VUART_SBSA,
};

enum domain_tee {
	DOMAIN_TEE_NONE,
	DOMAIN_TEE_OPTEE,
	DOMAIN_TEE_FFA,
};

enum domain_passthrough {
	DOMAIN_PASSTHROUGH_DEFAULT,
	DOMAIN_PASSTHROUGH_DISABLED,
	DOMAIN_PASSTHROUGH_ENABLED,
	DOMAIN_PASSTHROUGH_SYNC_PT,
	DOMAIN_PASSTHROUGH_SHARE_PT,
};

enum domain_action {
	DOMAIN_ACTION_DESTROY,
	DOMAIN_ACTION_RESTART,
	DOMAIN_ACTION_RENAME_RESTART,
	DOMAIN_ACTION_PRESERVE,
	DOMAIN_ACTION_COREDUMP_DESTROY,
	DOMAIN_ACTION_COREDUMP_RESTART,
	DOMAIN_ACTION_SOFT_RESET,
};

enum domain_hash {
	DOMAIN_HASH_SHA256,
	DOMAIN_HASH_SHA512,
	DOMAIN_HASH_SHA384,
};

enum domain_clock {
	DOMAIN_CLOCK_NONE,
	DOMAIN_CLOCK_HOST,
};

/* The elements of a list, or the one string that is written in place of
 * a list. */
struct domain_list {
	const struct cfg_value *items; /* borrowed from the configuration */
	size_t count;
};

enum domain_devices {
	DOMAIN_DEVICES_NONE,
	DOMAIN_DEVICES_UNTRUSTED,
};

enum domain_virtio_kind {
	DOMAIN_VIRTIO_DISK, /* index is that of domain->disks */
	DOMAIN_VIRTIO_VIF, /* of domain->vifs */
	DOMAIN_VIRTIO_CONSOLE, /* all channels are its ports */
	DOMAIN_VIRTIO_P9, /* of domain->folders */
	DOMAIN_VIRTIO_RNG,
	DOMAIN_VIRTIO_HVC, /* the console that Linux calls hvc0 */
	DOMAIN_VIRTIO_FOREIGN, /* the key virtio: served by another domain */
};

/* A virtio-mmio device. They are in the order of their addresses. */
struct domain_virtio {
	enum domain_virtio_kind kind;
	size_t index;
	char *type; /* of a foreign one, such as "virtio,device22"; or NULL */
	bool grant; /* the back end maps memory by grants */
	uint32_t backend_domid;
};

struct domain_origin;

/* Keys that hold a choice are int fields; see the enums above. */
struct domain {
	/* identity */
	const char *name;
	const char *uuid; /* NULL: random, chosen at creation */
	int type;
	int builder;
	const char *pool;
	const char *seclabel;
	const char *init_seclabel;

	/* boot */
	const char *kernel; /* NULL only with a bootloader */
	const char *ramdisk; /* NULL: none, never "" */
	const char *cmdline; /* in effect; from cmdline or root and extra */
	const char *root;
	const char *extra;
	const char *device_tree;
	const char *firmware;
	const char *bootloader;
	struct domain_list bootloader_args;
	bool bootloader_restrict;
	const char *bootloader_user;
	bool pvshim;
	bool acpi;

	/* memory, in MiB */
	int64_t memory; /* RAM of the guest; the same as maxmem */
	int64_t maxmem;
	int64_t shadow_memory;
	struct domain_list vnuma;
	struct domain_list llc_colors;

	/* CPUs */
	int64_t vcpus;
	int64_t maxvcpus;
	struct domain_list cpus;
	struct domain_list cpus_soft;
	int64_t cpu_weight;
	int64_t cap;
	int64_t period;
	int64_t extratime;

	/* Arm */
	int gic_version;
	int vuart;
	int tee;
	int sve; /* 0: none; 1: the host's; n: (n - 1) * 128 bits */
	int64_t nr_spis; /* at least as many as the devices need */
	bool trap_unmapped_accesses;
	const char *arm_sci;
	bool arm_sci_smc; /* arm_sci forwards SMCs */
	bool vpmu;
	bool nestedhvm;
	bool hap;
	bool oos;
	int altp2m;
	int64_t altp2m_count;
	int64_t vmtrace_buf_kb;

	/* the Realm */
	bool realm;
	int realm_hash;
	const char *realm_rpv; /* as written; NULL: all zero */
	int realm_devices;
	uint8_t rpv[DOMAIN_RPV_SIZE];
	int realm_clock;

	/* devices */
	int passthrough; /* neither DEFAULT nor ENABLED once read */
	bool passthrough_chosen; /* it is on by its own key, not by pci or dtdev */
	struct domain_list pci;
	bool pci_permissive;
	bool pci_msitranslate;
	bool pci_seize;
	bool pci_power_mgmt;
	struct domain_list dtdev;
	struct domain_list irqs;
	struct domain_list iomem;
	struct domain_list ioports;
	struct domain_list disk;
	struct domain_list vif;
	struct domain_list vif2;
	struct domain_list virtio;
	struct domain_list vkb;
	struct domain_list p9;
	struct domain_list pvcalls;
	struct domain_list vtpm;
	struct domain_list vfb;
	struct domain_list vdispl;
	struct domain_list vsnd;
	struct domain_list channel;
	struct domain_list usbctrl;
	struct domain_list usbdev;
	bool rng;
	bool hvc; /* the command line names hvc0, and it gets one */
	/* The four lists, typed; owned, but their texts are borrowed. Disks
	 * are in the order of their numbers, interfaces in that of their
	 * devids. On Xen the disks are as they are written. */
	struct domain_disk *disks;
	size_t disk_count;
	struct domain_vif *vifs;
	size_t vif_count;
	struct domain_channel *channels;
	size_t channel_count;
	struct domain_p9 *folders;
	size_t folder_count;
	struct domain_virtio *virtio_mmio; /* owned; all of them */
	size_t virtio_mmio_count;

	/* events and limits */
	int on_poweroff;
	int on_reboot;
	int on_crash;
	int on_watchdog;
	int on_soft_reset;
	int64_t max_grant_frames;
	int64_t max_maptrack_frames;
	int64_t max_grant_version;
	int64_t max_event_channels;
	int64_t xenstore_feature_mask;
	struct domain_list xenstore_quota;
	bool driver_domain;
	bool xend_suspend_evtchn_compat;
	bool nomigrate;
	bool localtime;
	int64_t rtc_timeoffset;

	char *joined_cmdline; /* owned: cmdline, if root or extra made it */
	struct domain_origin *origins; /* owned; one for each key */
};

enum {
	/* Unknown keys are warnings. In a Realm, a slip of a key that decides
	 * confidentiality stays an error. So does, without the key realm, a
	 * name that may have been meant to make a Realm. */
	DOMAIN_ALLOW_UNKNOWN = 1 << 0,
	/* An ordinary guest is for a Xen host: its disks and interfaces are
	 * Xen's own, but for disks that say specification=virtio. */
	DOMAIN_ON_XEN = 1 << 1,
};

/*
 * Reads the settings, and reports every problem found. cfg is borrowed and must
 * outlive the domain. Returns 0, REEVE_ERR_MEMORY, or REEVE_ERR_CONFIG: at
 * least one error was reported.
 *
 * *out is written on REEVE_ERR_CONFIG too, with the default in place of each
 * value that was refused, so that policy_check() can report on the other keys
 * in the same run. Such a domain must not be built.
 */
int domain_read(const struct cfg *cfg, unsigned flags, struct domain **out,
		struct reeve_report *report);
void domain_free(struct domain *domain); /* NULL is fine */

/* Returns true if our hosts give the guest a real-time clock: always, unless it
 * is a Realm that does not want the host's. */
bool domain_has_rtc(const struct domain *domain);

/* ---- Names ------------------------------------------------------------- */

#define DOMAIN_NAME_MAX 63 /* bytes */

/* Returns the words for what is wrong with the name of a guest, such as "is
 * longer than 63 bytes", or NULL: a host takes it. */
const char *domain_name_fault(const char *name);
/* Returns true if the verbs take the name for a guest's number. */
bool domain_name_is_number(const char *name);

/* ---- Devices ------------------------------------------------------------ */

/* Returns true if the guest asks for a device of the host that is no
 * passthrough: a disk, an interface, a channel, a shared folder, entropy, the
 * console hvc0. */
bool domain_has_devices(const struct domain *domain);
/* Returns the place in the configuration of words that an entry has. */
struct report_place domain_words_place(const struct cfg_value *entry,
				       struct words words);

/* ---- By key: only for keys that have a field (see schema.h) ------------- */

/* Returns the place of the key's value, or NULL if the key is not set. */
const struct report_place *domain_place(const struct domain *domain,
					enum key_id id);
/* Returns true if the configuration sets the key. */
bool domain_is_set(const struct domain *domain, enum key_id id);
/* Returns true if an error was reported about the key's value. */
bool domain_is_refused(const struct domain *domain, enum key_id id);
/* Returns true if the value in effect is the schema's default or, for a key
 * without a default, if nothing or an empty list is set. */
bool domain_is_default(const struct domain *domain, enum key_id id);
/* Returns the key whose value is the guest's RAM: memory, or maxmem if only
 * that is set. */
enum key_id domain_memory_key(const struct domain *domain);
/* Returns the key whose text stands at offset of the command line in effect. */
enum key_id domain_cmdline_key(const struct domain *domain, size_t offset);
/* Returns the value of a number, a boolean or a choice. */
int64_t domain_number(const struct domain *domain, enum key_id id);

/* ---- Printing ---------------------------------------------------------- */

/*
 * Returns the domain as a new JSON object, or NULL: out of memory. It has a
 * member for each key that has a field, in the schema's order: {"value",
 * "unit", "source": "default"}, or with "source": "file" and "file", "line" and
 * "column" besides.
 */
struct json_object *domain_to_json(const struct domain *domain);

/* The value of one key as a line of text. */
struct domain_line {
	const char *key;
	char *value; /* as xl.cfg has it, or the default in words */
	const struct report_place *place; /* NULL: the default */
};

/*
 * Makes the line of the key in row index. Returns false if that key has no
 * field, if there is no such row, or if memory is short. The caller frees
 * line->value.
 */
bool domain_line(const struct domain *domain, size_t index,
		 struct domain_line *line);

#endif
