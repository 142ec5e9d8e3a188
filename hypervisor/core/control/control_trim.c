/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free pages that a session takes for a while, so that its client can drop what
 * backs them. The pages are allocated meanwhile: nobody else can get them. They
 * are not promised to a domain, so that no domain misses them; only a new
 * promise, or a run that has to be long, may. Such a request waits until all
 * sessions have given back what they have, which takes them milliseconds. It
 * does not wait for ever, because a client may have been stopped.
 */
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "lib/number.h"

#define HOLD_NS UINT64_C(2000000000)

static const struct host_ops *trim_host(const struct domains *domains)
{
	return domains->config.host->ops;
}

/* Returns whether pages at that address are memory that devices can access,
 * which lies above the other memory and is accounted for by itself. */
static bool is_dma(const struct domains *domains, uint64_t pa)
{
	const struct host_ops *host = trim_host(domains);

	return host->dma_size != 0 && pa >= host->dma_base.value;
}

/* The caller holds domains->lock. */
static uint64_t *trimmed_of(struct domains *domains, bool dma)
{
	return dma ? &domains->dma_trimmed : &domains->trimmed;
}

static void trimmed_drop(struct domains *domains, bool dma, uint64_t pages)
{
	spinlock_acquire(&domains->lock);
	*trimmed_of(domains, dma) -= pages;
	spinlock_release(&domains->lock);
}

void control_trim_end(struct control_session *session)
{
	struct domains *domains = session->domains;
	const struct host_ops *host = trim_host(domains);

	if (session->taken_count == 0)
		return;
	for (unsigned i = 0; i < session->taken_count; i++) {
		const struct control_free_run *run = &session->taken[i];

		host->pages_free(host->ctx, pa_make(run->pa), run->pages);
		trimmed_drop(domains, is_dma(domains, run->pa), run->pages);
	}
	session->taken_count = 0;
	spinlock_acquire(&domains->lock);
	domains->trims++;
	spinlock_release(&domains->lock);
}

/* Accounts for pages before they are taken. Returns how many may be. */
static uint64_t trim_account(struct domains *domains, bool dma, uint64_t pages)
{
	spinlock_acquire(&domains->lock);
	if (domains->trim_holds > 0)
		pages = 0;
	pages = smaller(pages, dma ? domains_dma_unpromised(domains)
				   : domains_unpromised(domains));
	*trimmed_of(domains, dma) += pages;
	spinlock_release(&domains->lock);
	return pages;
}

/* Takes runs from *at on, of one kind of memory, and moves *at to where to go
 * on. Each run ends at a page that is in use, or is long. Returns how many of
 * the pages are left. */
static uint64_t runs_take(struct control_session *session, bool dma, pa_t *at,
			  uint64_t left)
{
	const struct host_ops *host = trim_host(session->domains);
	uint64_t pages;

	while (left > 0 && session->taken_count < CONTROL_RUNS &&
	       is_dma(session->domains, at->value) == dma) {
		pages = host->pages_take(host->ctx, left, at);
		if (pages == 0)
			break;
		session->taken[session->taken_count++] =
			(struct control_free_run){ at->value, pages };
		*at = pa_add(*at, pages * PAGE_SIZE);
		left -= pages;
		host->relax(host->ctx, false);
	}
	return left;
}

void control_trim(struct control_session *session,
		  const struct control_trim_ask *ask, struct control_trim *trim)
{
	struct domains *domains = session->domains;
	bool dma = is_dma(domains, ask->from);
	pa_t at = pa_make(ask->from);
	uint64_t may;

	control_trim_end(session);
	may = trim_account(domains, dma, ask->pages);
	if (may == 0) {
		/* All may be promised here, and not there. */
		if (ask->pages != 0 && !dma)
			trim->next = trim_host(domains)->dma_base.value;
		return;
	}
	trimmed_drop(domains, dma, runs_take(session, dma, &at, may));
	trim->next = at.value;
	trim->count = session->taken_count;
	for (unsigned i = 0; i < session->taken_count; i++)
		trim->runs[i] = session->taken[i];
}

uint64_t control_trims(struct domains *domains)
{
	uint64_t trims;

	spinlock_acquire(&domains->lock);
	trims = domains->trims;
	spinlock_release(&domains->lock);
	return trims;
}

static uint64_t trimmed_now(struct domains *domains)
{
	uint64_t pages;

	spinlock_acquire(&domains->lock);
	pages = domains->trimmed + domains->dma_trimmed;
	spinlock_release(&domains->lock);
	return pages;
}

/* Waits until no session has any pages, but not for ever. */
static void trimmed_await(struct domains *domains)
{
	const struct host_ops *host = trim_host(domains);
	uint64_t begin = host->now_ns(host->ctx);

	while (trimmed_now(domains) != 0 &&
	       host->now_ns(host->ctx) - begin < HOLD_NS)
		host->relax(host->ctx, true);
}

bool control_trim_hold(struct domains *domains, uint64_t before)
{
	bool missed;

	spinlock_acquire(&domains->lock);
	missed = domains->trimmed != 0 || domains->dma_trimmed != 0 ||
		 domains->trims != before;
	domains->trim_holds += missed;
	spinlock_release(&domains->lock);
	if (missed)
		trimmed_await(domains);
	return missed;
}

void control_trim_stop(struct domains *domains)
{
	spinlock_acquire(&domains->lock);
	domains->trim_holds++;
	spinlock_release(&domains->lock);
	trimmed_await(domains);
}

void control_trim_release(struct domains *domains)
{
	spinlock_acquire(&domains->lock);
	domains->trim_holds--;
	spinlock_release(&domains->lock);
}
