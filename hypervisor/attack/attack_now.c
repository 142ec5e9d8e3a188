/* SPDX-License-Identifier: BSD-3-Clause */
/* Attacks carried out by the requesting thread: concurrently with the vCPU, or
 * after the vCPU or the domain ended. */
#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/attack/attack_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"

/*
 * How often an attack beside a vCPU is tried. One of the first tries meets a
 * vCPU that does nothing but compute, unless the emulator of its core gets no
 * time: the client may ask again.
 */
#define TRIES 100000

/* Allocates a zeroed page to enter with. Returns false if there is none. */
static bool entry_page_alloc(const struct domain *domain, pa_t *page)
{
	const struct host_ops *ops = domain_host(domain);

	if (!ops->pages_alloc(ops->ctx, 1, 1, page))
		return false;
	host_pages_zero(ops, *page, 1);
	return true;
}

static void entry_page_free(const struct domain *domain, pa_t page)
{
	const struct host_ops *ops = domain_host(domain);

	ops->pages_free(ops->ctx, page, 1);
}

static uint64_t attack_rec_enter(const struct domain *domain, pa_t rec,
				 pa_t page)
{
	return attack_command(
		domain, &(struct attack_command){ RMI_REC_ENTER,
						  { rec.value, page.value } });
}

static unsigned return_status(uint64_t x0)
{
	return (unsigned)BITS_GET(x0, RMI_RETURN_STATUS);
}

static enum control_status no_memory_refuse(char *text)
{
	return control_refuse(text, CONTROL_E_MEMORY, "there is no free page");
}

/* ---- Beside a vCPU that executes ---- */

/* Waits a moment, so that another core can run the vCPU. Returns false if its
 * domain has ended. */
static bool beside_wait(const struct vcpu *vcpu)
{
	const struct host_ops *ops = domain_host(vcpu->domain);

	ops->relax(ops->ctx, true);
	return domain_runs(vcpu->domain);
}

static bool vcpu_enters(const struct vcpu *vcpu)
{
	return __atomic_load_n(attack_enters(vcpu), __ATOMIC_SEQ_CST);
}

/*
 * Hands the exit to the vCPU's thread: the vCPU was not executing, so the entry
 * happened. Waits until the thread has read the record, or takes the record
 * back if the domain has ended, since the thread does not look then.
 */
static void record_hand_over(struct attack *attack, const struct vcpu *vcpu)
{
	const struct host_ops *ops = domain_host(vcpu->domain);

	__atomic_store_n(&attack->intruded, ATTACK_RECORD, __ATOMIC_RELEASE);
	__atomic_store_n(&attack->intruding, 0, __ATOMIC_RELEASE);
	while (__atomic_load_n(&attack->intruded, __ATOMIC_ACQUIRE) !=
	       ATTACK_NO_RECORD) {
		if (vcpu_has_ended(vcpu))
			(void)attack_record_claim(attack, ATTACK_NO_RECORD);
		ops->relax(ops->ctx, true);
	}
}

static bool enter_beside(struct vcpu *vcpu, pa_t page)
{
	struct attack *attack = attack_of(vcpu->domain);
	uint64_t x0;

	__atomic_store_n(&attack->intruding, 1, __ATOMIC_SEQ_CST);
	x0 = attack_rec_enter(vcpu->domain, vcpu->rec, page);
	if (return_status(x0) == RMI_SUCCESS) {
		record_hand_over(attack, vcpu);
		return false;
	}
	attack_done(attack, x0);
	__atomic_store_n(&attack->intruding, 0, __ATOMIC_RELEASE);
	return true;
}

static bool ripas_beside(struct vcpu *vcpu, pa_t page)
{
	uint64_t x0 = attack_ripas(vcpu);

	(void)page;
	/* A REC that does not execute has no RIPAS request pending, which is
	 * another error: try again. */
	if (return_status(x0) == RMI_ERROR_INPUT)
		return false;
	attack_done(attack_of(vcpu->domain), x0);
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

	if (!entry_page_alloc(vcpu->domain, &page))
		return no_memory_refuse(text);
	run = ops->page_map(ops->ctx, page);
	attack_of(vcpu->domain)->record = &run->exit;
	for (unsigned i = 0; i < TRIES && !done && beside_wait(vcpu); i++)
		done = vcpu_enters(vcpu) && try(vcpu, page);
	ops->page_unmap(ops->ctx, page, (void *)(uintptr_t)run);
	entry_page_free(vcpu->domain, page);
	if (done)
		return CONTROL_OK;
	return control_refuse(text, CONTROL_E_STATE,
			      domain_runs(vcpu->domain)
				      ? "vCPU %u was never met while it executes"
				      : "the domain of vCPU %u has ended",
			      vcpu->index);
}

/* ---- After the end of the vCPU ---- */

static bool vcpu_is_off(struct domain *domain, const struct vcpu *vcpu)
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

	if (!vcpu_is_off(domain, vcpu)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "vCPU %u is not off", vcpu->index);
	}
	if (!entry_page_alloc(domain, &page))
		return no_memory_refuse(text);
	attack_done(attack_of(domain),
		    attack_rec_enter(domain, vcpu->rec, page));
	entry_page_free(domain, page);
	return CONTROL_OK;
}

/* Destroys the last REC and enters it. The Realm has one REC less from then on,
 * and realm_destroy() one less to destroy. */
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
	if (realm_may_free(realm)) {
		gone = realm_account_result(
			realm, ask_rec_destroy(&realm->rmi, vcpu->rec));
	}
	domain_memory_unlock(domain);
	if (!gone) {
		return control_refuse(text, CONTROL_E_RMM,
				      "the REC was not destroyed");
	}
	return enter_off(domain, vcpu, text);
}

/* ---- The domain's memory ---- */

static enum control_status attack_pages(struct domain *domain,
					const struct control_attack_ask *ask,
					char *text)
{
	struct realm *realm = &domain->realm;
	ipa_t ipa = ipa_make(ask->ipa);

	if (!domain_has_ram(domain, ask->ipa, ask->size)) {
		return control_refuse(text, CONTROL_E_REQUEST,
				      "not in the domain's RAM");
	}
	domain_memory_lock(domain);
	if (ask->what == CONTROL_ATTACK_PAGE_LOST)
		(void)realm_unmap(realm, ipa, ipa_add(ipa, ask->size));
	else
		(void)realm_populate(realm, ipa, REALM_PAGE_LEVEL);
	attack_done(attack_of(domain), realm->rmi.call.x0);
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

/* Terminates the Realm, which the RMM refuses while a vCPU executes. Then arms
 * the attack: the vCPU's next entry shows what the termination means to it. */
static enum control_status attack_terminate(struct vcpu *vcpu, char *text)
{
	struct domain *domain = vcpu->domain;

	for (unsigned i = 0; i < TRIES; i++) {
		if (terminate_once(domain)) {
			__atomic_store_n(&attack_of(domain)->armed, 1,
					 __ATOMIC_RELEASE);
			return CONTROL_OK;
		}
		if (!beside_wait(vcpu))
			break;
	}
	return control_refuse(text, CONTROL_E_RMM,
			      "the Realm was not terminated");
}

bool attack_is_now(enum control_attack_kind what)
{
	return what >= CONTROL_ATTACK_TWICE;
}

enum control_status attack_now(struct domain *domain,
			       const struct control_attack_ask *ask, char *text)
{
	struct vcpu *vcpu = &domain->vcpus[ask->vcpu];

	switch (ask->what) {
	case CONTROL_ATTACK_TWICE:
		return try_beside(vcpu, enter_beside, text);
	case CONTROL_ATTACK_RIPAS_RUNNING:
		return try_beside(vcpu, ripas_beside, text);
	case CONTROL_ATTACK_ENTER:
		return enter_off(domain, vcpu, text);
	case CONTROL_ATTACK_REC_DESTROYED:
		return enter_destroyed(domain, vcpu, text);
	case CONTROL_ATTACK_TERMINATE:
		return attack_terminate(vcpu, text);
	default:
		return attack_pages(domain, ask, text);
	}
}
