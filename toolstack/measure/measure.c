/* SPDX-License-Identifier: BSD-3-Clause */
/* Predicts a measurement: builds the Realm on the model engine, reads its RIM,
 * and destroys it again. */
#include <string.h>

#include "toolstack/api/guest.h"
#include "toolstack/engine/build.h"
#include "toolstack/engine/fit.h"

static void measurement_fill(struct reeve_measurement *out,
			     const struct reeve_plan *plan,
			     const struct engine_realm *realm)
{
	const struct domain *domain = plan->guest->domain;
	const struct rmi_realm_params *params = &realm->params;

	*out = (struct reeve_measurement){
		.hash = engine_hash_name(domain),
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
	while (reeve_plan_segment(plan, out->range_count,
				  &out->ranges[out->range_count]))
		out->range_count++;
}

static int measure_on(struct engine *engine, const struct reeve_plan *plan,
		      struct reeve_measurement *out, struct reeve_report *report)
{
	struct engine_domain wanted =
		engine_domain_of(plan->guest->domain, plan->image);
	struct engine_realm realm;
	int result;

	result = engine_build(&engine_model, engine, &wanted, plan->image,
			      &realm, report);
	if (result != REEVE_OK)
		return result;
	measurement_fill(out, plan, &realm);
	return engine_model.destroy(engine, report);
}

int reeve_measure(const struct reeve_plan *plan, struct reeve_measurement *out,
		  struct reeve_report *report)
{
	const struct domain *domain = plan->guest->domain;
	struct engine_info info;
	struct engine *engine;
	int result;

	if (!domain->realm) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, "realm",
			"write realm=1 to make it one",
			"\"%s\" is not a Realm, so nothing measures it",
			domain->name);
	}
	result = engine_model_open(&engine, report);
	if (result != REEVE_OK)
		return result;
	engine_model.info(engine, &info);
	result = engine_fit(&info, domain, report);
	if (result == REEVE_OK)
		result = measure_on(engine, plan, out, report);
	engine_model.close(engine);
	return result;
}
