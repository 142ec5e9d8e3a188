/* SPDX-License-Identifier: BSD-3-Clause */
/* The simplest attack: the hypervisor touches a granule that it has delegated,
 * to show that it cannot. */
#include "hypervisor/attack/attack_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/rmi/failure_text.h"

static enum control_status delegate_refuse(const struct rmi_failure *failure,
					   char *text)
{
	failure_text(failure, text, CONTROL_TEXT_SIZE);
	return CONTROL_E_RMM;
}

static enum control_status touch(const struct attacks *attacks, pa_t pa,
				 const struct control_touch_ask *ask,
				 struct control_touch *result, char *text)
{
	const char *why;

	result->pa = pa.value;
	why = attacks->touch(attacks->ctx, pa, ask, result);
	if (why == NULL)
		return CONTROL_OK;
	return control_refuse(text, CONTROL_E_UNSUPPORTED, "%s", why);
}

/* Touches a granule that is delegated for this attack only. */
static enum control_status touch_any(struct domains *domains,
				     const struct control_touch_ask *ask,
				     struct control_touch *result, char *text)
{
	const struct attacks *attacks = domains->config.attack->ctx;
	struct host *host = domains->config.host;
	struct granules_want want = {
		.kind = GRANULES_RD, .unit = 1, .units = 1, .align = 1
	};
	struct granules_range range;
	enum control_status status;

	failure_clear(&host->failure);
	failure_step(&host->failure, "delegating a granule");
	if (!granules_alloc(&host->granules, &want, &range))
		return delegate_refuse(&host->failure, text);
	status = touch(attacks, range.base, ask, result, text);
	granules_free(&host->granules, GRANULES_RD, range);
	return status;
}

/* Touches the Realm's descriptor, which exists as long as the Realm does. */
static enum control_status touch_realm(struct domain *domain,
				       const struct control_touch_ask *ask,
				       struct control_touch *result, char *text)
{
	const struct attacks *attacks = attacks_of(domain);
	enum control_status status;

	domain_memory_lock(domain);
	if (domain->realm.active) {
		status = touch(attacks, domain->realm.rd.base, ask, result,
			       text);
	} else {
		status = control_refuse(text, CONTROL_E_STATE,
					"domain %u has no active Realm",
					domain->domid);
	}
	domain_memory_unlock(domain);
	return status;
}

enum control_status attack_touch(void *ctx, struct domains *domains,
				 struct domain *domain,
				 const struct control_touch_ask *ask,
				 struct control_touch *result, char *text)
{
	enum control_status status;

	(void)ctx;
	attacks_lock(domains); /* guards the device as well */
	status = domain != NULL ? touch_realm(domain, ask, result, text)
				: touch_any(domains, ask, result, text);
	attacks_unlock(domains);
	return status;
}
