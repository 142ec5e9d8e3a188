/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attack of a debug build: the host touches a granule that is delegated,
 * to show that it cannot.
 */
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/rmi/failure_text.h"

static enum control_status none_left(const struct rmi_failure *failure,
				     char *text)
{
	failure_text(failure, text, CONTROL_TEXT_SIZE);
	return CONTROL_E_RMM;
}

/* A granule that is taken for this alone. */
static enum control_status touch_any(struct domains *domains, bool write,
				     struct control_touch *result, char *text)
{
	const struct domain_ops *ops = domains->config.ops;
	struct host *host = domains->config.host;
	struct granules_want want = {
		.kind = GRANULES_RD, .unit = 1, .units = 1, .align = 1
	};
	struct granules_range range;

	failure_clear(&host->failure);
	failure_step(&host->failure, "delegating a granule");
	if (!granules_take(&host->granules, &want, &range))
		return none_left(&host->failure, text);
	result->pa = range.base.value;
	result->faulted = ops->touch(ops->ctx, range.base, write, result);
	granules_give(&host->granules, GRANULES_RD, range);
	return CONTROL_OK;
}

/* The Realm's descriptor, which is there as long as the Realm is. */
static enum control_status touch_realm(struct domain *domain, bool write,
				       struct control_touch *result, char *text)
{
	const struct domain_ops *ops = domain->ops;
	enum control_status status = CONTROL_OK;

	domain_memory_lock(domain);
	if (domain->realm.active) {
		result->pa = domain->realm.rd.base.value;
		result->faulted = ops->touch(ops->ctx, domain->realm.rd.base,
					     write, result);
	} else {
		status = control_refuse(text, CONTROL_E_STATE,
					"domain %u has no active Realm",
					domain->domid);
	}
	domain_memory_unlock(domain);
	return status;
}

enum control_status control_touch(struct domains *domains,
				  struct domain *domain, bool write,
				  struct control_touch *result, char *text)
{
	const struct host_ops *host = domains->config.host->ops;
	enum control_status status;

	if (domains->config.ops->touch == NULL) {
		return control_refuse(
			text, CONTROL_E_UNSUPPORTED,
			"only a host started with --debug-console attacks");
	}
	if (domain != NULL)
		return touch_realm(domain, write, result, text);
	while (__atomic_exchange_n(&domains->attack_busy, 1, __ATOMIC_ACQUIRE))
		host->relax(host->ctx, true);
	status = touch_any(domains, write, result, text);
	__atomic_store_n(&domains->attack_busy, 0, __ATOMIC_RELEASE);
	return status;
}
