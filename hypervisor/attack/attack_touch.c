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

/* Touches a granule that is delegated for this attack only. */
static enum control_status touch_any(struct domains *domains, bool write,
				     struct control_touch *result, char *text)
{
	const struct attacks *attacks = domains->config.attack->ctx;
	struct host *host = domains->config.host;
	struct granules_want want = {
		.kind = GRANULES_RD, .unit = 1, .units = 1, .align = 1
	};
	struct granules_range range;

	failure_clear(&host->failure);
	failure_step(&host->failure, "delegating a granule");
	if (!granules_alloc(&host->granules, &want, &range))
		return delegate_refuse(&host->failure, text);
	result->pa = range.base.value;
	result->faulted =
		attacks->touch(attacks->ctx, range.base, write, result);
	granules_free(&host->granules, GRANULES_RD, range);
	return CONTROL_OK;
}

/* Touches the Realm's descriptor, which exists as long as the Realm does. */
static enum control_status touch_realm(struct domain *domain, bool write,
				       struct control_touch *result, char *text)
{
	const struct attacks *attacks = attacks_of(domain);
	enum control_status status = CONTROL_OK;

	domain_memory_lock(domain);
	if (domain->realm.active) {
		result->pa = domain->realm.rd.base.value;
		result->faulted = attacks->touch(
			attacks->ctx, domain->realm.rd.base, write, result);
	} else {
		status = control_refuse(text, CONTROL_E_STATE,
					"domain %u has no active Realm",
					domain->domid);
	}
	domain_memory_unlock(domain);
	return status;
}

enum control_status attack_touch(void *ctx, struct domains *domains,
				 struct domain *domain, bool write,
				 struct control_touch *result, char *text)
{
	enum control_status status;

	(void)ctx;
	if (domain != NULL)
		return touch_realm(domain, write, result, text);
	attacks_lock(domains);
	status = touch_any(domains, write, result, text);
	attacks_unlock(domains);
	return status;
}
