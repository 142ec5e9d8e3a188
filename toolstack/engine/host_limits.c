/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of what no host of ours gives a guest. When the hosts learn
 * something, its row goes. Limits that only a Realm has are in the policy.
 */
#include "toolstack/engine/host_limits.h"

#include "abi/guest_map.h"
#include "toolstack/engine/device_limits.h"

#define MIB_SHIFT 20

/* The guests that a row is about. */
enum limit_guests {
	LIMIT_ANY,
	LIMIT_ORDINARY, /* on our hosts; the policy has a rule for Realms */
	LIMIT_EVERY_PLAN, /* ordinary, and for a Xen host too */
};

struct limit {
	enum key_id key;
	enum limit_guests guests;
	enum reeve_severity severity;
	/* Returns true if the value of the key goes beyond the limit. NULL: it
	 * does if it is not the default. */
	bool (*beyond)(const struct domain *domain, enum key_id key);
	const char *reason;
	const char *way_out;
};

/* ---- Predicates --------------------------------------------------------- */

static bool sci_forwarded(const struct domain *domain, enum key_id key)
{
	(void)key;
	return domain->arm_sci_smc;
}

static bool passthrough_chosen(const struct domain *domain, enum key_id key)
{
	(void)key;
	return domain->passthrough_chosen;
}

static bool gicv2_chosen(const struct domain *domain, enum key_id key)
{
	(void)key;
	return domain->gic_version == DOMAIN_GIC_V2;
}

static bool vcpus_offline(const struct domain *domain, enum key_id key)
{
	(void)key;
	return domain->vcpus != domain->maxvcpus &&
	       !domain_is_refused(domain, KEY_vcpus);
}

static bool beyond_first_bank(const struct domain *domain, enum key_id key)
{
	return domain_number(domain, key) > GUEST_RAM0_SIZE >> MIB_SHIFT;
}

static bool core_dumped(const struct domain *domain, enum key_id key)
{
	int64_t action = domain_number(domain, key);

	return action == DOMAIN_ACTION_COREDUMP_DESTROY ||
	       action == DOMAIN_ACTION_COREDUMP_RESTART;
}

static bool soft_reset(const struct domain *domain, enum key_id key)
{
	return domain_number(domain, key) == DOMAIN_ACTION_SOFT_RESET;
}

/* ---- The table ---------------------------------------------------------- */

#define ABSENT(key, what)                                                      \
	{ key,                                                                 \
	  LIMIT_ORDINARY,                                                      \
	  REEVE_ERROR,                                                         \
	  NULL,                                                                \
	  "Reeve's hosts give a guest no " what,                               \
	  "remove it" }
#define IGNORED(key, whose, what)                                              \
	{ key, whose, REEVE_WARNING, NULL, what "; it is ignored", "remove it" }
#define NOT_SCHEDULED(key)                                                     \
	IGNORED(key, LIMIT_ANY,                                                \
		"the scheduler of Reeve's hosts does not do that")
#define NOT_LABELLED(key)                                                      \
	IGNORED(key, LIMIT_ANY, "Reeve's hosts have no security labels")
#define NO_PCI(key)                                                            \
	IGNORED(key, LIMIT_ANY, "Reeve's hosts give a guest no PCI devices")
/* The policy says the same of a Realm. */
#define NO_LOADER(key)                                                         \
	IGNORED(key, LIMIT_ORDINARY, "Reeve's hosts run no boot loader")
#define NO_GRANTS(key)                                                         \
	IGNORED(key, LIMIT_ORDINARY, "Reeve's hosts have no grant tables")
#define NO_STORE(key)                                                          \
	IGNORED(key, LIMIT_ORDINARY, "Reeve's hosts have no xenstore")
/* The actions at a guest's end that xl has, and our hosts have not. */
#define NO_DUMP(key)                                                           \
	{ key,                                                                 \
	  LIMIT_ORDINARY,                                                      \
	  REEVE_WARNING,                                                       \
	  core_dumped,                                                         \
	  "Reeve's hosts write no core dump; only the rest of it is done",     \
	  "write \"destroy\", \"restart\" or \"preserve\"" }
#define NO_SOFT_RESET(key)                                                     \
	{ key,                                                                 \
	  LIMIT_ANY,                                                           \
	  REEVE_WARNING,                                                       \
	  soft_reset,                                                          \
	  "Reeve's hosts do no soft reset; it is read as \"destroy\"",         \
	  "write \"destroy\", \"restart\" or \"preserve\"" }

static const struct limit limits[] = {
	{ KEY_acpi, LIMIT_EVERY_PLAN, REEVE_ERROR, NULL,
	  "this release makes no ACPI tables",
	  "remove it: the guest is described by a device tree" },
	{ KEY_bootloader, LIMIT_EVERY_PLAN, REEVE_ERROR, NULL,
	  "a boot loader would run on the host, and Reeve runs none",
	  "name the kernel with kernel= instead" },
	{ KEY_memory, LIMIT_ORDINARY, REEVE_ERROR, beyond_first_bank,
	  "Reeve's hosts give a guest at most 3072 MiB", "write 3072 or less" },
	{ KEY_maxmem, LIMIT_ORDINARY, REEVE_ERROR, beyond_first_bank,
	  "Reeve's hosts give a guest at most 3072 MiB", "write 3072 or less" },
	{ KEY_maxvcpus, LIMIT_ORDINARY, REEVE_ERROR, vcpus_offline,
	  "Reeve's hosts offer all vCPUs from the start: maxvcpus must be "
	  "vcpus",
	  "remove it, or make it the same as vcpus" },
	{ KEY_gic_version, LIMIT_ORDINARY, REEVE_ERROR, gicv2_chosen,
	  "Reeve's hosts give a guest a GICv3",
	  "write gic_version=\"v3\" or remove it" },
	{ KEY_arm_sci, LIMIT_ORDINARY, REEVE_ERROR, sci_forwarded,
	  "Reeve's hosts forward no SMCs of a guest", "remove it" },
	{ KEY_passthrough, LIMIT_ORDINARY, REEVE_ERROR, passthrough_chosen,
	  "Reeve's hosts have no device to pass through",
	  "write \"disabled\" or remove it" },
	{ KEY_trap_unmapped_accesses, LIMIT_ORDINARY, REEVE_ERROR, NULL,
	  "on Reeve's hosts an access that hits nothing always faults",
	  "remove it" },
	ABSENT(KEY_device_tree, "further device tree nodes"),
	ABSENT(KEY_tee, "trusted execution environment"),
	ABSENT(KEY_sve, "SVE"),
	ABSENT(KEY_vpmu, "performance counters"),
	ABSENT(KEY_llc_colors, "cache colours"),
	ABSENT(KEY_irqs, "interrupts of devices"),
	ABSENT(KEY_iomem, "device memory"),
	ABSENT(KEY_ioports, "I/O ports"),
	ABSENT(KEY_pci, "PCI devices"),
	ABSENT(KEY_dtdev, "devices of the host"),
	ABSENT(KEY_virtio, "virtio devices of other domains"),
	ABSENT(KEY_vkb, "virtual keyboards"),
	ABSENT(KEY_pvcalls, "PV calls interfaces"),
	ABSENT(KEY_vtpm, "virtual TPMs"),
	ABSENT(KEY_vfb, "frame buffers"),
	ABSENT(KEY_vdispl, "virtual displays"),
	ABSENT(KEY_vsnd, "sound cards"),
	ABSENT(KEY_usbctrl, "USB controllers"),
	ABSENT(KEY_usbdev, "USB devices"),
	{ KEY_driver_domain, LIMIT_ORDINARY, REEVE_ERROR, NULL,
	  "Reeve's hosts have no devices that a guest could serve", "remove it" },
	NOT_SCHEDULED(KEY_cpus),
	NOT_SCHEDULED(KEY_cpus_soft),
	NOT_SCHEDULED(KEY_cap),
	NOT_SCHEDULED(KEY_period),
	NOT_SCHEDULED(KEY_extratime),
	NOT_SCHEDULED(KEY_pool),
	NOT_LABELLED(KEY_seclabel),
	NOT_LABELLED(KEY_init_seclabel),
	NO_PCI(KEY_pci_permissive),
	NO_PCI(KEY_pci_msitranslate),
	NO_PCI(KEY_pci_seize),
	NO_PCI(KEY_pci_power_mgmt),
	NO_LOADER(KEY_bootloader_args),
	NO_LOADER(KEY_bootloader_restrict),
	NO_LOADER(KEY_bootloader_user),
	NO_GRANTS(KEY_max_grant_frames),
	NO_GRANTS(KEY_max_maptrack_frames),
	NO_GRANTS(KEY_max_grant_version),
	NO_STORE(KEY_xenstore_feature_mask),
	NO_STORE(KEY_xenstore_quota),
	IGNORED(KEY_max_event_channels, LIMIT_ANY,
		"Reeve's hosts have no event channels"),
	IGNORED(KEY_xend_suspend_evtchn_compat, LIMIT_ANY,
		"Reeve's hosts have no event channels"),
	IGNORED(KEY_shadow_memory, LIMIT_ANY,
		"Reeve's hosts take what the stage 2 tables need"),
	IGNORED(KEY_on_watchdog, LIMIT_ANY,
		"Reeve's hosts give a guest no watchdog"),
	IGNORED(KEY_on_soft_reset, LIMIT_ANY,
		"on Reeve's hosts no guest can ask for a soft reset"),
	NO_DUMP(KEY_on_poweroff),
	NO_DUMP(KEY_on_reboot),
	NO_DUMP(KEY_on_crash),
	NO_SOFT_RESET(KEY_on_poweroff),
	NO_SOFT_RESET(KEY_on_reboot),
	NO_SOFT_RESET(KEY_on_crash),
};

/* The policy refuses what a Realm may not have, so that nothing more is to be
 * said of it here. */
static bool limit_applies(const struct limit *limit,
			  const struct domain *domain, enum reeve_engine engine)
{
	if (limit->guests == LIMIT_EVERY_PLAN)
		return !domain->realm;
	if (engine == REEVE_ENGINE_MODEL)
		return false;
	return limit->guests == LIMIT_ANY || !domain->realm;
}

static bool limit_exceeded(const struct limit *limit,
			   const struct domain *domain)
{
	if (!domain_is_set(domain, limit->key) ||
	    domain_is_refused(domain, limit->key))
		return false;
	if (limit->beyond != NULL)
		return limit->beyond(domain, limit->key);
	return !domain_is_default(domain, limit->key);
}

int engine_limits_check(const struct domain *domain, enum reeve_engine engine,
			struct reeve_report *report)
{
	int result = REEVE_OK;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *limit = &limits[i];

		if (!limit_applies(limit, domain, engine) ||
		    !limit_exceeded(limit, domain))
			continue;
		report_add(report, limit->severity,
			   domain_place(domain, limit->key),
			   key_name(limit->key), limit->way_out, "%s",
			   limit->reason);
		if (limit->severity == REEVE_ERROR)
			result = REEVE_ERR_CONFIG;
	}
	if (engine != REEVE_ENGINE_MODEL &&
	    device_limits_check(domain, report) != REEVE_OK)
		result = REEVE_ERR_CONFIG;
	return result;
}
