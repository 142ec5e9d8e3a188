/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns settings into a domain: the main path, and the diagnostics
 * about names. */
#include "toolstack/domain/domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/domain/read.h"

#define HINT_SIZE 160

static struct domain *domain_new(void)
{
	struct domain *domain = calloc(1, sizeof(*domain));

	if (domain == NULL)
		return NULL;
	domain->origins = calloc(KEY_COUNT, sizeof(*domain->origins));
	if (domain->origins == NULL) {
		free(domain);
		return NULL;
	}
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field != KEY_NO_FIELD)
			key_reset(domain, key);
	}
	return domain;
}

void domain_free(struct domain *domain)
{
	if (domain == NULL)
		return;
	for (size_t i = 0; i < domain->virtio_mmio_count; i++)
		free(domain->virtio_mmio[i].type);
	free(domain->virtio_mmio);
	free(domain->disks);
	free(domain->vifs);
	free(domain->channels);
	free(domain->folders);
	free(domain->joined_cmdline);
	free(domain->origins);
	free(domain);
}

/* ---- Names ------------------------------------------------------------- */

/* Returns true if the name may have been meant to make the guest a Realm: it is
 * a slip of a key that only a Realm has, or says realm. */
static bool says_realm(const char *name, const struct key *guard)
{
	if (strstr(name, key_name(KEY_realm)) != NULL)
		return true;
	return guard == &schema_keys[KEY_realm] ||
	       (guard != NULL && guard->guests == KEY_FOR_REALM);
}

/* Returns the key for which an unknown name must not be let pass, or NULL. In a
 * Realm that is any key that decides confidentiality. A guest for which nothing
 * says realm=0 must not become an ordinary one by a slip. */
static const struct key *guard_of(const struct reader *reader, const char *name)
{
	const struct key *guard = schema_guard_near(name);

	if (!domain_is_set(reader->domain, KEY_realm) && says_realm(name, guard))
		return guard != NULL ? guard : &schema_keys[KEY_realm];
	return reader->domain->realm ? guard : NULL;
}

/* Reports a name that is in no row of the schema. */
static void unknown_report(struct reader *reader,
			   const struct cfg_setting *setting)
{
	const struct key *guard = guard_of(reader, setting->key);
	const struct key *nearest = guard;
	bool allowed = reader->flags & DOMAIN_ALLOW_UNKNOWN;
	char hint[HINT_SIZE] = "remove it; reeve.cfg(5) lists the known keys";

	if (nearest == NULL)
		nearest = schema_nearest(setting->key);
	if (nearest != NULL) {
		snprintf(hint, sizeof(hint), "did you mean '%s'?",
			 nearest->info.name);
	}
	if (allowed && guard != NULL) {
		report_add(reader->report, REEVE_ERROR, &setting->place,
			   setting->key, hint,
			   "unknown key, too like '%s' to be let pass: that one "
			   "decides confidentiality",
			   guard->info.name);
	} else {
		report_add(reader->report, allowed ? REEVE_WARNING : REEVE_ERROR,
			   &setting->place, setting->key, hint, "unknown key");
	}
}

/* Reports the names that are in no row of the schema. The switch has been read
 * before: an unknown key means more in a Realm. */
static void unknown_names_report(struct reader *reader)
{
	for (size_t i = 0; i < cfg_count(reader->cfg); i++) {
		const struct cfg_setting *setting = cfg_at(reader->cfg, i);

		if (schema_find(setting->key) == NULL)
			unknown_report(reader, setting);
	}
}

/* Warns of a known name that has no effect on an Arm guest. */
static void idle_report(struct reader *reader, const struct key *key,
			const struct cfg_setting *setting)
{
	const char *why =
		key->guests == KEY_FOREIGN
			? "is for x86 guests; it means nothing on Arm and is ignored"
			: "is obsolete and ignored";
	char hint[HINT_SIZE] = "remove it";

	if (key->successor != NULL) {
		snprintf(hint, sizeof(hint), "remove it; its new name is '%s'",
			 key->successor);
	}
	report_add(reader->report, REEVE_WARNING, &setting->place, setting->key,
		   hint, "this key %s", why);
}

static void successor_report(struct reader *reader, const struct key *key,
			     const struct cfg_setting *setting)
{
	char hint[HINT_SIZE];

	snprintf(hint, sizeof(hint), "use '%s'", key->successor);
	report_add(reader->report, REEVE_WARNING, &setting->place, setting->key,
		   hint, "this key is obsolete");
}

/* Refuses any value but the default, which alone can work on Arm, so that the
 * guest does not fail later. */
static void arm_refusal_check(struct reader *reader, const struct key *key)
{
	enum key_id id = schema_index(key);

	if (domain_is_refused(reader->domain, id) ||
	    domain_is_default(reader->domain, id))
		return;
	key_refuse(reader, id, "remove it",
		   "this cannot work on Arm, where no hypervisor accepts it");
}

static void domain_setting_read(struct reader *reader,
				const struct cfg_setting *setting)
{
	const struct key *key = schema_find(setting->key);

	if (key == NULL)
		return; /* unknown_names_report() */
	if (key->field == KEY_NO_FIELD) {
		idle_report(reader, key, setting);
		return;
	}
	if (key->successor != NULL && key->guests != KEY_REFUSED)
		successor_report(reader, key, setting);
	key_read(reader, key, setting);
	if (key->guests == KEY_REFUSED)
		arm_refusal_check(reader, key);
}

/* ---- The whole --------------------------------------------------------- */

int domain_read(const struct cfg *cfg, unsigned flags, struct domain **out,
		struct reeve_report *report)
{
	struct reader reader = { .cfg = cfg, .flags = flags, .report = report };
	unsigned errors = report_errors(report);

	reader.domain = domain_new();
	if (reader.domain == NULL)
		return REEVE_ERR_MEMORY;
	for (size_t i = 0; i < cfg_count(cfg); i++)
		domain_setting_read(&reader, cfg_at(cfg, i));
	domain_settle_realm(&reader);
	unknown_names_report(&reader);
	domain_settle_identity(&reader);
	domain_settle_boot(&reader);
	domain_settle_memory(&reader);
	domain_settle_cpus(&reader);
	domain_settle_devices(&reader);
	domain_settle_cmdline(&reader);
	if (reader.no_memory) {
		domain_free(reader.domain);
		return REEVE_ERR_MEMORY;
	}
	*out = reader.domain;
	return report_errors(report) > errors ? REEVE_ERR_CONFIG : REEVE_OK;
}
