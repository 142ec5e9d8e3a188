/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that a domain's life is made of. */
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

static inline uint32_t domain_state(const struct domain *domain)
{
	return __atomic_load_n(&domain->state, __ATOMIC_ACQUIRE);
}

/* With domain->lock held, or before others can see it. */
static inline void domain_state_set(struct domain *domain, uint32_t state)
{
	__atomic_store_n(&domain->state, state, __ATOMIC_RELEASE);
}

/* domain->memory_lock. */
void domain_memory_lock(struct domain *domain);
void domain_memory_unlock(struct domain *domain);

/* Whether [ipa, ipa + size) is in its RAM. */
static inline bool domain_has_ram(const struct domain *domain, uint64_t ipa,
				  uint64_t size)
{
	uint64_t end = GUEST_RAM0_BASE + domain->ram_size;

	return ipa >= GUEST_RAM0_BASE && ipa < end && size <= end - ipa;
}

/* Whether a place has a domain that is more than about to be made. */
static inline bool domain_is_there(const struct domain *domain)
{
	return domain->domid != 0 && domain_state(domain) != 0;
}

/* The domain with the smallest id from domid on, as domain_get(). */
struct domain *domain_get_from(struct domains *domains, uint32_t domid);

/* Pages that it costs now, without its threads. */
uint64_t domain_pages_held(const struct domain *domain);

void domain_kick_all(struct domain *domain);

/* domain_cost.c: the most pages that a domain can hold at any time, less what
 * its RAM costs; and what content of so many pages adds to its RAM. */
uint64_t domain_overhead(const struct domains *domains,
			 const struct control_create *create);
uint64_t domain_ram_cost(const struct domain *domain);

/* domain_create.c: all that a control session may ask of a domain's making.
 * Each returns CONTROL_OK, or refuses without an effect. */
enum control_status domain_create(struct domains *domains,
				  const struct control_create *create,
				  const void *session, struct domain **out,
				  char *text);

/* domain_load.c: pages for content; what was granted is zero. */
enum control_status domain_grant(struct domain *domain,
				 const struct control_segment *segment,
				 struct control_grant *grant, char *text);
enum control_status domain_build(struct domain *domain,
				 const struct control_build *build, char *text);

/* domain.c: the rest of its life. */
enum control_status domain_pause(struct domain *domain, bool pause, char *text);
enum control_status domain_shutdown(struct domain *domain,
				    enum control_reason reason, char *text);
enum control_status domain_rename(struct domain *domain, const uint8_t *name,
				  char *text);
void domain_destroy(struct domain *domain);
void domains_session_end(struct domains *domains, const void *session);

/* domain.c: whether a name is free; with domains->lock held. */
bool domains_name_free(const struct domains *domains, const uint8_t *name);

#endif
