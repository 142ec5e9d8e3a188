/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares what a guest asks for with what the host has. */
#include "toolstack/engine/fit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "toolstack/policy/policy.h"

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

/* Reports, at each key, that the host has no slots for devices. */
static int slots_report(const struct engine_info *info,
			const struct domain *domain, struct reeve_report *report)
{
	static const enum key_id keys[] = { KEY_disk, KEY_vif, KEY_channel,
					    KEY_p9, KEY_rng };
	int result = REEVE_OK;

	if (info->slots > 0 || domain->virtio_mmio_count == 0)
		return REEVE_OK;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!domain_is_set(domain, keys[i]) ||
		    domain_is_default(domain, keys[i]))
			continue;
		result = report_error(
			report, REEVE_ERR_CONFIG, domain_place(domain, keys[i]),
			key_name(keys[i]),
			"start a new host, if an older release started this one",
			"this host has no devices for guests");
	}
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
	int result;

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if ((info->hashes >> hashes[i].algorithm & 1) != 0)
			host.hashes |= 1u << i;
	}
	result = policy_report(domain, &host, report);
	if (result == REEVE_OK)
		result = slots_report(info, domain, report);
	return result;
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

/* Returns how many seconds a guest's clock shows beyond UTC, as libxl reckons:
 * the time zone of this computer counts as it is when the guest is created. */
static uint32_t rtc_offset(const struct domain *domain)
{
	time_t now = time(NULL);
	struct tm local = { 0 };

	if (!domain_has_rtc(domain))
		return 0;
	if (domain->localtime)
		(void)localtime_r(&now, &local); /* on failure it stays UTC */
	return (uint32_t)(domain->rtc_timeoffset + local.tm_gmtoff);
}

struct engine_domain engine_domain_of(const struct domain *domain,
				      const struct image *image)
{
	struct engine_domain wanted = {
		.realm = domain->realm,
		.vuart = domain->vuart == DOMAIN_VUART_SBSA,
		.rtc = domain_has_rtc(domain),
		.pvpanic = true,
		.rtc_offset = rtc_offset(domain),
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
