/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of this folder and the control server. */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_DOMAIN_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"

static inline const struct host_ops *domain_host(const struct domain *domain)
{
	return domain->domains->config.host->ops;
}

static inline const struct slot_ops *slots_of(const struct domain *domain)
{
	return domain->domains->config.slot_ops;
}

/* Returns the slot of a device that has one. */
static inline unsigned slot_of(const struct domain *domain, unsigned index)
{
	return domain->create.devices[index].slot;
}

static inline uint32_t domain_state(const struct domain *domain)
{
	return __atomic_load_n(&domain->state, __ATOMIC_ACQUIRE);
}

/* The caller holds domain->lock, or no other thread can find the domain yet. */
static inline void domain_state_set(struct domain *domain, uint32_t state)
{
	__atomic_store_n(&domain->state, state, __ATOMIC_RELEASE);
}

/* Returns how many pages can still be promised. The caller holds
 * domains->lock. */
static inline uint64_t domains_unpromised(const struct domains *domains)
{
	return domains->config.pages - domains->promised - domains->trimmed;
}

static inline uint64_t domains_dma_unpromised(const struct domains *domains)
{
	return domains->config.dma_pages - domains->dma_promised -
	       domains->dma_trimmed;
}

/* Acquire and release domain->memory_lock. */
void domain_memory_lock(struct domain *domain);
void domain_memory_unlock(struct domain *domain);

/* Returns true if [ipa, ipa + size) lies in the domain's RAM. */
static inline bool domain_has_ram(const struct domain *domain, uint64_t ipa,
				  uint64_t size)
{
	uint64_t end = GUEST_RAM0_BASE + domain->ram_size;

	return ipa >= GUEST_RAM0_BASE && ipa < end && size <= end - ipa;
}

/* Returns true if a place of the table has a domain that is completely made. */
static inline bool domain_is_there(const struct domain *domain)
{
	return domain->domid != 0 && domain_state(domain) != 0;
}

/* Returns the domain with the smallest domid from `domid` on, as
 * domain_get(). */
struct domain *domain_get_from(struct domains *domains, uint32_t domid);

/* Returns how many pages the domain holds now. */
uint64_t domain_pages_held(const struct domain *domain);

void domain_kick_all(struct domain *domain);

/*
 * domain_cost.c. The sum of both is the most pages that a domain can hold at
 * any time: domain_ram_cost() returns those for its RAM and its content,
 * domain_overhead() all others. The RAM of an ordinary guest is of one kind:
 * if its dma_promised is not 0, it is memory that devices can access.
 */
uint64_t domain_overhead(const struct domains *domains,
			 const struct control_create *create);
uint64_t domain_ram_cost(const struct domain *domain);
/* Returns those of them that are not memory that devices can access: what
 * domain->promised has to be. */
uint64_t domain_cost(const struct domain *domain);
/*
 * Returns how many pages of memory that devices can access a new domain is
 * promised. For an ordinary guest without devices these are none, or all of its
 * RAM, wherever more pages are free. The caller holds domains->lock.
 */
uint64_t domain_dma_choose(const struct domains *domains,
			   const struct control_create *create);
/* Returns how many of those are for donations to the RMM, which asks for them
 * at its commands for that Realm. */
uint64_t domain_donations(const struct control_create *create);

/* domain_create.c. Promises a domain that is being created more pages, and more
 * that devices can access. The caller holds domains->lock. */
enum control_status domain_promise_more(struct domain *domain, uint64_t pages,
					uint64_t dma, char *text);

/* domain_create.c. Allocates zeroed pages for an array, *range, which devices
 * can access if dma. Returns NULL if there are not so many consecutive pages. */
void *domain_array_alloc(struct domain *domain, uint64_t bytes, bool dma,
			 struct granules_range *range);

/* domain_create.c. Makes a domain, LOADING, in *out, as domain_get(). Returns
 * CONTROL_OK or a refusal, as do all functions below; a refusal has no
 * effect. */
enum control_status domain_create(struct domains *domains,
				  const struct control_create *create,
				  const void *session, struct domain **out,
				  char *text);

/* domain_load.c. Grants zeroed pages for content; begins the build. */
enum control_status domain_grant(struct domain *domain,
				 const struct control_segment *segment,
				 struct control_grant *grant, char *text);
enum control_status domain_build(struct domain *domain,
				 const struct control_build *build, char *text);

/* domain.c: the rest of a domain's life. domain_pause() returns when no vCPU is
 * in the guest any more, unless the domain went on or ended meanwhile. */
enum control_status domain_pause(struct domain *domain, char *text);
enum control_status domain_unpause(struct domain *domain, char *text);
enum control_status domain_shutdown(struct domain *domain,
				    enum control_reason reason, char *text);
enum control_status domain_break(struct domain *domain, uint8_t byte,
				 char *text);
enum control_status domain_rename(struct domain *domain, const uint8_t *name,
				  char *text);
void domain_destroy(struct domain *domain);
void domains_session_end(struct domains *domains, const void *session);

/* domain.c. Returns true if no domain has a name. The caller holds
 * domains->lock. */
bool domains_name_free(const struct domains *domains, const uint8_t *name);

#endif
