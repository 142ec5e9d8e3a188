/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The typed domain: a configuration's settings read by the schema, with every
 * default filled in and every cross-check of an Arm guest made. What only a
 * Realm may not have is the policy's.
 */
#ifndef REEVE_TOOLSTACK_DOMAIN_H
#define REEVE_TOOLSTACK_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/config/cfg.h"
#include "toolstack/domain/schema.h"
#include "toolstack/report/report.h"

struct json_object;

/* A number that nobody set and that has no default of its own. */
#define DOMAIN_UNSET INT64_MIN

#define DOMAIN_RPV_SIZE 64

/* Choices: the values are the places of the words in the schema's range. */
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

/* The elements of a list, or the one string written in a list's place. */
struct domain_list {
	const struct cfg_value *items; /* borrowed from the configuration */
	size_t count;
};

/* A virtio-mmio device, in the order in which Xen gives out addresses. */
struct domain_virtio {
	char *type; /* "virtio,device22" etc.; NULL: a disk */
	bool grant; /* the back end maps by grants */
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
	const char *cmdline; /* the line in effect, of cmdline or root, extra */
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
	int sve; /* 0: none; 1: what the host has; n: (n - 1) * 128 bits */
	int64_t nr_spis; /* never less than the devices need */
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
	const char *realm_rpv; /* as written; NULL: zero */
	uint8_t rpv[DOMAIN_RPV_SIZE];

	/* devices */
	int passthrough; /* never DEFAULT or ENABLED once read */
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
	struct domain_virtio *virtio_mmio; /* virtio disks, then virtio */
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

	char *joined_cmdline; /* owned; behind cmdline when root, extra made it */
	struct domain_origin *origins; /* one for each key of the schema */
};

enum {
	/* Unknown keys are warnings, unless they resemble a key that decides
	 * confidentiality. */
	DOMAIN_ALLOW_UNKNOWN = 1 << 0,
};

/*
 * Reads the settings. cfg is borrowed and must outlive the domain. Every
 * problem found is reported. 0; REEVE_ERR_CONFIG (at least one error was
 * reported); REEVE_ERR_MEMORY. *out is written on REEVE_ERR_CONFIG too, with
 * the default in place of each value that is refused, so that the policy can
 * be held against the rest in the same run; such a domain must not be built.
 */
int domain_read(const struct cfg *cfg, unsigned flags, struct domain **out,
		struct reeve_report *report);
void domain_free(struct domain *domain); /* NULL is fine */

/* ---- By key: only for keys that have a field (see schema.h) ------------- */

/* Where the key's value is written; NULL when it has its default. */
const struct report_place *domain_place(const struct domain *domain,
					enum key_id id);
/* Whether the configuration sets the key. */
bool domain_is_set(const struct domain *domain, enum key_id id);
/* Whether the key's value was refused with an error. */
bool domain_is_refused(const struct domain *domain, enum key_id id);
/* Whether the value in effect is the schema's default (for a key without
 * one: whether nothing, or an empty list, is set). */
bool domain_is_default(const struct domain *domain, enum key_id id);
/* The value of a number, boolean or choice. */
int64_t domain_number(const struct domain *domain, enum key_id id);

/* ---- Printing ---------------------------------------------------------- */

/*
 * The whole domain as a JSON object with a member for each key that has a
 * field, in the schema's order, each {"value", "unit", "source": "default"} or
 * with "source": "file" and "file", "line", "column". A new reference; NULL:
 * out of memory.
 */
struct json_object *domain_to_json(const struct domain *domain);

/*
 * One line of the domain as text, for the keys with a field.
 */
struct domain_line {
	const char *key;
	char *value; /* as xl.cfg writes it, or the default in words */
	const struct report_place *place; /* NULL: the default */
};

/* The line of key number index; false when that key has no field, is past the
 * end or memory is short. The caller frees line->value. */
bool domain_line(const struct domain *domain, size_t index,
		 struct domain_line *line);

#endif
