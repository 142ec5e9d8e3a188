/* SPDX-License-Identifier: BSD-3-Clause */
/* Which injection a domain's vCPU has before it, and when its moment is. */
#include "hypervisor/core/inject.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/inject_internal.h"

uint64_t inject_command(const struct domain *domain,
			const struct inject_command *command)
{
	const struct host_ops *ops = domain_host(domain);
	struct smccc_regs regs = { .x = { command->fid } };

	for (unsigned i = 0; i < 4; i++)
		regs.x[1 + i] = command->args[i];
	ops->smc(ops->ctx, &regs);
	return regs.x[0];
}

uint64_t inject_ripas(const struct vcpu *vcpu)
{
	const struct domain *domain = vcpu->domain;

	return inject_command(domain,
			      &(struct inject_command){
				      RMI_RTT_SET_RIPAS,
				      { domain->realm.rd.base.value,
					vcpu->rec.value, GUEST_RAM0_BASE,
					GUEST_RAM0_BASE + GUEST_PAGE_SIZE } });
}

void inject_done(struct injection *injection, uint64_t x0)
{
	injection->x0 = x0;
	__atomic_store_n(&injection->armed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&injection->done, 1, __ATOMIC_RELEASE);
}

static bool is_other_realm(const struct domain *domain, const struct domain *to)
{
	uint32_t state = domain_state(domain);

	return domain != to && domain->is_realm &&
	       (state == CONTROL_PAUSED || state == CONTROL_RUNNING);
}

bool inject_other_realm(const struct domain *domain, pa_t *rd, pa_t *rec)
{
	struct domain *other = domain_get_from(domain->domains, 1);
	uint32_t next;

	while (other != NULL && !is_other_realm(other, domain)) {
		next = other->domid + 1;
		domain_put(other);
		other = domain_get_from(domain->domains, next);
	}
	if (other == NULL)
		return false;
	*rd = other->realm.rd.base;
	*rec = other->realm.recs.base;
	domain_put(other);
	return true;
}

bool inject_record_claim(struct injection *injection, enum inject_record becomes)
{
	uint32_t expected = INJECT_RECORD;

	return __atomic_compare_exchange_n(&injection->intruded, &expected,
					   becomes, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* ---- Asking ---- */

static enum control_status refuse(const struct domain *domain,
				  const struct control_inject_ask *ask,
				  char *text)
{
	uint32_t state = domain_state(domain);

	if (!domain->is_realm || !domain->realm.active ||
	    (state != CONTROL_PAUSED && state != CONTROL_RUNNING &&
	     state != CONTROL_SHUTDOWN)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "domain %u has no active Realm",
				      domain->domid);
	}
	if (ask->vcpu >= domain->vcpu_count) {
		return control_refuse(text, CONTROL_E_REQUEST,
				      "domain %u has no vCPU %u", domain->domid,
				      ask->vcpu);
	}
	if (__atomic_load_n(&domain->injection.armed, __ATOMIC_RELAXED)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "injection %u waits for its moment still",
				      domain->injection.what);
	}
	return CONTROL_OK;
}

/* What waits for the vCPU is complete before it can be seen. */
static void prepare(struct injection *injection,
		    const struct control_inject_ask *ask, bool armed)
{
	memset(injection, 0, sizeof(*injection));
	injection->what = ask->what;
	injection->vcpu = ask->vcpu;
	__atomic_store_n(&injection->armed, armed, __ATOMIC_RELEASE);
}

static enum control_status
begin(struct domain *domain, const struct control_inject_ask *ask, char *text)
{
	enum control_status status = refuse(domain, ask, text);

	if (status != CONTROL_OK)
		return status;
	prepare(&domain->injection, ask, !inject_is_now(ask->what));
	return inject_is_now(ask->what) ? inject_now(domain, ask, text)
					: CONTROL_OK;
}

/* One request at a time: an injection that is done now keeps others out. */
static enum control_status ask(struct domain *domain,
			       const struct control_inject_ask *ask,
			       struct control_inject *result, char *text)
{
	const struct injection *injection = &domain->injection;
	uint32_t *busy = &domain->domains->attack_busy;
	enum control_status status = CONTROL_OK;

	if (ask->what != CONTROL_INJECT_NONE) {
		const struct host_ops *host = domain_host(domain);

		while (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE))
			host->relax(host->ctx, true);
		status = begin(domain, ask, text);
		__atomic_store_n(busy, 0, __ATOMIC_RELEASE);
	}
	result->done = __atomic_load_n(&injection->done, __ATOMIC_ACQUIRE);
	result->what = injection->what;
	result->x0 = result->done ? injection->x0 : 0;
	return status;
}

/* ---- The vCPU's thread ---- */

static enum control_injection armed(const struct vcpu *vcpu)
{
	const struct injection *injection = &vcpu->domain->injection;

	if (!__atomic_load_n(&injection->armed, __ATOMIC_ACQUIRE) ||
	    injection->vcpu != vcpu->index)
		return CONTROL_INJECT_NONE;
	return injection->what;
}

static void before(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		   struct smccc_regs *regs, struct rmi_rec_enter *page)
{
	struct injection *injection = &vcpu->domain->injection;
	enum control_injection what = armed(vcpu);
	const struct inject_entry entry = { vcpu, regs, page };

	__atomic_store_n(&vcpu->enters, true, __ATOMIC_SEQ_CST);
	if (what == CONTROL_INJECT_NONE || injection->inside)
		return;
	if (what == CONTROL_INJECT_TERMINATE)
		injection->inside = true;
	else if (exit->exit_reason == RMI_EXIT_IRQ && inject_entry(what, &entry))
		injection->inside = !injection->done;
}

/* Another core is in the vCPU, or was: what came out then is its exit. */
static void intruder_wait(struct vcpu *vcpu, uint64_t *x0,
			  struct rmi_rec_exit *page)
{
	struct injection *injection = &vcpu->domain->injection;
	const struct host_ops *host = domain_host(vcpu->domain);

	while (__atomic_load_n(&injection->intruding, __ATOMIC_ACQUIRE))
		host->relax(host->ctx, true);
	if (!inject_record_claim(injection, INJECT_RECORD_READ))
		return;
	*page = *injection->record;
	*x0 = RMI_SUCCESS;
	__atomic_store_n(&injection->intruded, INJECT_NO_RECORD,
			 __ATOMIC_RELEASE);
}

static bool after(struct vcpu *vcpu, uint64_t *x0, struct rmi_rec_exit *page)
{
	struct injection *injection = &vcpu->domain->injection;

	__atomic_store_n(&vcpu->enters, false, __ATOMIC_SEQ_CST);
	if (injection->what == CONTROL_INJECT_TWICE &&
	    injection->vcpu == vcpu->index)
		intruder_wait(vcpu, x0, page);
	if (!injection->inside || injection->vcpu != vcpu->index)
		return false;
	injection->inside = false;
	inject_done(injection, *x0);
	return injection->what != CONTROL_INJECT_TERMINATE &&
	       BITS_GET(*x0, RMI_RETURN_STATUS) != RMI_SUCCESS;
}

static bool answer(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		   struct rmi_rec_enter *enter)
{
	struct injection *injection = &vcpu->domain->injection;
	enum control_injection what = armed(vcpu);

	if (what == CONTROL_INJECT_NONE || !inject_exit_fits(what, exit))
		return false;
	injection->inside = inject_exit(what, vcpu, exit, enter);
	return injection->inside;
}

const struct inject_ops inject_ops = {
	.ask = ask,
	.before = before,
	.after = after,
	.exit = answer,
};
