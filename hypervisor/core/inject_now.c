/* SPDX-License-Identifier: BSD-3-Clause */
/* Injections that who asks carries out: beside a vCPU, or after its end. */
#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/inject_internal.h"
#include "hypervisor/core/realm/realm_internal.h"
#include "hypervisor/core/realm/realm_run.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"

/* Of a vCPU that does nothing but compute, one of the first succeeds, unless
 * the emulator of its core is kept from running: who asked may ask again. */
#define TRIES 100000

/* A page to enter with, that is nobody else's. false: there is none. */
static bool page_take(const struct domain *domain, pa_t *page)
{
	const struct host_ops *ops = domain_host(domain);

	if (!ops->pages_alloc(ops->ctx, 1, 1, page))
		return false;
	host_pages_zero(ops, *page, 1);
	return true;
}

static void page_give(const struct domain *domain, pa_t page)
{
	const struct host_ops *ops = domain_host(domain);

	ops->pages_free(ops->ctx, page, 1);
}

static uint64_t enter(const struct domain *domain, pa_t rec, pa_t page)
{
	return inject_command(
		domain, &(struct inject_command){ RMI_REC_ENTER,
						  { rec.value, page.value } });
}

static unsigned status_of(uint64_t x0)
{
	return (unsigned)BITS_GET(x0, RMI_RETURN_STATUS);
}

static enum control_status no_memory(char *text)
{
	return control_refuse(text, CONTROL_E_MEMORY, "there is no free page");
}

/* ---- Beside a vCPU that executes ---- */

/* Waits until another core has the vCPU. false: its domain is over. */
static bool beside(const struct vcpu *vcpu)
{
	const struct host_ops *ops = domain_host(vcpu->domain);

	ops->relax(ops->ctx, true);
	return domain_runs(vcpu->domain);
}

static bool enters(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->enters, __ATOMIC_SEQ_CST);
}

/* It was not executing: its thread takes over what came out, unless the domain
 * has ended. */
static void hand_over(struct injection *injection, const struct vcpu *vcpu)
{
	const struct host_ops *ops = domain_host(vcpu->domain);

	__atomic_store_n(&injection->intruded, INJECT_RECORD, __ATOMIC_RELEASE);
	__atomic_store_n(&injection->intruding, 0, __ATOMIC_RELEASE);
	while (__atomic_load_n(&injection->intruded, __ATOMIC_ACQUIRE) !=
	       INJECT_NO_RECORD) {
		if (vcpu_has_ended(vcpu))
			(void)inject_record_claim(injection, INJECT_NO_RECORD);
		ops->relax(ops->ctx, true);
	}
}

static bool enter_beside(struct vcpu *vcpu, pa_t page)
{
	struct injection *injection = &vcpu->domain->injection;
	uint64_t x0;

	__atomic_store_n(&injection->intruding, 1, __ATOMIC_SEQ_CST);
	x0 = enter(vcpu->domain, vcpu->rec, page);
	if (status_of(x0) == RMI_SUCCESS) {
		hand_over(injection, vcpu);
		return false;
	}
	inject_done(injection, x0);
	__atomic_store_n(&injection->intruding, 0, __ATOMIC_RELEASE);
	return true;
}

static bool ripas_beside(struct vcpu *vcpu, pa_t page)
{
	uint64_t x0 = inject_ripas(vcpu);

	(void)page;
	/* A REC that does not execute asks for nothing: another error. */
	if (status_of(x0) == RMI_ERROR_INPUT)
		return false;
	inject_done(&vcpu->domain->injection, x0);
	return true;
}

static enum control_status try_beside(struct vcpu *vcpu,
				      bool (*try)(struct vcpu *vcpu, pa_t page),
				      char *text)
{
	const struct host_ops *ops = domain_host(vcpu->domain);
	bool done = false;
	pa_t page;
	const struct rmi_rec_run *run;

	if (!page_take(vcpu->domain, &page))
		return no_memory(text);
	run = ops->page_map(ops->ctx, page);
	vcpu->domain->injection.record = &run->exit;
	for (unsigned i = 0; i < TRIES && !done && beside(vcpu); i++)
		done = enters(vcpu) && try(vcpu, page);
	ops->page_unmap(ops->ctx, page, (void *)(uintptr_t)run);
	page_give(vcpu->domain, page);
	if (done)
		return CONTROL_OK;
	return control_refuse(text, CONTROL_E_STATE,
			      domain_runs(vcpu->domain)
				      ? "vCPU %u was never met while it executes"
				      : "the domain of vCPU %u has ended",
			      vcpu->index);
}

/* ---- After its end ---- */

static bool is_off(struct domain *domain, const struct vcpu *vcpu)
{
	bool online;

	spinlock_acquire(&domain->lock);
	online = vcpu->online;
	spinlock_release(&domain->lock);
	return domain_state(domain) == CONTROL_SHUTDOWN || !online;
}

static enum control_status enter_off(struct domain *domain,
				     const struct vcpu *vcpu, char *text)
{
	pa_t page;

	if (!is_off(domain, vcpu)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "vCPU %u is not off", vcpu->index);
	}
	if (!page_take(domain, &page))
		return no_memory(text);
	inject_done(&domain->injection, enter(domain, vcpu->rec, page));
	page_give(domain, page);
	return CONTROL_OK;
}

/* Taking the Realm apart then finds one vCPU less. */
static enum control_status enter_destroyed(struct domain *domain,
					   const struct vcpu *vcpu, char *text)
{
	struct realm *realm = &domain->realm;
	bool gone = false;

	if (domain_state(domain) != CONTROL_SHUTDOWN ||
	    vcpu->index + 1 != realm->rec_count) {
		return control_refuse(
			text, CONTROL_E_STATE,
			"vCPU %u is not the last of a Realm that has ended",
			vcpu->index);
	}
	domain_memory_lock(domain);
	if (realm_may_return(realm)) {
		gone = realm_settle(realm,
				    ask_rec_destroy(&realm->rmi, vcpu->rec));
	}
	domain_memory_unlock(domain);
	if (!gone) {
		return control_refuse(text, CONTROL_E_RMM,
				      "the REC was not destroyed");
	}
	return enter_off(domain, vcpu, text);
}

/* ---- Its memory ---- */

static enum control_status
pages(struct domain *domain, const struct control_inject_ask *ask, char *text)
{
	struct realm *realm = &domain->realm;
	ipa_t ipa = ipa_make(ask->ipa);

	if (!domain_has_ram(domain, ask->ipa, ask->size)) {
		return control_refuse(text, CONTROL_E_REQUEST,
				      "not in the domain's RAM");
	}
	domain_memory_lock(domain);
	if (ask->what == CONTROL_INJECT_PAGE_LOST)
		(void)realm_take_back(realm, ipa, ipa_add(ipa, ask->size));
	else
		(void)realm_supply(realm, ipa, REALM_PAGE_LEVEL);
	inject_done(&domain->injection, realm->rmi.call.x0);
	domain_memory_unlock(domain);
	return CONTROL_OK;
}

static bool terminate_once(struct domain *domain)
{
	bool done;

	domain_memory_lock(domain);
	done = ask_realm_terminate(&domain->realm.rmi, domain->realm.rd.base);
	domain_memory_unlock(domain);
	return done;
}

/* Refused while a vCPU executes. What it means to the vCPU, its next entry
 * tells. */
static enum control_status terminate(struct vcpu *vcpu, char *text)
{
	struct domain *domain = vcpu->domain;

	for (unsigned i = 0; i < TRIES; i++) {
		if (terminate_once(domain)) {
			__atomic_store_n(&domain->injection.armed, 1,
					 __ATOMIC_RELEASE);
			return CONTROL_OK;
		}
		if (!beside(vcpu))
			break;
	}
	return control_refuse(text, CONTROL_E_RMM,
			      "the Realm was not terminated");
}

bool inject_is_now(enum control_injection what)
{
	return what >= CONTROL_INJECT_TWICE;
}

enum control_status inject_now(struct domain *domain,
			       const struct control_inject_ask *ask, char *text)
{
	struct vcpu *vcpu = &domain->vcpus[ask->vcpu];

	switch (ask->what) {
	case CONTROL_INJECT_TWICE:
		return try_beside(vcpu, enter_beside, text);
	case CONTROL_INJECT_RIPAS_RUNNING:
		return try_beside(vcpu, ripas_beside, text);
	case CONTROL_INJECT_ENTER:
		return enter_off(domain, vcpu, text);
	case CONTROL_INJECT_REC_DESTROYED:
		return enter_destroyed(domain, vcpu, text);
	case CONTROL_INJECT_TERMINATE:
		return terminate(vcpu, text);
	default:
		return pages(domain, ask, text);
	}
}
