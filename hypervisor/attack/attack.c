/* SPDX-License-Identifier: BSD-3-Clause */
/* The attack that is armed for a domain, and the moment at which it happens. */
#include "hypervisor/attack/attack.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/attack/attack_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"

void attacks_lock(struct domains *domains)
{
	struct attacks *attacks = domains->config.attack->ctx;

	busy_lock_acquire(&attacks->lock, domains->config.host->ops);
}

void attacks_unlock(struct domains *domains)
{
	struct attacks *attacks = domains->config.attack->ctx;

	busy_lock_release(&attacks->lock);
}

uint64_t attack_command(const struct domain *domain,
			const struct attack_command *command)
{
	const struct host_ops *ops = domain_host(domain);
	struct smccc_regs regs = { .x = { command->fid } };

	for (unsigned i = 0; i < 4; i++)
		regs.x[1 + i] = command->args[i];
	ops->smc(ops->ctx, &regs);
	return regs.x[0];
}

uint64_t attack_ripas(const struct vcpu *vcpu)
{
	const struct domain *domain = vcpu->domain;

	return attack_command(domain,
			      &(struct attack_command){
				      RMI_RTT_SET_RIPAS,
				      { domain->realm.rd.base.value,
					vcpu->rec.value, GUEST_RAM0_BASE,
					GUEST_RAM0_BASE + GUEST_PAGE_SIZE } });
}

void attack_done(struct attack *attack, uint64_t x0)
{
	attack->x0 = x0;
	__atomic_store_n(&attack->armed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&attack->done, 1, __ATOMIC_RELEASE);
}

static bool is_other_realm(const struct domain *domain, const struct domain *to)
{
	uint32_t state = domain_state(domain);

	return domain != to && domain->is_realm &&
	       (state == CONTROL_PAUSED || state == CONTROL_RUNNING);
}

bool attack_other_realm(const struct domain *domain, pa_t *rd, pa_t *rec)
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

bool attack_record_claim(struct attack *attack, enum attack_record becomes)
{
	uint32_t expected = ATTACK_RECORD;

	return __atomic_compare_exchange_n(&attack->intruded, &expected,
					   becomes, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* ---- Requests ---- */

/* Returns true if the last attack in the domain's place was on this domain. */
static bool attack_is_on(const struct attack *attack,
			 const struct domain *domain)
{
	return __atomic_load_n(&attack->domid, __ATOMIC_ACQUIRE) ==
	       domain->domid;
}

static enum control_status
attack_request_check(const struct domain *domain,
		     const struct control_attack_ask *ask, char *text)
{
	const struct attack *attack = attack_of(domain);
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
	if (attack_is_on(attack, domain) &&
	    __atomic_load_n(&attack->armed, __ATOMIC_RELAXED)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "attack %u waits for its moment still",
				      attack->what);
	}
	return CONTROL_OK;
}

/*
 * Writes a new attack. The vCPU's thread reads domid, then armed, both with
 * acquire; they are written last, with release, so that the thread never sees a
 * part of an attack.
 */
static void attack_prepare(struct attack *attack, const struct domain *domain,
			   const struct control_attack_ask *ask, bool armed)
{
	memset(attack, 0, sizeof(*attack));
	attack->what = ask->what;
	attack->vcpu = ask->vcpu;
	__atomic_store_n(&attack->armed, armed, __ATOMIC_RELEASE);
	__atomic_store_n(&attack->domid, domain->domid, __ATOMIC_RELEASE);
}

static enum control_status attack_begin(struct domain *domain,
					const struct control_attack_ask *ask,
					char *text)
{
	enum control_status status = attack_request_check(domain, ask, text);

	if (status != CONTROL_OK)
		return status;
	attack_prepare(attack_of(domain), domain, ask,
		       !attack_is_now(ask->what));
	return attack_is_now(ask->what) ? attack_now(domain, ask, text)
					: CONTROL_OK;
}

/* Serves a request. Requests are serialized: while one attack is carried out
 * now, others wait. */
static enum control_status attack_ask(void *ctx, struct domain *domain,
				      const struct control_attack_ask *ask,
				      struct control_attack *result, char *text)
{
	const struct attack *attack = attack_of(domain);
	enum control_status status = CONTROL_OK;

	(void)ctx;
	if (ask->what != CONTROL_ATTACK_NONE) {
		attacks_lock(domain->domains);
		status = attack_begin(domain, ask, text);
		attacks_unlock(domain->domains);
	}
	if (!attack_is_on(attack, domain))
		return status;
	result->done = __atomic_load_n(&attack->done, __ATOMIC_ACQUIRE);
	result->what = attack->what;
	result->x0 = result->done ? attack->x0 : 0;
	return status;
}

void attacks_init(struct attacks *attacks,
		  const char *(*touch)(void *ctx, pa_t pa,
				       const struct control_touch_ask *ask,
				       struct control_touch *result),
		  void *ctx)
{
	memset(attacks, 0, sizeof(*attacks));
	attacks->ops = (struct attack_ops){
		.ctx = attacks,
		.touch = attack_touch,
		.ask = attack_ask,
	};
	attacks->touch = touch;
	attacks->ctx = ctx;
}

/* ---- The vCPU's thread ---- */

/* The last attack on a vCPU's domain, if it is on this vCPU; else NULL. */
static struct attack *attack_on(const struct vcpu *vcpu)
{
	struct attack *attack = attack_of(vcpu->domain);

	return attack_is_on(attack, vcpu->domain) && attack->vcpu == vcpu->index
		       ? attack
		       : NULL;
}

static enum control_attack_kind attack_armed(const struct attack *attack)
{
	if (attack == NULL || !__atomic_load_n(&attack->armed, __ATOMIC_ACQUIRE))
		return CONTROL_ATTACK_NONE;
	return attack->what;
}

void attack_before(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		   struct smccc_regs *regs, struct rmi_rec_enter *page)
{
	struct attack *attack = attack_on(vcpu);
	enum control_attack_kind what = attack_armed(attack);
	const struct attack_entry entry = { vcpu, regs, page };

	__atomic_store_n(attack_enters(vcpu), true, __ATOMIC_SEQ_CST);
	if (what == CONTROL_ATTACK_NONE || attack->inside)
		return;
	if (what == CONTROL_ATTACK_TERMINATE)
		attack->inside = true;
	else if (exit->exit_reason == RMI_EXIT_IRQ && attack_entry(what, &entry))
		attack->inside = !attack->done;
}

/* Waits until the requesting thread no longer executes the vCPU. If its entry
 * succeeded, the exit record of that entry becomes the vCPU's exit. */
static void intruder_wait(struct vcpu *vcpu, struct attack *attack,
			  uint64_t *x0, struct rmi_rec_exit *page)
{
	const struct host_ops *host = domain_host(vcpu->domain);

	while (__atomic_load_n(&attack->intruding, __ATOMIC_ACQUIRE))
		host->relax(host->ctx, true);
	if (!attack_record_claim(attack, ATTACK_RECORD_READ))
		return;
	*page = *attack->record;
	*x0 = RMI_SUCCESS;
	__atomic_store_n(&attack->intruded, ATTACK_NO_RECORD, __ATOMIC_RELEASE);
}

bool attack_after(struct vcpu *vcpu, uint64_t *x0, struct rmi_rec_exit *page)
{
	struct attack *attack = attack_on(vcpu);

	__atomic_store_n(attack_enters(vcpu), false, __ATOMIC_SEQ_CST);
	if (attack == NULL)
		return false;
	if (attack->what == CONTROL_ATTACK_TWICE)
		intruder_wait(vcpu, attack, x0, page);
	if (!attack->inside)
		return false;
	attack->inside = false;
	attack_done(attack, *x0);
	return attack->what != CONTROL_ATTACK_TERMINATE &&
	       BITS_GET(*x0, RMI_RETURN_STATUS) != RMI_SUCCESS;
}

bool attack_exit(struct vcpu *vcpu, const struct rmi_rec_exit *exit,
		 struct rmi_rec_enter *enter)
{
	struct attack *attack = attack_on(vcpu);
	enum control_attack_kind what = attack_armed(attack);

	if (what == CONTROL_ATTACK_NONE || !attack_exit_fits(what, exit))
		return false;
	attack->inside = attack_exit_answer(what, vcpu, exit, enter);
	return attack->inside;
}
