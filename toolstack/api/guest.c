/* SPDX-License-Identifier: BSD-3-Clause */
/* The first stages of a configuration: its text, its types, and the policy. */
#include "toolstack/api/guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/devices/look.h"
#include "toolstack/engine/host_limits.h"
#include "toolstack/policy/policy.h"

static int source_parse(const struct reeve_source *source, struct cfg **cfg,
			struct reeve_report *report)
{
	unsigned flags = (source->flags & REEVE_STRICT) != 0 ? CFG_STRICT : 0;

	return cfg_load(source->path, source->extras, source->extra_count,
			flags, cfg, report);
}

int reeve_settings_json(const struct reeve_source *source, char **json,
			struct reeve_report *report)
{
	struct cfg *cfg;
	char *text;
	int result = source_parse(source, &cfg, report);

	if (result != REEVE_OK)
		return result;
	text = cfg_to_json(cfg);
	cfg_free(cfg);
	if (text == NULL)
		return REEVE_ERR_MEMORY;
	*json = text;
	return REEVE_OK;
}

/* Checks the types, then the policy and the limits of all hosts. Both are
 * checked even if a value was refused, so that one run reports everything that
 * is wrong. */
static int guest_judge(struct reeve_guest *guest,
		       const struct reeve_source *source,
		       struct reeve_report *report)
{
	unsigned flags = 0;
	int typed;
	int judged;
	int limited;

	if ((source->flags & REEVE_ALLOW_UNKNOWN) != 0)
		flags = DOMAIN_ALLOW_UNKNOWN;
	if (guest->engine == REEVE_ENGINE_MODEL)
		flags |= DOMAIN_ON_XEN;
	typed = domain_read(guest->cfg, flags, &guest->domain, report);

	if (guest->domain == NULL)
		return typed;
	judged = policy_check(guest->domain, NULL, report);
	limited = engine_limits_check(guest->domain, guest->engine, report);
	report_sort(report, cfg_name(guest->cfg));
	if (typed != REEVE_OK)
		return typed;
	return judged != REEVE_OK ? judged : limited;
}

int reeve_guest_load(const struct reeve_source *source,
		     struct reeve_guest **out, struct reeve_report *report)
{
	struct reeve_guest *guest = calloc(1, sizeof(*guest));
	int result;

	if (guest == NULL)
		return REEVE_ERR_MEMORY;
	guest->engine = source->engine;
	result = source_parse(source, &guest->cfg, report);
	if (result == REEVE_OK)
		result = guest_judge(guest, source, report);
	if (result != REEVE_OK) {
		reeve_guest_free(guest);
		return result;
	}
	*out = guest;
	return REEVE_OK;
}

void reeve_guest_free(struct reeve_guest *guest)
{
	if (guest == NULL)
		return;
	domain_free(guest->domain);
	cfg_free(guest->cfg);
	free(guest);
}

const char *reeve_guest_name(const struct reeve_guest *guest)
{
	return guest->domain->name;
}

bool reeve_guest_is_realm(const struct reeve_guest *guest)
{
	return guest->domain->realm;
}

bool reeve_guest_wants_debug(const struct reeve_guest *guest)
{
	return guest->domain->realm && guest->domain->vuart != DOMAIN_VUART_NONE;
}

int reeve_guest_need_console(const struct reeve_guest *guest,
			     struct reeve_report *report)
{
	const struct report_place *place =
		domain_place(guest->domain, KEY_vuart);
	struct report_place file = { .file = cfg_name(guest->cfg) };

	if (guest->domain->vuart != DOMAIN_VUART_NONE || guest->domain->hvc)
		return REEVE_OK;
	return report_error(
		report, REEVE_ERR_CONFIG, place != NULL ? place : &file, "vuart",
		guest->domain->realm
			? "write vuart=\"sbsa_uart\", or create it "
			  "without -c"
			: "write vuart=\"sbsa_uart\", or console=hvc0 "
			  "on the command line, or create it without "
			  "-c",
		"the guest has no console to attach to");
}

uint64_t reeve_guest_memory(const struct reeve_guest *guest)
{
	return (uint64_t)guest->domain->memory << 20;
}

unsigned reeve_guest_vcpus(const struct reeve_guest *guest)
{
	return (unsigned)guest->domain->maxvcpus;
}

/* Returns true if the file that a key names can be read here, or if the key is
 * not set. Otherwise warns. */
static bool file_probe(const struct reeve_guest *guest, enum key_id key,
		       const char *path, struct reeve_report *report)
{
	if (path == NULL || access(path, R_OK) == 0)
		return true;
	report_add(report, REEVE_WARNING, domain_place(guest->domain, key),
		   key_name(key), "create, dtb and measure will need it",
		   "%s cannot be read here, so it was not checked: %s", path,
		   strerror(errno));
	return false;
}

int reeve_guest_need_devices(const struct reeve_guest *guest,
			     const struct reeve_watch *watch,
			     struct reeve_report *report)
{
	return guest->engine == REEVE_ENGINE_MACHINE
		       ? look_devices(guest->domain, watch, report)
		       : REEVE_OK;
}

/* Warns of what this computer lacks for the devices: the guest may be meant for
 * another one. */
static void devices_probe(const struct reeve_guest *guest,
			  struct reeve_report *report)
{
	struct reeve_report *found = reeve_report_new();

	if (found == NULL)
		return;
	(void)reeve_guest_need_devices(guest, NULL, found);
	for (size_t i = 0; i < reeve_report_count(found); i++) {
		const struct reeve_diagnostic *d = reeve_report_get(found, i);
		struct report_place place = { d->file, d->line, d->column };

		report_add(report, REEVE_WARNING, &place, d->key, d->hint,
			   "create would fail here: %s", d->message);
	}
	reeve_report_free(found);
}

int reeve_guest_probe(const struct reeve_guest *guest,
		      struct reeve_report *report)
{
	const struct domain *domain = guest->domain;
	struct reeve_plan *plan;
	bool kernel = file_probe(guest, KEY_kernel, domain->kernel, report);
	bool ramdisk = file_probe(guest, KEY_ramdisk, domain->ramdisk, report);
	bool tree =
		file_probe(guest, KEY_device_tree, domain->device_tree, report);
	int result;

	devices_probe(guest, report);
	if (!kernel || !ramdisk || !tree)
		return REEVE_OK;
	result = plan_new(guest, true, &plan, report);
	if (result == REEVE_OK)
		reeve_plan_free(plan);
	return result;
}

void reeve_guest_values(const struct reeve_guest *guest,
			void (*visit)(void *context,
				      const struct reeve_value *value),
			void *context)
{
	struct domain_line line;

	for (size_t i = 0; reeve_key_at(i) != NULL; i++) {
		if (!domain_line(guest->domain, i, &line))
			continue;
		visit(context,
		      &(struct reeve_value){
			      .key = line.key,
			      .text = line.value,
			      .set = line.place != NULL,
			      .line = line.place != NULL ? line.place->line : 0,
		      });
		free(line.value);
	}
}
