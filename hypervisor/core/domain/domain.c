/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of domains, and the life of a domain that exists. */
#include "hypervisor/core/domain/domain.h"

#include <string.h>

#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "lib/log.h"

void domains_init(struct domains *domains, const struct domains_config *config)
{
	memset(domains, 0, sizeof(*domains));
	domains->config = *config;
	/* An attack takes a page while it lasts; only one is made at a time. */
	if (config->attack != NULL)
		domains->config.pages--;
}

/* ---- Finding a domain ---- */

static struct domain *domain_find(struct domains *domains, uint32_t domid)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (domain_is_there(&domains->table[i]) &&
		    domains->table[i].domid == domid)
			return &domains->table[i];
	}
	return NULL;
}

struct domain *domain_get(struct domains *domains, uint32_t domid)
{
	struct domain *domain;

	spinlock_acquire(&domains->lock);
	domain = domain_find(domains, domid);
	if (domain != NULL)
		domain->users++;
	spinlock_release(&domains->lock);
	return domain;
}

struct domain *domain_get_from(struct domains *domains, uint32_t domid)
{
	struct domain *best = NULL;

	spinlock_acquire(&domains->lock);
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		struct domain *domain = &domains->table[i];

		if (domain_is_there(domain) && domain->domid >= domid &&
		    (best == NULL || domain->domid < best->domid))
			best = domain;
	}
	if (best != NULL)
		best->users++;
	spinlock_release(&domains->lock);
	return best;
}

void domain_put(struct domain *domain)
{
	struct domains *domains = domain->domains;

	spinlock_acquire(&domains->lock);
	domain->users--;
	spinlock_release(&domains->lock);
}

bool domains_name_free(const struct domains *domains, const uint8_t *name)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		const struct domain *domain = &domains->table[i];

		if (domain->domid != 0 && domain_state(domain) != CONTROL_DYING &&
		    memcmp(domain->create.name, name, CONTROL_NAME_SIZE) == 0)
			return false;
	}
	return true;
}

/* ---- For vCPUs and devices ---- */

struct vcpu *domain_vcpu(struct domain *domain, unsigned index)
{
	return index < domain->vcpu_count ? &domain->vcpus[index] : NULL;
}

bool domain_runs(const struct domain *domain)
{
	return domain_state(domain) == CONTROL_RUNNING;
}

void domain_entered(struct domain *domain)
{
	uint64_t never = 0;
	uint64_t now;

	if (__atomic_load_n(&domain->first_entry_ns, __ATOMIC_RELAXED) != 0)
		return;
	now = domain->ops->now_ns(domain->ops->ctx) - domain->created_ns;
	(void)__atomic_compare_exchange_n(&domain->first_entry_ns, &never,
					  now > 0 ? now : 1, false,
					  __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void domain_memory_lock(struct domain *domain)
{
	busy_lock_acquire(&domain->memory_lock, domain_host(domain));
}

void domain_memory_unlock(struct domain *domain)
{
	busy_lock_release(&domain->memory_lock);
}

void domain_kick_all(struct domain *domain)
{
	spinlock_acquire(&domain->lock);
	for (unsigned i = 0; i < domain->threads; i++)
		domain->ops->vcpu_kick(domain->ops->ctx, &domain->vcpus[i]);
	spinlock_release(&domain->lock);
}

/* ---- Its life ---- */

static bool state_is_alive(uint32_t state)
{
	return state == CONTROL_PAUSED || state == CONTROL_RUNNING;
}

/* Ends a domain that is PAUSED or RUNNING. Returns false if it is neither. */
static bool domain_end(struct domain *domain, enum control_reason reason,
		       const char *text)
{
	bool ends;

	spinlock_acquire(&domain->lock);
	ends = state_is_alive(domain->state);
	if (ends) {
		domain->reason = reason;
		memcpy(domain->text, text, sizeof(domain->text));
		domain_state_set(domain, CONTROL_SHUTDOWN);
	}
	spinlock_release(&domain->lock);
	if (ends)
		domain_kick_all(domain);
	return ends;
}

void domain_stop(struct domain *domain, enum control_reason reason,
		 const char *format, ...)
{
	char text[CONTROL_TEXT_SIZE] = { 0 };
	va_list arguments;

	va_start(arguments, format);
	(void)log_format(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (domain_end(domain, reason, text)) {
		log_line("domain %u %s: %s", domain->domid,
			 reason == CONTROL_CRASH ? "crashed" : "ended", text);
	}
}

void domain_note(const struct domain *domain, const char *what)
{
	log_line("domain %u: %s", domain->domid, what);
}

static enum control_status state_refuse(const struct domain *domain, char *text)
{
	static const char *const words[] = {
		[CONTROL_LOADING] = "being loaded",
		[CONTROL_BUILDING] = "being built",
		[CONTROL_FAILED] = "failed to build",
		[CONTROL_PAUSED] = "paused",
		[CONTROL_RUNNING] = "running",
		[CONTROL_SHUTDOWN] = "shut down",
		[CONTROL_DYING] = "being destroyed",
	};

	return control_refuse(text, CONTROL_E_STATE, "domain %u is %s",
			      domain->domid, words[domain_state(domain)]);
}

static uint64_t machine_ticks(const struct domain *domain)
{
	return domain->ops->counter(domain->ops->ctx);
}

/* Notes that the time of a domain stops now. The caller holds the lock. */
static void time_stop(struct domain *domain)
{
	if (!domain->time_stopped)
		domain->stopped_at = machine_ticks(domain);
	domain->time_stopped = true;
}

/* Lets the time of an ordinary guest go on where it stopped. A domain that never
 * ran stopped at 0, so its counter begins there. The caller holds the lock. */
static void time_resume(struct domain *domain)
{
	uint64_t offset = domain->counter_offset;

	if (domain->time_stopped && !domain->is_realm) {
		offset += machine_ticks(domain) - domain->stopped_at;
		__atomic_store_n(&domain->counter_offset, offset,
				 __ATOMIC_RELAXED);
	}
	domain->time_stopped = false;
}

static bool vcpus_are_out(const struct domain *domain)
{
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		if (__atomic_load_n(&domain->vcpus[i].running, __ATOMIC_SEQ_CST))
			return false;
	}
	return true;
}

/* Returns true once all vCPUs are out of the guest, whose time stops then, or
 * once the pause of that number is over. */
static bool pause_is_complete(struct domain *domain, unsigned pause)
{
	bool out = vcpus_are_out(domain);
	bool lasts;

	spinlock_acquire(&domain->lock);
	lasts = domain->state == CONTROL_PAUSED && domain->pauses == pause;
	if (lasts && out)
		time_stop(domain);
	spinlock_release(&domain->lock);
	return out || !lasts;
}

/*
 * A vCPU may be in the guest for a while after the state has changed. The time
 * of the guest stops only when all are out: if it stopped before, the counter
 * of such a vCPU would go back when the domain goes on.
 */
enum control_status domain_pause(struct domain *domain, char *text)
{
	const struct host_ops *host = domain_host(domain);
	unsigned pause;
	bool done;

	spinlock_acquire(&domain->lock);
	done = domain->state == CONTROL_RUNNING;
	if (done)
		domain_state_set(domain, CONTROL_PAUSED);
	pause = done ? ++domain->pauses : domain->pauses;
	spinlock_release(&domain->lock);
	if (!done)
		return state_refuse(domain, text);
	domain_kick_all(domain);
	while (!pause_is_complete(domain, pause))
		host->relax(host->ctx, true);
	return CONTROL_OK;
}

enum control_status domain_unpause(struct domain *domain, char *text)
{
	bool done;

	spinlock_acquire(&domain->lock);
	done = domain->state == CONTROL_PAUSED;
	if (done) {
		time_resume(domain);
		domain_state_set(domain, CONTROL_RUNNING);
	}
	spinlock_release(&domain->lock);
	if (!done)
		return state_refuse(domain, text);
	domain_kick_all(domain);
	return CONTROL_OK;
}

enum control_status domain_shutdown(struct domain *domain,
				    enum control_reason reason, char *text)
{
	static const char why[CONTROL_TEXT_SIZE] = "as it was asked to";

	if (!domain_end(domain, reason, why))
		return state_refuse(domain, text);
	return CONTROL_OK;
}

enum control_status domain_break(struct domain *domain, uint8_t byte, char *text)
{
	if (!state_is_alive(domain_state(domain)))
		return state_refuse(domain, text);
	if (!domain->has_vuart) {
		return control_refuse(text, CONTROL_E_STATE,
				      "domain %u has no UART", domain->domid);
	}
	if (!vuart_break(&domain->vuart, byte)) {
		return control_refuse(
			text, CONTROL_E_STATE,
			"the UART of domain %u is full: its guest does not read",
			domain->domid);
	}
	return CONTROL_OK;
}

enum control_status domain_rename(struct domain *domain, const uint8_t *name,
				  char *text)
{
	struct domains *domains = domain->domains;
	bool dying, taken;

	spinlock_acquire(&domains->lock);
	dying = domain_state(domain) == CONTROL_DYING;
	taken = memcmp(domain->create.name, name, CONTROL_NAME_SIZE) != 0 &&
		!domains_name_free(domains, name);
	if (!dying && !taken)
		memcpy(domain->create.name, name, CONTROL_NAME_SIZE);
	spinlock_release(&domains->lock);
	if (dying)
		return state_refuse(domain, text);
	if (taken) {
		return control_refuse(text, CONTROL_E_EXISTS,
				      "there is a domain \"%s\" already",
				      (const char *)name);
	}
	return CONTROL_OK;
}

/* ---- Its end ---- */

uint64_t domain_pages_held(const struct domain *domain)
{
	return domain->own.account.total + domain->realm.granules.account.total;
}

/* Makes a domain DYING. The caller holds domain->lock. */
static void domain_die(struct domain *domain)
{
	if (domain->state == CONTROL_DYING)
		return;
	domain->session = NULL;
	memset(domain->text, 0, sizeof(domain->text));
	domain->pages_dying = domain_pages_held(domain);
	__atomic_store_n(&domain->cancelled, 1, __ATOMIC_RELAXED);
	domain_state_set(domain, CONTROL_DYING);
}

void domain_destroy(struct domain *domain)
{
	spinlock_acquire(&domain->lock);
	domain_die(domain);
	spinlock_release(&domain->lock);
	domain->ops->work_kick(domain->ops->ctx);
}

void domains_session_end(struct domains *domains, const void *session)
{
	const struct domain_ops *ops = domains->config.ops;
	bool any = false;

	spinlock_acquire(&domains->lock);
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		struct domain *domain = &domains->table[i];

		if (!domain_is_there(domain))
			continue;
		spinlock_acquire(&domain->lock);
		if (domain->session == session) {
			domain_die(domain);
			any = true;
		}
		spinlock_release(&domain->lock);
	}
	spinlock_release(&domains->lock);
	if (any)
		ops->work_kick(ops->ctx);
}
