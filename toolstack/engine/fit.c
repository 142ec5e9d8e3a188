/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares what a guest asks for with what the host has. */
#include "toolstack/engine/fit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "abi/guest_map.h"
#include "toolstack/policy/policy.h"

#define MIB_SHIFT 20

/* The names of the schema's hashes, and their numbers in the RMI. */
static const struct {
	const char *name;
	uint8_t algorithm;
} hashes[] = {
	[DOMAIN_HASH_SHA256] = { "sha256", RMI_HASH_SHA_256 },
	[DOMAIN_HASH_SHA512] = { "sha512", RMI_HASH_SHA_512 },
	[DOMAIN_HASH_SHA384] = { "sha384", RMI_HASH_SHA_384 },
};

const char *engine_hash_name(const struct domain *domain)
{
	return hashes[domain->realm_hash].name;
}

/* ---- A Realm: the policy's rules that depend on the host
 * -------------------- */

/* Reports errors only. Everything that does not depend on the host was reported
 * when the configuration was read. */
static int policy_report(const struct domain *domain,
			 const struct policy_host *host,
			 struct reeve_report *report)
{
	struct reeve_report *found = reeve_report_new();
	int result;

	if (found == NULL)
		return REEVE_ERR_MEMORY;
	result = policy_check(domain, host, found);
	for (size_t i = 0; i < reeve_report_count(found); i++) {
		const struct reeve_diagnostic *d = reeve_report_get(found, i);
		struct report_place place = { d->file, d->line, d->column };

		if (d->severity == REEVE_ERROR) {
			report_add(report, d->severity, &place, d->key, d->hint,
				   "%s", d->message);
		}
	}
	reeve_report_free(found);
	return result;
}

int engine_fit(const struct engine_info *info, const struct domain *domain,
	       struct reeve_report *report)
{
	struct policy_host host = {
		.realms = info->realms,
		.gic_version = info->gicv3 ? 3 : 2,
		.debug_uart = info->debug_vuart,
		.max_recs = info->max_vcpus,
		.ipa_bits = info->ipa_bits,
	};

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if ((info->hashes >> hashes[i].algorithm & 1) != 0)
			host.hashes |= 1u << i;
	}
	return policy_report(domain, &host, report);
}

/* ---- An ordinary guest: what only a Xen host has ---- */

static const enum key_id xen_keys[] = {
	KEY_device_tree,  KEY_tee,     KEY_arm_sci, KEY_irqs,
	KEY_iomem,        KEY_vnuma,   KEY_pci,     KEY_dtdev,
	KEY_disk,         KEY_vif,     KEY_virtio,  KEY_vkb,
	KEY_p9,           KEY_pvcalls, KEY_vtpm,    KEY_vfb,
	KEY_vdispl,       KEY_vsnd,    KEY_channel, KEY_usbctrl,
	KEY_usbdev,       KEY_sve,     KEY_vpmu,    KEY_llc_colors,
	KEY_driver_domain
};

/* Keys that our hosts ignore for every guest, because their own scheduler
 * decides. */
static const enum key_id ignored_keys[] = {
	KEY_cpus, KEY_cpus_soft, KEY_cap, KEY_period, KEY_extratime, KEY_pool
};

static int fit_refuse(const struct domain *domain, enum key_id key,
		      const char *what, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_CONFIG, domain_place(domain, key),
			    key_name(key), "remove it", "%s", what);
}

static int ordinary_fit(const struct domain *domain, struct reeve_report *report)
{
	int result = REEVE_OK;

	for (size_t i = 0; i < sizeof(xen_keys) / sizeof(xen_keys[0]); i++) {
		if (!domain_is_default(domain, xen_keys[i])) {
			result = fit_refuse(domain, xen_keys[i],
					    "only a Xen host offers that",
					    report);
		}
	}
	if (domain->passthrough != DOMAIN_PASSTHROUGH_DISABLED) {
		result = fit_refuse(domain, KEY_passthrough,
				    "only a Xen host offers that", report);
	}
	if (domain->gic_version == DOMAIN_GIC_V2) {
		result = fit_refuse(domain, KEY_gic_version,
				    "this host gives its guests a GICv3",
				    report);
	}
	if (domain->vcpus != domain->maxvcpus) {
		result = fit_refuse(
			domain, KEY_maxvcpus,
			"this host offers all vCPUs from the start: maxvcpus "
			"must be vcpus",
			report);
	}
	if ((uint64_t)domain->memory > GUEST_RAM0_SIZE >> MIB_SHIFT) {
		result = fit_refuse(domain, KEY_memory,
				    "this host gives a guest at most 3072 MiB",
				    report);
	}
	return result;
}

static void warn_of_ignored(const struct domain *domain,
			    struct reeve_report *report)
{
	for (size_t i = 0; i < sizeof(ignored_keys) / sizeof(ignored_keys[0]);
	     i++) {
		if (!domain_is_default(domain, ignored_keys[i])) {
			report_add(report, REEVE_WARNING,
				   domain_place(domain, ignored_keys[i]),
				   key_name(ignored_keys[i]), "remove it",
				   "this host's scheduler does not do that; it is "
				   "ignored");
		}
	}
}

int engine_plan_fit(const struct domain *domain, struct reeve_report *report)
{
	warn_of_ignored(domain, report);
	return domain->realm ? REEVE_OK : ordinary_fit(domain, report);
}

/* ---- A domain as an engine takes it
 * ----------------------------------------- */

/* Reads the hexadecimal digits of a text and skips its hyphens. There are 32
 * digits: the reading of the configuration has checked that. */
static void uuid_read(const char *text, uint8_t uuid[16])
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";
	unsigned digits = 0;

	for (; *text != '\0' && digits < 32; text++) {
		const char *digit = strchr(hex, *text);

		if (digit == NULL)
			continue;
		uuid[digits / 2] =
			(uint8_t)(uuid[digits / 2] << 4 | ((digit - hex) & 0xf));
		digits++;
	}
}

/* Makes a random UUID (RFC 9562, version 4). */
static void uuid_random(uint8_t uuid[16])
{
	if (getrandom(uuid, 16, 0) != 16)
		abort();
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

struct engine_domain engine_domain_of(const struct domain *domain,
				      const struct image *image)
{
	struct engine_domain wanted = {
		.realm = domain->realm,
		.vuart = domain->vuart == DOMAIN_VUART_SBSA,
		.name = domain->name,
		.nr_spis = domain->nr_spis > 0 ? (unsigned)domain->nr_spis : 0,
		.weight = domain->cpu_weight > 0 ? (unsigned)domain->cpu_weight
						 : 0,
		.vcpus = (unsigned)domain->maxvcpus,
		.ram_base = image->banks[0].base,
		.ram_size = image->banks[0].size,
	};

	if (domain->realm) {
		wanted.hash_algo = hashes[domain->realm_hash].algorithm;
		memcpy(wanted.rpv, domain->rpv, sizeof(wanted.rpv));
	}
	if (domain->uuid != NULL)
		uuid_read(domain->uuid, wanted.uuid);
	else
		uuid_random(wanted.uuid);
	return wanted;
}
