/* SPDX-License-Identifier: BSD-3-Clause */
/* Predicting a measurement: the Realm is built on the model engine, asked for
 * its RIM, and taken down again. */
#include <string.h>

#include "toolstack/api/guest.h"
#include "toolstack/engine/build.h"
#include "toolstack/policy/policy.h"

/* The schema's hashes in the RMI's numbers, with their names. */
static const struct {
	const char *name;
	uint8_t algorithm;
} hashes[] = {
	[DOMAIN_HASH_SHA256] = { "sha256", RMI_HASH_SHA_256 },
	[DOMAIN_HASH_SHA512] = { "sha512", RMI_HASH_SHA_512 },
	[DOMAIN_HASH_SHA384] = { "sha384", RMI_HASH_SHA_384 },
};

/* Errors only: what does not depend on the host was said before. */
static int policy_report(const struct domain *domain,
	const struct policy_host *host, struct reeve_report *report)
{
	struct reeve_report *found = reeve_report_new();
	int result;

	if (found == NULL)
		return REEVE_ERR_MEMORY;
	result = policy_check(domain, host, found);
	for (size_t i = 0; i < reeve_report_count(found); i++) {
		const struct reeve_diagnostic *d = reeve_report_get(found, i);
		struct report_place place = { d->file, d->line, d->column };

		if (d->severity == REEVE_ERROR)
			report_add(report, d->severity, &place, d->key, d->hint,
				"%s", d->message);
	}
	reeve_report_free(found);
	return result;
}

/* Holds the guest against what this engine offers. */
static int host_check(struct engine *engine, const struct domain *domain,
	struct reeve_report *report)
{
	struct policy_host host = { .realms = true };
	struct engine_info info;

	engine_model.info(engine, &info);
	host.gic_version = info.gicv3 ? 3 : 2;
	host.debug_uart = info.debug_vuart;
	host.max_recs = info.max_vcpus;
	host.ipa_bits = info.ipa_bits;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if ((info.hashes >> hashes[i].algorithm & 1) != 0)
			host.hashes |= 1u << i;
	return policy_report(domain, &host, report);
}

static void measurement_fill(struct reeve_measurement *out,
	const struct reeve_plan *plan, const struct engine_realm *realm)
{
	const struct domain *domain = plan->guest->domain;
	const struct rmi_realm_params *params = &realm->params;

	*out = (struct reeve_measurement){
		.hash = hashes[domain->realm_hash].name,
		.size = realm->rim_size,
		.flags0 = params->flags0,
		.s2sz = params->s2sz,
		.sve_vl = params->sve_vl,
		.num_bps = params->num_bps,
		.num_wps = params->num_wps,
		.pmu_num_ctrs = params->pmu_num_ctrs,
		.hash_algo = params->hash_algo,
		.granules = realm->granules,
		.rec_flags = realm->boot_rec.flags,
		.rec_pc = realm->boot_rec.pc,
		.vcpus = (unsigned)domain->maxvcpus,
	};
	memcpy(out->rim, realm->rim, sizeof(out->rim));
	memcpy(out->rpv, params->rpv, sizeof(out->rpv));
	memcpy(out->rec_gprs, realm->boot_rec.gprs, sizeof(out->rec_gprs));
	while (reeve_plan_segment(
		plan, out->range_count, &out->ranges[out->range_count]))
		out->range_count++;
}

static int measure_on(struct engine *engine, const struct reeve_plan *plan,
	struct reeve_measurement *out, struct reeve_report *report)
{
	const struct domain *domain = plan->guest->domain;
	struct engine_domain wanted = {
		.realm = true,
		.vcpus = (unsigned)domain->maxvcpus,
		.ram_base = plan->image->banks[0].base,
		.ram_size = plan->image->banks[0].size,
		.hash_algo = hashes[domain->realm_hash].algorithm,
	};
	struct engine_realm realm;
	int result;

	memcpy(wanted.rpv, domain->rpv, sizeof(wanted.rpv));
	result = engine_build(
		&engine_model, engine, &wanted, plan->image, &realm, report);
	if (result != REEVE_OK)
		return result;
	measurement_fill(out, plan, &realm);
	return engine_model.destroy(engine, report);
}

int reeve_measure(const struct reeve_plan *plan, struct reeve_measurement *out,
	struct reeve_report *report)
{
	const struct domain *domain = plan->guest->domain;
	struct engine *engine;
	int result;

	if (!domain->realm)
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, "realm",
			"write realm=1 to make it one",
			"\"%s\" is not a Realm, so nothing measures it",
			domain->name);
	result = engine_model.open(&engine, report);
	if (result != REEVE_OK)
		return result;
	result = host_check(engine, domain, report);
	if (result == REEVE_OK)
		result = measure_on(engine, plan, out, report);
	engine_model.close(engine);
	return result;
}
