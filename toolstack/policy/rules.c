/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of Realm rules. Settings that no Arm guest may have (hvm,
 * nestedhvm, altp2m, unequal memory and maxmem ...) are not here: domain_read()
 * refuses them.
 */
#include <string.h>

#include "abi/guest_map.h"
#include "lib/ipa.h"
#include "toolstack/policy/policy.h"
#include "toolstack/report/ascii.h"

#define MIB_SHIFT 20

/* ---- Predicates: true when the rule is broken --------------------------- */

static bool host_without_realms(const struct policy_case *asked)
{
	return asked->host != NULL && !asked->host->realms;
}

/* A host without Realms breaks host-realms only. The rules on its further Realm
 * features would add nothing to that. */
static bool host_has_realms(const struct policy_case *asked)
{
	return asked->host != NULL && asked->host->realms;
}

static bool not_pvh(const struct policy_case *asked)
{
	return asked->domain->type != DOMAIN_TYPE_PVH;
}

static bool beyond_first_bank(const struct policy_case *asked)
{
	int64_t mib = domain_number(asked->domain, asked->rule->key);

	return domain_is_set(asked->domain, asked->rule->key) &&
	       mib > GUEST_RAM0_SIZE >> MIB_SHIFT;
}

/* The RAM must lie in the lower half of the IPA space, which is private. The
 * upper half is for what the Realm shares. */
static bool beyond_ipa_space(const struct policy_case *asked)
{
	uint64_t top = GUEST_RAM0_BASE;

	if (!host_has_realms(asked) || asked->domain->memory < 1)
		return false;
	top += (uint64_t)asked->domain->memory << MIB_SHIFT;
	return asked->host->ipa_bits <= 64 &&
	       top > ipa_shared_start(asked->host->ipa_bits);
}

static bool odd_memory(const struct policy_case *asked)
{
	return asked->domain->memory > 0 && asked->domain->memory % 2 != 0 &&
	       asked->domain->memory <= GUEST_RAM0_SIZE >> MIB_SHIFT;
}

static bool gicv2_chosen(const struct policy_case *asked)
{
	return asked->domain->gic_version == DOMAIN_GIC_V2;
}

static bool gicv2_host(const struct policy_case *asked)
{
	return asked->domain->gic_version == DOMAIN_GIC_DEFAULT &&
	       asked->host != NULL && asked->host->gic_version != 3;
}

static bool gicv3_missing(const struct policy_case *asked)
{
	return asked->domain->gic_version == DOMAIN_GIC_V3 &&
	       asked->host != NULL && asked->host->gic_version != 3;
}

/* Another mode follows from pci and dtdev, which have rules of their own. */
static bool passthrough_chosen(const struct policy_case *asked)
{
	return asked->domain->passthrough_chosen;
}

static bool sci_forwarded(const struct policy_case *asked)
{
	return asked->domain->arm_sci_smc;
}

static bool core_dumped(const struct policy_case *asked)
{
	int64_t action = domain_number(asked->domain, asked->rule->key);

	return action == DOMAIN_ACTION_COREDUMP_DESTROY ||
	       action == DOMAIN_ACTION_COREDUMP_RESTART;
}

static bool migration_allowed(const struct policy_case *asked)
{
	return !asked->domain->nomigrate;
}

static bool vcpus_offline(const struct policy_case *asked)
{
	return asked->domain->vcpus != asked->domain->maxvcpus &&
	       !domain_is_refused(asked->domain, KEY_vcpus);
}

static bool too_many_recs(const struct policy_case *asked)
{
	return host_has_realms(asked) &&
	       asked->domain->vcpus > (int64_t)asked->host->max_recs;
}

static bool hash_missing(const struct policy_case *asked)
{
	return host_has_realms(asked) &&
	       (asked->host->hashes >> asked->domain->realm_hash & 1) == 0;
}

static bool uart_refused(const struct policy_case *asked)
{
	return asked->domain->vuart == DOMAIN_VUART_SBSA &&
	       asked->host != NULL && !asked->host->debug_uart;
}

static bool uart_readable(const struct policy_case *asked)
{
	return asked->domain->vuart == DOMAIN_VUART_SBSA &&
	       (asked->host == NULL || asked->host->debug_uart);
}

static bool clock_of_host(const struct policy_case *asked)
{
	return asked->domain->realm_clock == DOMAIN_CLOCK_HOST;
}

static bool no_clock_to_set(const struct policy_case *asked)
{
	return asked->domain->realm_clock == DOMAIN_CLOCK_NONE &&
	       !domain_is_default(asked->domain, asked->rule->key);
}

/* Any device opens a way for the host to feed the Realm data. So the
 * configuration must have asked for that in so many words. */
static bool device_unasked(const struct policy_case *asked)
{
	return asked->domain->realm_devices == DOMAIN_DEVICES_NONE &&
	       !domain_is_default(asked->domain, asked->rule->key);
}

static bool device_untrusted(const struct policy_case *asked)
{
	return asked->domain->realm_devices == DOMAIN_DEVICES_UNTRUSTED &&
	       !domain_is_default(asked->domain, asked->rule->key);
}

static bool hvc_untrusted(const struct policy_case *asked)
{
	return asked->domain->hvc;
}

static bool devices_unused(const struct policy_case *asked)
{
	return asked->domain->realm_devices == DOMAIN_DEVICES_UNTRUSTED &&
	       !domain_has_devices(asked->domain);
}

/* Returns true if the command line says how large the bounce buffer is. Words
 * like swiotlb=force leave that to Linux, or take the buffer away. */
static bool bounce_buffer_sized(const char *cmdline)
{
	static const char name[] = "swiotlb=";
	const char *at = cmdline != NULL ? strstr(cmdline, name) : NULL;

	for (; at != NULL; at = strstr(at + 1, name)) {
		if ((at == cmdline || ascii_is_blank(at[-1])) &&
		    ascii_is_digit(at[sizeof(name) - 1]))
			return true;
	}
	return false;
}

/* Linux copies all that passes a device through memory that the Realm shares,
 * and by itself sets aside only a thousandth of a small Realm's RAM: so little
 * that its devices stop. */
static bool bounce_buffer_unasked(const struct policy_case *asked)
{
	return asked->domain->realm_devices == DOMAIN_DEVICES_UNTRUSTED &&
	       domain_has_devices(asked->domain) &&
	       !bounce_buffer_sized(asked->domain->cmdline);
}

static bool disk_called_trusted(const struct policy_case *asked)
{
	const struct domain *domain = asked->domain;

	for (size_t i = 0; i < domain->disk_count; i++) {
		if (domain->disks[i].trusted.at != NULL)
			return true;
	}
	return false;
}

static bool vif_called_trusted(const struct policy_case *asked)
{
	const struct domain *domain = asked->domain;

	for (size_t i = 0; i < domain->vif_count; i++) {
		if (domain->vifs[i].trusted.at != NULL)
			return true;
	}
	return false;
}

/* A Realm has no use for the key, so that any value breaks the rule. */
static bool key_written(const struct policy_case *asked)
{
	return domain_is_set(asked->domain, asked->rule->key);
}

/* ---- The table ---------------------------------------------------------- */

#define DEVICE(id, key, what)                                                   \
	{ id,                                                                   \
	  REEVE_ERROR,                                                          \
	  key,                                                                  \
	  NULL,                                                                 \
	  "a Realm cannot have " what ": its memory is closed to the back end", \
	  "remove it" }
/* The same for what the key realm_devices can allow. */
#define ASKABLE(id, key, what)                                                  \
	{ id,                                                                   \
	  REEVE_ERROR,                                                          \
	  key,                                                                  \
	  device_unasked,                                                       \
	  "a Realm cannot have " what ": its memory is closed to the back end", \
	  "remove it, or write realm_devices=\"untrusted\": the host can then " \
	  "read and change all that passes the device" }
#define UNTRUSTED(id, key, what, way_out)                                      \
	{ id, REEVE_NOTE, key, device_untrusted, "untrusted: " what, way_out }
#define ASSIGNED(id, key, what)                                                \
	{ id,                                                                  \
	  REEVE_ERROR,                                                         \
	  key,                                                                 \
	  NULL,                                                                \
	  "a Realm cannot have " what ": nothing has attested the device",     \
	  "remove it" }
#define NO_DUMP(id, key)                                                       \
	{ id,                                                                  \
	  REEVE_ERROR,                                                         \
	  key,                                                                 \
	  core_dumped,                                                         \
	  "the host cannot dump a Realm's memory",                             \
	  "write \"destroy\", \"restart\" or \"preserve\"" }
#define NO_CLOCK(id, key)                                                      \
	{ id,                                                                  \
	  REEVE_WARNING,                                                       \
	  key,                                                                 \
	  no_clock_to_set,                                                     \
	  "a Realm without realm_clock has no clock; this is ignored",         \
	  "remove it, or write realm_clock=\"host\"" }
#define NO_USE(id, key, what)                                                  \
	{ id,                                                                  \
	  REEVE_NOTE,                                                          \
	  key,                                                                 \
	  key_written,                                                         \
	  "a Realm has no " what "; this is ignored",                          \
	  "remove it" }

static const struct policy_rule rules[] = {
	{ "host-realms", REEVE_ERROR, KEY_realm, host_without_realms,
	  "this host has no RMM, so it cannot run a Realm",
	  "use a host with Arm CCA" },
	{ "pvh-only", REEVE_ERROR, KEY_type, not_pvh, "a Realm is a PVH guest",
	  "write type=\"pvh\" or remove it" },
	{ "first-bank-memory", REEVE_ERROR, KEY_memory, beyond_first_bank,
	  "a Realm's RAM must fit the first RAM bank, 3072 MiB",
	  "write 3072 or less" },
	{ "first-bank-maxmem", REEVE_ERROR, KEY_maxmem, beyond_first_bank,
	  "a Realm's RAM must fit the first RAM bank, 3072 MiB",
	  "write 3072 or less" },
	{ "ipa-space", REEVE_ERROR, KEY_memory, beyond_ipa_space,
	  "the RAM does not fit the IPA space that this host gives a Realm",
	  "write less" },
	{ "whole-blocks", REEVE_NOTE, KEY_memory, odd_memory,
	  "an odd number of MiB leaves a block of memory that needs a table of "
	  "its own",
	  "write an even number" },
	{ "no-partial-tree", REEVE_ERROR, KEY_device_tree, NULL,
	  "a Realm's device tree is the generated one, so that it can be "
	  "measured",
	  "remove it" },
	{ "no-acpi", REEVE_ERROR, KEY_acpi, NULL,
	  "a Realm is described by a device tree, not by ACPI", "remove it" },
	{ "gicv3-only", REEVE_ERROR, KEY_gic_version, gicv2_chosen,
	  "a Realm needs a GICv3", "write gic_version=\"v3\" or remove it" },
	{ "gicv3-native", REEVE_ERROR, KEY_gic_version, gicv2_host,
	  "a Realm needs a GICv3, and this host's own is not one",
	  "use a host with a GICv3" },
	{ "gicv3-offered", REEVE_ERROR, KEY_gic_version, gicv3_missing,
	  "this host has no GICv3", "use a host with a GICv3" },
	{ "no-tee", REEVE_ERROR, KEY_tee, NULL,
	  "a Realm cannot call a TEE: its SMCs end in the RMM", "remove it" },
	{ "no-sci", REEVE_ERROR, KEY_arm_sci, sci_forwarded,
	  "a Realm's SMCs end in the RMM, so none can be forwarded",
	  "remove it" },
	ASSIGNED("no-irqs", KEY_irqs, "interrupts passed through"),
	ASSIGNED("no-iomem", KEY_iomem, "device memory passed through"),
	ASSIGNED("no-ioports", KEY_ioports, "I/O ports passed through"),
	{ "no-vnuma", REEVE_ERROR, KEY_vnuma, NULL,
	  "a Realm has no virtual NUMA nodes", "remove it" },
	{ "no-passthrough", REEVE_ERROR, KEY_passthrough, passthrough_chosen,
	  "a Realm has no IOMMU context", "write \"disabled\" or remove it" },
	ASSIGNED("no-pci", KEY_pci, "PCI devices passed through"),
	ASSIGNED("no-dtdev", KEY_dtdev, "device tree devices passed through"),
	ASKABLE("no-disk", KEY_disk, "a disk"),
	ASKABLE("no-vif", KEY_vif, "a network interface"),
	DEVICE("no-virtio", KEY_virtio, "a virtio device of another domain"),
	DEVICE("no-vkb", KEY_vkb, "a virtual keyboard"),
	ASKABLE("no-p9", KEY_p9, "a shared folder"),
	DEVICE("no-pvcalls", KEY_pvcalls, "a PV calls interface"),
	DEVICE("no-vtpm", KEY_vtpm, "a virtual TPM"),
	DEVICE("no-vfb", KEY_vfb, "a frame buffer"),
	DEVICE("no-vdispl", KEY_vdispl, "a virtual display"),
	DEVICE("no-vsnd", KEY_vsnd, "a sound card"),
	ASKABLE("no-channel", KEY_channel, "a channel"),
	ASKABLE("no-rng", KEY_rng, "an entropy device"),
	DEVICE("no-usbctrl", KEY_usbctrl, "a USB controller"),
	DEVICE("no-usbdev", KEY_usbdev, "a USB device"),
	UNTRUSTED("untrusted-disk", KEY_disk,
		  "the host can read and change what is on this Realm's disks",
		  "let the guest check and encrypt them (dm-verity, LUKS)"),
	UNTRUSTED("untrusted-vif", KEY_vif,
		  "the host can read and change this Realm's traffic",
		  "let the guest encrypt it"),
	UNTRUSTED("untrusted-channel", KEY_channel,
		  "the host can read and change what passes a channel",
		  "let the guest encrypt it"),
	UNTRUSTED("untrusted-p9", KEY_p9,
		  "the host can read and change what is in a shared folder",
		  "let the guest check what it reads there"),
	UNTRUSTED("untrusted-rng", KEY_rng,
		  "the host knows what this entropy device gives",
		  "remove it: a Realm has random numbers from its CPU"),
	{ "untrusted-hvc", REEVE_WARNING, KEY_realm_devices, hvc_untrusted,
	  "the host can read and write all that passes the console hvc0, which "
	  "the command line names",
	  "let the guest print only what the host may know" },
	{ "devices-unused", REEVE_NOTE, KEY_realm_devices, devices_unused,
	  "the Realm has no device that this would be about", "remove it" },
	{ "bounce-buffer", REEVE_WARNING, KEY_realm_devices,
	  bounce_buffer_unasked,
	  "Linux may share too little memory with its devices, which then stop",
	  "add swiotlb=16384 to the command line: 32 MiB, in pieces of 2 KiB" },
	{ "no-trusted-disk", REEVE_ERROR, KEY_disk, disk_called_trusted,
	  "a Realm trusts no disk of its host", "write untrusted, or neither" },
	{ "no-trusted-vif", REEVE_ERROR, KEY_vif, vif_called_trusted,
	  "a Realm trusts no network interface of its host",
	  "write trusted=0, or remove it" },
	{ "no-sve", REEVE_ERROR, KEY_sve, NULL, "SVE is not given to Realms",
	  "remove it" },
	{ "no-vpmu", REEVE_ERROR, KEY_vpmu, NULL,
	  "performance counters are not given to Realms", "remove it" },
	{ "no-untrapped-access", REEVE_ERROR, KEY_trap_unmapped_accesses, NULL,
	  "in a Realm an access that hits nothing always faults", "remove it" },
	{ "no-colors", REEVE_ERROR, KEY_llc_colors, NULL,
	  "memory given to a Realm leaves the host's colouring", "remove it" },
	{ "no-bootloader", REEVE_ERROR, KEY_bootloader, NULL,
	  "a Realm is measured as it is loaded, from files that you name",
	  "name a kernel instead" },
	{ "no-bootloader-args", REEVE_ERROR, KEY_bootloader_args, NULL,
	  "a Realm has no bootloader", "remove it" },
	{ "no-bootloader-restrict", REEVE_ERROR, KEY_bootloader_restrict, NULL,
	  "a Realm has no bootloader", "remove it" },
	{ "no-bootloader-user", REEVE_ERROR, KEY_bootloader_user, NULL,
	  "a Realm has no bootloader", "remove it" },
	{ "no-driver-domain", REEVE_ERROR, KEY_driver_domain, NULL,
	  "a Realm cannot serve devices: it shares no memory", "remove it" },
	{ "all-vcpus-online", REEVE_ERROR, KEY_maxvcpus, vcpus_offline,
	  "a Realm's vCPUs are all made at its start: maxvcpus must be vcpus",
	  "remove it, or make it the same as vcpus" },
	{ "rec-limit", REEVE_ERROR, KEY_vcpus, too_many_recs,
	  "the RMM of this host does not make that many vCPUs",
	  "use fewer vCPUs" },
	{ "hash-offered", REEVE_ERROR, KEY_realm_hash, hash_missing,
	  "the RMM of this host does not offer that hash", "choose another one" },
	NO_DUMP("no-dump-on-crash", KEY_on_crash),
	NO_DUMP("no-dump-on-watchdog", KEY_on_watchdog),
	NO_DUMP("no-dump-on-poweroff", KEY_on_poweroff),
	NO_DUMP("no-dump-on-reboot", KEY_on_reboot),
	NO_DUMP("no-dump-on-soft-reset", KEY_on_soft_reset),
	{ "no-migration", REEVE_ERROR, KEY_nomigrate, migration_allowed,
	  "a Realm can be neither saved nor migrated",
	  "write nomigrate=1 or remove it" },
	{ "uart-refused", REEVE_ERROR, KEY_vuart, uart_refused,
	  "this host does not give Realms the debug UART",
	  "remove it, or start the host with reeve host start "
	  "--debug-console" },
	{ "uart-readable", REEVE_WARNING, KEY_vuart, uart_readable,
	  "the host can read and write all that passes this UART; only a host "
	  "started with reeve host start --debug-console offers it",
	  "remove it from a guest that is to be confidential" },
	{ "clock-untrusted", REEVE_WARNING, KEY_realm_clock, clock_of_host,
	  "the host sets this clock, and can set it wrong at any time: it is "
	  "untrusted",
	  "remove it where the Realm's security depends on the date" },
	NO_CLOCK("no-clock-localtime", KEY_localtime),
	NO_CLOCK("no-clock-offset", KEY_rtc_timeoffset),
	NO_USE("no-grant-frames", KEY_max_grant_frames, "grant table"),
	NO_USE("no-maptrack", KEY_max_maptrack_frames, "grant table"),
	NO_USE("no-grant-version", KEY_max_grant_version, "grant table"),
	NO_USE("no-xenstore-features", KEY_xenstore_feature_mask, "xenstore"),
	NO_USE("no-xenstore-quota", KEY_xenstore_quota, "xenstore"),
};

const struct policy_rule *policy_rule_at(size_t index)
{
	return index < sizeof(rules) / sizeof(rules[0]) ? &rules[index] : NULL;
}
